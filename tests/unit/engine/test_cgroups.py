import asyncio
import subprocess
from pathlib import Path

import pytest

from runix_tui.engine import cgroups


def test_root_takes_a_group_at_the_top() -> None:
    assert cgroups.parent("abc", rootless=False) == "/runix-build-abc"


def test_a_user_takes_one_in_the_tree_that_systemd_handed_over() -> None:
    own = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n"
    assert (
        cgroups.parent("abc", rootless=True, own=own) == "/user.slice/user-1000.slice/user@1000.service/runix-build-abc"
    )


@pytest.mark.parametrize("own", ["0::/\n", "0::/user.slice/user-1000.slice/session-1.scope\n", "9:memory:/x\n"])
def test_elsewhere_a_user_has_none(own: str) -> None:
    assert cgroups.parent("abc", rootless=True, own=own) is None


def test_members_are_found_by_the_id_in_both_versions(tmp_path: Path) -> None:
    groups = {
        "10": "0::/runix-build-abc\n",
        "11": "9:pids:/runix-build-abc/x\n8:cpu:/\n",
        "12": "0::/runix-build-xyz\n",
    }
    for pid, text in groups.items():
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "cgroup").write_text(text)
    (tmp_path / "13").mkdir()  # ended meanwhile
    (tmp_path / "version").write_text("")
    assert sorted(cgroups.members("abc", tmp_path)) == [10, 11]


def sleeper() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["sleep", "60"])


async def test_they_are_killed_until_none_comes_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [sleeper(), sleeper()]
    running = [waiting.pop()]

    def members(build_id: str) -> list[int]:
        """As /proc tells it; when the first one died, a second one turns up."""
        assert build_id == "abc"
        if running[-1].poll() is not None and waiting:
            running.append(waiting.pop())
        return [process.pid for process in running if process.poll() is None]

    monkeypatch.setattr(cgroups, "members", members)
    bystander = sleeper()
    try:
        await asyncio.wait_for(cgroups.end("abc"), 5)
        assert [process.wait(5) for process in running] == [-9, -9]
        assert bystander.poll() is None
    finally:
        for process in (*running, *waiting, bystander):
            process.kill()
            process.wait()
