"""Each line of the engine's files once, whatever happens to the files and to us."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runix_tui.core.events import Gap, LogEvent, LogLine
from runix_tui.deploy import collector as collector_module
from runix_tui.deploy import taken as taken_module
from runix_tui.deploy.collector import PARTIAL_SECONDS, Collector
from runix_tui.deploy.journal import Journal

STAMP = "2026-11-24T02:06:{:02d}.123456789+00:00"
MAX = 64 * 1024**2


class FakeClock:
    """Time that the test moves; sleeping gives way only."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Container:
    """Writes its file as the engine does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.second = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("ab", buffering=0)

    def say(self, text: str, stream: str = "stdout", tag: str = "F") -> None:
        self.file.write(f"{STAMP.format(self.second)} {stream} {tag} {text}\n".encode())

    def roll(self) -> None:
        """The file reached its size: a new one takes its place."""
        self.second += 1
        fresh = self.path.with_suffix(".tmp").open("ab", buffering=0)
        self.path.with_suffix(".tmp").rename(self.path)
        self.file.close()
        self.file = fresh


class Home:
    """A collector and the journal of one deployment, which can be ended and started again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FakeClock()
        self.containers: list[Container] = []
        self.task: asyncio.Task[None] | None = None
        self.start()

    def start(self) -> None:
        self.journal = Journal(self.root / "journal", MAX)
        self.collector = Collector(self.root / "containers", lambda _: self.journal, self.clock)

    def end(self) -> None:
        if self.task is not None and not self.task.done():
            self.task.cancel()
        self.task = None
        self.collector.close()
        self.journal.close()

    def path(self, name: str) -> Path:
        return self.root / "containers" / "d" / f"{name}.log"

    def container(self, name: str = "1-aaaa") -> Container:
        self.collector.watch("d", self.path(name))
        return self.unwatched(self.path(name))

    def unwatched(self, path: Path) -> Container:
        self.containers.append(Container(path))
        return self.containers[-1]

    def finish(self) -> None:
        self.end()
        for container in self.containers:
            container.file.close()

    async def lines(self) -> list[str]:
        """Everything there is, taken."""
        await self.looks(60)
        return [event.line for event in await self.events() if isinstance(event, LogLine)]

    async def looks(self, count: int) -> None:
        """Let the collector look some times, a chunk each."""
        if self.task is None:
            self.task = asyncio.create_task(self.collector.run())
        for _ in range(count):
            await asyncio.sleep(0)

    async def events(self) -> list[LogEvent]:
        return [event async for batch in self.journal.read(after=0) for event in batch.events()]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = Home(tmp_path)
    yield made
    made.finish()


async def test_lines_are_taken_as_they_come(home: Home) -> None:
    container = home.container()
    container.say("one")
    container.say("two", "stderr")
    assert await home.lines() == ["one", "two"]
    container.say("three")
    assert await home.lines() == ["one", "two", "three"]


async def test_a_file_that_comes_later(home: Home) -> None:
    home.collector.watch("d", home.path("1-aaaa"))
    assert await home.lines() == []
    home.container().say("hello")
    assert await home.lines() == ["hello"]


async def test_watching_twice_is_watching_once(home: Home) -> None:
    container = home.container()
    container.say("one")
    await home.lines()
    home.collector.watch("d", home.path("1-aaaa"))
    assert await home.lines() == ["one"]


async def test_a_half_written_line_waits(home: Home) -> None:
    container = home.container()
    line = f"{STAMP.format(0)} stdout F héllo\n".encode()
    for byte in line[:-1]:
        container.file.write(bytes([byte]))
        if byte % 8 == 0:
            assert await home.lines() == []
    container.file.write(b"\n")
    assert await home.lines() == ["héllo"]


async def test_a_line_without_its_end_is_shown_after_a_while(home: Home) -> None:
    container = home.container()
    container.say("password: ", tag="P")
    assert await home.lines() == []
    container.say("beside it", "stderr")
    assert await home.lines() == ["beside it"]
    home.clock.seconds += PARTIAL_SECONDS + 0.1
    assert await home.lines() == ["beside it", "password: "]
    container.say("ok")
    assert await home.lines() == ["beside it", "password: ", "ok"]


async def test_the_engine_replaces_the_file(home: Home) -> None:
    container = home.container()
    container.say("one")
    await home.lines()
    container.say("two")
    container.say("thr", tag="P")
    container.roll()
    container.say("ee")
    container.say("four")
    assert await home.lines() == ["one", "two", "three", "four"]
    container.roll()
    assert await home.lines() == ["one", "two", "three", "four"]
    container.say("five")
    assert await home.lines() == ["one", "two", "three", "four", "five"]


async def test_the_engine_replaces_the_file_faster_than_it_is_read(home: Home) -> None:
    container = home.container()
    for number in range(5):
        container.roll()
        for line in range(4000):
            container.say(f"{number} {line}")
        await home.looks(1)  # at 256 KiB each time, the first file is not even read to its end
    assert await home.lines() == [f"{number} {line}" for number in range(5) for line in range(4000)]


async def test_what_is_given_up_is_counted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector_module, "WAITING_MAX", 1_000_000)
    container = home.container()
    for number in range(8):
        container.roll()
        for line in range(8000):
            container.say(f"{number} {line}")
        await home.looks(1)
    lines = await home.lines()
    gaps = [event.dropped for event in await home.events() if isinstance(event, Gap)]
    assert gaps
    assert len(lines) + sum(gaps) == 64_000
    assert lines[-1] == "7 7999"
    assert lines == sorted(lines, key=lambda line: tuple(map(int, line.split())))


async def test_a_file_emptied_in_place(home: Home) -> None:
    container = home.container()
    container.say("one")
    container.say("two")
    await home.lines()
    os.truncate(container.path, 0)
    container.say("three")
    assert await home.lines() == ["one", "two", "three"]


async def test_both_versions_of_a_switch(home: Home) -> None:
    old, new = home.container("1-aaaa"), home.container("2-bbbb")
    old.say("old 1", tag="P")
    new.say("new 1")
    assert await home.lines() == ["new 1"]
    old.say(" and more")
    new.say("new 2")
    assert sorted(await home.lines()) == ["new 1", "new 2", "old 1 and more"]


@pytest.mark.parametrize("gone", [False, True])
async def test_catching_up_after_a_restart(home: Home, gone: bool) -> None:
    container = home.container()
    container.say("one")
    container.say("tw", tag="P")
    assert await home.lines() == ["one"]
    home.end()
    container.say("o")
    container.say("three")
    home.start()
    if gone:
        home.collector.sweep({"d"})
    else:
        home.collector.watch("d", container.path)
    assert await home.lines() == ["one", "two", "three"]
    assert container.path.exists() != gone


async def test_a_file_replaced_while_nobody_looked_is_said(home: Home) -> None:
    container = home.container()
    container.say("one")
    await home.lines()
    home.end()
    container.say("lost")
    container.roll()
    container.say("three")
    home.start()
    home.collector.watch("d", container.path)
    first, said, last = await home.lines()
    assert (first, last) == ("one", "three")
    assert "missing" in said


async def test_the_file_of_a_container_that_is_gone_is_taken_then_deleted(home: Home) -> None:
    container = home.container()
    container.say("one")
    container.say("last words", tag="P")
    home.collector.discard("d", container.path)
    assert await home.lines() == ["one", "last words"]
    assert not container.path.exists()
    assert await home.lines() == ["one", "last words"]
    again = home.container()  # the same name once more
    again.second = 9
    again.say("new life")
    assert await home.lines() == ["one", "last words", "new life"]


async def test_sweeping_spares_what_is_watched(home: Home) -> None:
    watched = home.container("2-bbbb")
    home.unwatched(home.path("1-aaaa")).say("from before")
    stranger = home.unwatched(home.root / "containers" / "nobody" / "1-cccc.log")
    home.collector.sweep({"d"})
    assert await home.lines() == ["from before"]
    assert not home.path("1-aaaa").exists()
    assert watched.path.exists()
    assert not stranger.path.exists()


async def test_forget_takes_nothing_more(home: Home) -> None:
    container = home.container()
    container.say("one")
    await home.lines()
    container.say("two")
    home.collector.forget("d")
    assert await home.lines() == ["one"]
    assert not container.path.parent.exists()


async def test_settle_takes_what_is_there(home: Home) -> None:
    container = home.container()
    for number in range(10_000):
        container.say(f"line {number}")
    await home.collector.settle("d")
    assert home.journal.last == 10_000
    await home.collector.settle("nobody")


async def test_a_full_disk_stops_taking_and_loses_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    container = home.container()
    container.say("one")
    await home.lines()
    write = taken_module._write

    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(taken_module, "_write", full)
    container.say("tw", tag="P")
    container.say("o")
    assert await home.lines() == ["one"]
    monkeypatch.setattr(taken_module, "_write", write)
    assert await home.lines() == ["one", "two"]


@pytest.mark.parametrize("kept", ["plan only", "torn", "all"])
async def test_a_crash_between_plan_and_entries(home: Home, kept: str) -> None:
    """The journal is cut at every byte of what the last chunk brought: nothing is repeated, nothing lost."""
    container = home.container()
    container.say("zero")
    container.say("on", tag="P")
    await home.lines()
    (segment,) = (home.root / "journal").glob("*.log")
    before = segment.stat().st_size
    container.say("e")
    for text in ("two", "three", "four", "five"):
        container.say(text, "stderr")
    expected = ["zero", "one", "two", "three", "four", "five"]
    assert await home.lines() == expected
    home.end()
    whole, records = segment.read_bytes(), (home.root / "journal" / "taken").read_bytes()
    cuts = {"plan only": [before], "torn": range(before + 1, len(whole)), "all": [len(whole)]}[kept]
    for cut in cuts:
        segment.write_bytes(whole[:cut])
        (home.root / "journal" / "taken").write_bytes(records)
        home.start()
        home.collector.watch("d", container.path)
        assert await home.lines() == expected
        home.end()
        home.start()  # and once more
        home.collector.watch("d", container.path)
        assert await home.lines() == expected
        home.end()


COLLECTOR = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from runix_tui.deploy.collector import Collector
from runix_tui.deploy.journal import Journal
async def main(root):
    journal = Journal(root / "journal", 256 * 1024**2)
    collector = Collector(root / "containers", lambda _: journal)
    collector.watch("d", root / "containers" / "d" / "1-aaaa.log")
    print("ready", flush=True)
    await collector.run()
asyncio.run(main(Path(sys.argv[1])))
"""


def test_kill_9_repeats_and_loses_nothing(home: Home, tmp_path: Path) -> None:
    container = home.container()
    home.end()
    written = 0
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", COLLECTOR, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        until = time.monotonic() + 0.25
        while time.monotonic() < until:
            block = "".join(f"{STAMP.format(0)} stdout F line {written + n}\n" for n in range(1, 2501))
            container.file.write(block.encode())
            written += 2500
            time.sleep(0.005)  # on any machine the journal has room for all
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
        process.wait()

    async def rest() -> list[int]:
        home.start()
        home.collector.watch("d", container.path)
        await home.collector.settle("d")
        batches = [batch async for batch in home.journal.read(after=0)]
        home.end()
        return [int(line.rsplit(b" ", 1)[1]) for batch in batches for line in batch.data.splitlines()]

    assert asyncio.run(rest()) == list(range(1, written + 1))


async def test_a_flood_is_taken_in_time(home: Home) -> None:
    """By CPU time, at a twentieth of the usual speed."""
    container = home.container()
    block = "".join(f"{STAMP.format(1)} stdout F GET /path/{n} 200\n" for n in range(10_000)).encode()
    for _ in range(20):
        container.file.write(block)
    started = time.process_time()
    await home.collector.settle("d")
    assert home.journal.last == 200_000
    assert 200_000 / (time.process_time() - started) > 50_000


async def test_idling_costs_next_to_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", MAX)
    collector = Collector(tmp_path, lambda _: journal)
    for number in range(10):
        path = tmp_path / f"{number}.log"
        path.touch()
        collector.watch("d", path)
    task = asyncio.create_task(collector.run())
    await asyncio.sleep(0.5)
    used, started = time.process_time(), time.monotonic()
    await asyncio.sleep(1)
    share = (time.process_time() - used) / (time.monotonic() - started)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    journal.close()
    assert share < 0.03
