"""A disk that takes nothing: the pane says so, and goes on when it does again."""

import errno
import os
from typing import Any

import pytest
from textual.pilot import Pilot

from runix_tui.tui.logs import log as module
from runix_tui.tui.logs.source import LogSource
from tests.tui.logkit import API, WORKER, Host, Server, lines, screen, shown, until
from tests.tui.test_log_build import BUILD

SIZE = (80, 12)
FULL = "✗ No room in /var/tmp: free some, and the log goes on"


class Disk:
    """Stands for ``os.pwrite``: takes everything, or half of it and then nothing more."""

    def __init__(self) -> None:
        self.wrong = 0
        self._pwrite = os.pwrite

    def __call__(self, number: int, data: Any, place: int) -> int:
        if not self.wrong:
            return self._pwrite(number, data, place)
        if len(data) > 1:
            return self._pwrite(number, data[: len(data) // 2], place)
        raise OSError(self.wrong, os.strerror(self.wrong))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(os, "pwrite", disk)
    monkeypatch.setattr(module, "AGAIN", 0.01)
    return disk


async def opened(pilot: "Pilot[None]", app: Host) -> None:
    await until(pilot, lambda: shown(app)[-1] == "line 3000")


async def test_a_full_disk_is_said_and_the_log_goes_on_without_a_gap(disk: Disk) -> None:
    server = Server()
    server.say(lines(1, 3000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        disk.wrong = errno.ENOSPC
        server.say(lines(3001, 3004))
        await until(pilot, lambda: FULL in screen(app)[-1])
        assert shown(app)[-1] == "line 3000"
        server.say(lines(3005, 6000))
        disk.wrong = 0
        await until(pilot, lambda: shown(app)[-1] == "line 6000" and "● following" in screen(app)[-1])
        await pilot.press("g")
        await until(pilot, lambda: shown(app)[0] == "line 1" and "6\u202f000 lines" in screen(app)[-1])


async def test_a_disk_that_is_full_from_the_beginning_is_said_where_the_lines_would_be(disk: Disk) -> None:
    disk.wrong = errno.EDQUOT
    server = Server()
    server.say(lines(1, 3))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[0] == " No room in /var/tmp: free some, and the log goes on.")
        disk.wrong = 0
        await until(pilot, lambda: shown(app)[:3] == ["line 1", "line 2", "line 3"])


async def test_another_fault_of_the_disk_is_called_by_its_name(disk: Disk) -> None:
    disk.wrong = errno.EROFS
    server = Server()
    server.say(lines(1, 3))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "/var/tmp takes no lines (Read-only file system): mend that" in screen(app)[-1])


async def test_older_lines_wait_for_room_too(disk: Disk) -> None:
    server = Server()
    server.say(lines(1, 3000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        disk.wrong = errno.ENOSPC
        await pilot.press("g")
        await until(pilot, lambda: FULL in screen(app)[-1])
        assert shown(app)[0] == "line 1001"
        disk.wrong = 0
        await until(pilot, lambda: shown(app)[0] == "line 1" and "‖ reading" in screen(app)[-1])


@pytest.mark.parametrize("source", [LogSource.runtime(API), LogSource.runtime(API, WORKER)], ids=["one", "merged"])
async def test_who_leaves_a_log_that_waits_for_room_finds_it_whole(disk: Disk, source: LogSource) -> None:
    server = Server()
    server.say(lines(1, 3000))
    server.say(lines(1, 3, "job {}"), WORKER)
    app = Host(server, source)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1].endswith("line 3000"))
        disk.wrong = errno.ENOSPC
        server.say(lines(3001, 3001))
        await until(pilot, lambda: FULL in screen(app)[-1])
        app.pane.show(None)
        await until(pilot, lambda: "No log is chosen" in shown(app)[0])
        disk.wrong = 0
        app.pane.show(source)
        await until(pilot, lambda: shown(app)[-1].endswith("line 3001"))
        assert shown(app)[-2].endswith("line 3000")


async def test_a_build_is_told_once_although_it_was_left_while_the_disk_was_full(disk: Disk) -> None:
    disk.wrong = errno.ENOSPC
    server = Server()
    server.say(BUILD)
    source = LogSource.build(API, 4)
    app = Host(server, source)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: FULL in screen(app)[-1])
        app.pane.show(None)
        await until(pilot, lambda: "No log is chosen" in shown(app)[0])
        disk.wrong = 0
        app.pane.show(source)
        await until(pilot, lambda: "■ failed" in screen(app)[-1])
        told = app.pane.reading.log.progress if app.pane.reading is not None else None
        assert told is not None
        assert [step.number for step in told.steps] == [1, 2]
        assert [stage.name for stage in told.stages] == ["fetching", "building"]
