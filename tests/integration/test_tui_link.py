"""How front ends come by the server of a home: real servers in processes of their own, no engine needed."""

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from runix_tui.bootstrap import detached
from runix_tui.bootstrap.home import announced, is_held, server_lock, server_pid
from runix_tui.bootstrap.link import HomeLink
from runix_tui.errors import RunixError, Unauthorized, Unavailable
from runix_tui.tui.link import Door
from tests.tui.pty_home import RUNIX, PtyHome, eventually, pty_home

TAKES_OVER_WITHIN = 2.0  # seconds, on a machine that has time for it
TOKEN = "canary-0123456789-token"
FRONT_END = """
import sys, time
from runix_tui.bootstrap.link import HomeLink
from runix_tui.locations import locate
link = HomeLink(locate(), "")
print(link.connect().url, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[PtyHome]:
    with pty_home() as made:
        for name in [name for name in os.environ if name.startswith("RUNIX_")]:
            monkeypatch.delenv(name)
        for name, value in made.environ.items():
            monkeypatch.setenv(name, value)
        yield made


@contextmanager
def linked(home: PtyHome, token: str = "") -> Iterator[HomeLink]:
    link = HomeLink(home.locations, token)
    try:
        yield link
    finally:
        link.leave(keep=False)


def answers(door: Door) -> bool:
    headers = {"Authorization": f"Bearer {door.token.reveal()}"}
    return httpx.get(f"{door.url}/deployments", headers=headers, trust_env=False).status_code == 200


def takes_over_within() -> float:
    """What is promised; on a busy machine three times what loading the server takes at this moment."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import runix_tui.bootstrap.serve"], check=True)
    return max(TAKES_OVER_WITHIN, 3 * (time.monotonic() - began))


def servers_of(home: PtyHome) -> list[int]:
    """Processes that serve this home, or are about to."""
    found = []
    for process in psutil.process_iter():
        try:
            if "serve" in process.cmdline() and process.environ().get("RUNIX_HOME") == str(home.folder):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def gone(home: PtyHome) -> bool:
    return not servers_of(home) and not is_held(home.locations)


def kill_server(home: PtyHome) -> None:
    """And wait until it is really gone: a dying process holds the home to its last thread."""
    pid = server_pid(home.locations)
    assert pid
    psutil.Process(pid).kill()
    eventually(lambda: not is_held(home.locations))


def test_the_first_has_a_server_of_its_own_and_the_next_attaches(home: PtyHome) -> None:
    with linked(home) as first, linked(home) as second:
        first.begin()
        door = first.connect()
        assert door.owned
        assert answers(door)
        other = second.connect()
        assert (other.url, other.owned) == (door.url, False)
        second.leave(keep=False)
        assert answers(door), "who is attached ends nothing"
        pid = server_pid(home.locations)
        assert pid is not None
        assert os.getsid(pid) == pid != os.getsid(0), "signals of the terminal do not reach it"
        first.leave(keep=False)
        assert gone(home)
        assert not home.locations.server_file.exists()


def test_a_running_server_is_used(home: PtyHome) -> None:
    done = subprocess.run([*RUNIX, "serve", "--detach"], capture_output=True, text=True, check=True)
    with linked(home) as link:
        link.begin()
        door = link.connect()
        assert (door.url, door.owned) == (done.stdout.split()[-1], False)
        assert servers_of(home) == [server_pid(home.locations)]
    assert answers(door)
    detached.stop(home.locations)


def test_keep_leaves_it_running_in_the_background(home: PtyHome) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FRONT_END.replace("sys.stdin.readline()", "link.leave(keep=True)")],
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        url = owner.communicate(timeout=30)[0].strip()
    with linked(home) as link:
        door = link.connect()
        assert (door.url, door.owned) == (url, False)
        assert answers(door)
        assert b"Runix API on" in home.locations.server_log.read_bytes()
    assert detached.stop(home.locations)
    eventually(lambda: gone(home))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_owners_end_is_the_servers(home: PtyHome, number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FRONT_END], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        assert owner.stdout.readline().startswith("http")
        owner.send_signal(number)
        owner.wait(10)
    eventually(lambda: gone(home))
    assert not home.locations.server_file.exists(), "a clean end"


def test_an_owner_that_ends_at_once_leaves_nothing(home: PtyHome) -> None:
    """Its server has hardly begun."""
    with linked(home) as link:
        link.begin()
        link.leave(keep=False)
        assert gone(home)


def test_a_killed_server_is_replaced(home: PtyHome) -> None:
    with linked(home) as link:
        before = link.connect()
        kill_server(home)
        began = time.monotonic()
        door = link.connect()
        assert answers(door)
        took = time.monotonic() - began
        assert took < takes_over_within()
        assert door.owned
        assert door.url != before.url


def test_who_was_attached_takes_over(home: PtyHome) -> None:
    with linked(home) as owner, linked(home) as attached:
        owner.connect()
        door = attached.connect()
        assert not door.owned
        began = time.monotonic()
        leaving = threading.Thread(target=owner.leave, kwargs={"keep": False})
        leaving.start()
        with httpx.Client(trust_env=False) as client:
            eventually(lambda: _refused(client, door.url))
        taken = attached.connect()
        assert answers(taken)
        took = time.monotonic() - began
        assert took < takes_over_within(), "the old one's clean end is part of it"
        assert taken.owned
        leaving.join()


def _refused(client: httpx.Client, url: str) -> bool:
    try:
        client.get(f"{url}/healthz")
    except httpx.TransportError:
        return True
    return False


def test_of_several_at_once_one_serves(home: PtyHome) -> None:
    links = [HomeLink(home.locations, "") for _ in range(4)]
    try:
        for _ in range(2):  # at the start, then after a kill
            with ThreadPoolExecutor(4) as pool:
                doors = list(pool.map(HomeLink.connect, links))
            assert len({door.url for door in doors}) == 1
            assert [door.owned for door in doors].count(True) == 1
            assert answers(doors[0])
            eventually(lambda: len(servers_of(home)) == 1)
            kill_server(home)
    finally:
        for link in links:
            link.leave(keep=False)
    assert gone(home)


@contextmanager
def answering() -> Iterator[str]:
    """A server that has no projects; its URL."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_waits_for_one_that_is_starting(home: PtyHome) -> None:
    with linked(home) as link, ThreadPoolExecutor(1) as pool, server_lock(home.locations):
        waiting = pool.submit(link.connect)
        eventually(lambda: servers_of(home))
        with answering() as url, announced(home.locations, url):
            assert (waiting.result(10).url, waiting.result().owned) == (url, False)
            eventually(lambda: not servers_of(home))


def test_leaving_ends_the_wait_for_a_server(home: PtyHome) -> None:
    with linked(home) as link, ThreadPoolExecutor(1) as pool, server_lock(home.locations):
        waiting = pool.submit(link.connect)
        eventually(lambda: servers_of(home))
        link.leave(keep=False)
        with pytest.raises(Unavailable):
            waiting.result(5)
        assert not servers_of(home)


def test_ending_the_server_by_hand_does_not_wait_for_the_next(home: PtyHome) -> None:
    with linked(home) as link, ThreadPoolExecutor(1) as pool:
        link.connect()
        stopping = pool.submit(detached.stop, home.locations)
        eventually(lambda: not home.locations.server_file.exists())
        assert answers(link.connect())
        assert stopping.result(5)


def test_the_token_of_the_environment_reaches_it_unseen(home: PtyHome) -> None:
    with linked(home, TOKEN) as link:
        door = link.connect()
        assert door.token.reveal() == TOKEN
        assert answers(door)
        [pid] = servers_of(home)
        for file in ("environ", "cmdline"):
            assert TOKEN.encode() not in Path(f"/proc/{pid}/{file}").read_bytes()
    assert TOKEN not in home.locations.server_log.read_text()


# --- what is wrong is said, again and again ---------------------------------------------------------------------------


def test_a_broken_setting_is_said_until_it_is_right(home: PtyHome) -> None:
    home.locations.prepare()
    home.locations.config_file.write_text("[build]\ncpus = 'many'\n")
    with linked(home) as link:
        link.begin()
        for _ in range(2):
            with pytest.raises(RunixError, match=r"config\.toml: build\.cpus") as caught:
                link.connect()
            assert caught.value.hint
        home.locations.config_file.unlink()
        assert answers(link.connect())


def test_a_taken_port_is_said_with_its_holder(home: PtyHome, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, linked(home) as link:
        monkeypatch.setenv("RUNIX_API_PORT", str(taken.getsockname()[1]))
        with pytest.raises(RunixError, match=f"pid {os.getpid()}") as caught:
            link.connect()
        assert "RUNIX_API_PORT" in caught.value.hint


@pytest.mark.parametrize(("theirs", "ours", "mend"), [(TOKEN, "", "set the same"), ("", TOKEN, "Unset RUNIX_TOKEN")])
def test_another_token_is_said(home: PtyHome, theirs: str, ours: str, mend: str) -> None:
    with linked(home, theirs) as first, linked(home, ours) as second:
        first.connect()
        with pytest.raises(Unauthorized, match="another token") as caught:
            second.connect()
        assert mend in caught.value.hint
        first.leave(keep=False)
        assert answers(second.connect())


def test_an_unusable_home_and_token_are_said(home: PtyHome) -> None:
    with linked(home, "short") as link, pytest.raises(RunixError, match="RUNIX_TOKEN"):
        link.connect()
    home.folder.rmdir()
    home.folder.write_text("in its place")
    with linked(home) as link:
        link.begin()
        with pytest.raises(RunixError, match="cannot be used"):
            link.connect()
    home.folder.unlink()


def test_a_removed_home_stays_removed(home: PtyHome) -> None:
    with linked(home) as link:
        link.connect()
        kill_server(home)
        shutil.rmtree(home.folder)
        with pytest.raises(RunixError, match="was removed"):
            link.connect()
        assert not home.locations.lock_file.exists()
        assert not servers_of(home)


@pytest.mark.engine
def test_uninstalling_wins_over_an_open_front_end(home: PtyHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNIX_ENGINE_URL")
    with linked(home) as owner, linked(home) as attached:
        owner.connect()
        attached.connect()
        left = threading.Event()
        endings = [threading.Thread(target=_hold_on, args=(link, left)) for link in (owner, attached)]
        for ending in endings:
            ending.start()
        done = subprocess.run([*RUNIX, "uninstall", "--yes"], capture_output=True, text=True, check=False)
        left.set()
        for ending in endings:
            ending.join()
    assert done.returncode == 0, done.stderr
    assert f"Removed {home.folder}" in done.stderr
    assert not home.folder.exists()
    assert not servers_of(home)


def _hold_on(link: HomeLink, left: threading.Event) -> None:
    """What a front end does whose server is taken away."""
    while not left.wait(0.05):
        with suppress(RunixError):
            link.connect()
