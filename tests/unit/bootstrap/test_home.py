"""The lock of a home, and the hint where its server listens."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runix_tui.bootstrap import home
from runix_tui.bootstrap.home import ServerRunning, announced, is_held, no_server, server_hint, server_lock, server_pid
from runix_tui.errors import ConfigError
from runix_tui.locations import Locations, locate


def test_one_server_at_a_time(locations: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "LOCK_PATIENCE", 0.05)
    assert not is_held(locations)
    with server_lock(locations) as hold:
        assert is_held(locations)
        assert hold.intact()
        assert server_pid(locations) == os.getpid()
        with pytest.raises(ServerRunning, match=f"pid {os.getpid()}"), server_lock(locations):
            pass
    assert not is_held(locations)


def test_who_only_looks_keeps_nobody_from_starting(locations: Locations) -> None:
    look = "import sys; from runix_tui.bootstrap.home import is_held; from runix_tui.locations import locate\n"
    look += "found = locate(); print('looking', flush=True)\nwhile True: is_held(found)"
    environ = {**os.environ, "RUNIX_HOME": str(locations.state)}
    with subprocess.Popen([sys.executable, "-c", look], env=environ, stdout=subprocess.PIPE) as looking:
        assert looking.stdout
        looking.stdout.readline()
        try:
            for _ in range(200):
                with server_lock(locations):
                    pass
        finally:
            looking.kill()


def test_a_hint_is_good_while_its_server_holds_the_home(locations: Locations) -> None:
    with server_lock(locations):
        assert server_hint(locations) is None
        with announced(locations, "http://127.0.0.1:1"):
            hint = server_hint(locations)
            assert hint
            assert (hint.url, hint.pid) == ("http://127.0.0.1:1", os.getpid())
            assert locations.server_file.stat().st_mode & 0o777 == 0o600
            text = locations.server_file.read_text()
        assert not locations.server_file.exists()
    locations.server_file.write_text(text)
    assert server_hint(locations) is None, "nobody holds the home: stale"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"url": "x"}',
        '{"url": "x", "pid": null}',
        '{"url": "x", "pid": 1}',
        '{"url": "x", "pid": 1e400}',
    ],
)
def test_broken_and_foreign_hints_are_ignored(locations: Locations, text: str) -> None:
    with server_lock(locations):
        locations.server_file.write_text(text)
        assert server_hint(locations) is None


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://127.0.0.1:99999999", "http://127.0.0.1", "file:///etc/passwd", "x"]
)
def test_a_hint_of_what_is_no_address_is_ignored(locations: Locations, url: str) -> None:
    with server_lock(locations):
        locations.server_file.write_text(json.dumps({"url": url, "pid": os.getpid()}))
        assert server_hint(locations) is None


def test_another_servers_hint_stays(locations: Locations) -> None:
    with server_lock(locations), announced(locations, "http://127.0.0.1:1"):
        locations.server_file.write_text(json.dumps({"url": "http://127.0.0.1:2", "pid": 1}))
    assert locations.server_file.exists()


def test_a_home_that_was_removed_is_noticed(locations: Locations) -> None:
    with server_lock(locations) as hold:
        locations.lock_file.unlink()
        assert not hold.intact()
        with server_lock(locations) as other:
            assert other.intact()
            assert not hold.intact()


def test_patience_waits_for_a_server_that_ends(locations: Locations) -> None:
    taken: list[bool] = []

    def take_over() -> None:
        with server_lock(locations, patient=True):
            taken.append(is_held(locations))

    with server_lock(locations):
        with announced(locations, "http://127.0.0.1:1"):
            home.withdraw(locations)
            assert server_hint(locations) is None
            waiting = threading.Thread(target=take_over)
            waiting.start()
        assert not taken
    waiting.join(10)
    assert taken == [True]


def test_patience_ends_when_another_server_listens(locations: Locations) -> None:
    with server_lock(locations), announced(locations, "http://127.0.0.1:1"):
        with pytest.raises(ServerRunning) as beaten, server_lock(locations, patient=True):
            pass
        assert beaten.value.transient, "whoever waits for it tries again"


def test_patience_does_not_make_a_removed_home_anew(locations: Locations) -> None:
    with server_lock(locations):
        waiting = [threading.Thread(target=_refused_as_removed, args=(locations,)) for _ in range(2)]
        waiting[0].start()
        locations.lock_file.unlink()
        waiting[1].start()
    for each in waiting:
        each.join(10)
        assert not each.is_alive()
    assert not locations.lock_file.exists()


def _refused_as_removed(locations: Locations) -> None:
    with pytest.raises(ConfigError, match="was removed"), server_lock(locations, patient=True):
        pass


def test_no_server_begins_where_none_may(locations: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "LOCK_PATIENCE", 0.05)
    with no_server(locations):
        with pytest.raises(ServerRunning), server_lock(locations):
            pass
    with server_lock(locations), pytest.raises(ServerRunning), no_server(locations):
        pass


def test_a_home_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="file"), server_lock(locate({"RUNIX_HOME": str(tmp_path / "file")})):
        pass


def test_one_home_however_it_is_spelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    spelled = ["real", "link", f"{tmp_path}/real/../link", str(tmp_path / "real")]
    assert len({locate({"RUNIX_HOME": each}) for each in spelled}) == 1


def test_a_home_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    for named in ("~nobody-of-that-name/x", str(tmp_path / "one")):
        with pytest.raises(ConfigError, match="leads nowhere") as caught:
            locate({"RUNIX_HOME": named})
        assert caught.value.hint
