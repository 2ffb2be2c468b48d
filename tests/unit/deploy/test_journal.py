"""Numbers that never restart, readers that lose nothing, whatever byte a crash cut the files at."""

# ruff: noqa: ASYNC240  a look at a file between two steps of a test keeps nobody waiting

import asyncio
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runix_tui.core.events import End, Gap, LogLine, StageMark
from runix_tui.deploy import journal as journal_module
from runix_tui.deploy.journal import Batch, Journal
from runix_tui.deploy.segments import SEGMENT_MIN, Segments
from runix_tui.errors import StoreError

AT = "2026-11-24T02:06:31.123456789Z"
MAX = 8 * 1024**2
SMALL = 8 * SEGMENT_MIN  # eight segments of the smallest size

WRITER = """
import sys
from pathlib import Path
from runix_tui.deploy.journal import Journal
journal = Journal(Path(sys.argv[1]), 1024 * 1024)
while True:
    seq = journal.last + 1
    journal.append("2026-11-24T02:06:31.123456789Z", "stdout", f"line {seq} " + "x" * (seq % 300))
    if seq % 7 == 0:
        journal.flush()
        print(seq, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


def fill(journal: Journal, count: int, size: int = 0) -> None:
    for _ in range(count):
        journal.append(AT, "stdout", f"line {journal.last + 1}".ljust(size))
    journal.flush()


def lines(batches: list[Batch]) -> list[tuple[int, str]]:
    return [
        (event.seq, event.line.rstrip()) for batch in batches for event in batch.events() if isinstance(event, LogLine)
    ]


async def read(journal: Journal, after: int = 0, until: int | None = None) -> list[Batch]:
    return [batch async for batch in journal.read(after=after, until=until)]


def numbered(first: int, last: int) -> list[tuple[int, str]]:
    return [(seq, f"line {seq}") for seq in range(first, last + 1)]


async def test_what_is_appended_is_read(folder: Path) -> None:
    journal = Journal(folder, MAX)
    assert (journal.first, journal.last) == (1, 0)
    assert await read(journal) == []
    assert not folder.exists()
    fill(journal, 10)
    assert journal.append(AT, "runix", "not flushed") == 11
    assert journal.end(AT, "running") == 12
    events = [event for batch in await read(journal, after=9) for event in batch.events()]
    assert events == [LogLine(10, AT, "stdout", "line 10"), LogLine(11, AT, "runix", "not flushed"), End(12, "running")]
    journal.close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("after", "until"), [(0, None), (0, 9000), (1, 1), (1, 2), (4321, 8765), (9999, None), (20_000, None)]
)
async def test_any_range_is_read(folder: Path, after: int, until: int | None) -> None:
    journal = Journal(folder, MAX)
    fill(journal, 10_000, size=50)
    for found in (journal, Journal(folder, MAX)):  # what it wrote, and what it finds
        assert lines(await read(found, after, until)) == numbered(after + 1, min(until or 10_000, 10_000))
    journal.close()


async def test_batches_are_bounded_and_without_gaps(folder: Path) -> None:
    journal = Journal(folder, MAX)
    fill(journal, 30_000, size=90)
    batches = await read(journal)
    assert all(len(batch.data) <= 256 * 1024 and batch.last - batch.first < 4000 for batch in batches)
    assert [batch.first for batch in batches[1:]] == [batch.last + 1 for batch in batches[:-1]]
    assert all(batch.data.count(b"\n") == batch.last - batch.first + 1 for batch in batches)
    journal.close()


async def test_tail(folder: Path) -> None:
    journal = Journal(folder, MAX)
    assert journal.tail(100) == 0
    fill(journal, 10)
    assert journal.tail(3) == 7
    assert journal.tail(0) == 10
    assert journal.tail(3, before=5) == 1
    assert journal.tail(None, before=5) == journal.tail(100, before=1) == 0
    assert journal.tail(2, before=100) == 8
    assert journal.tail(100) == 0
    journal.close()


async def test_since(folder: Path) -> None:
    journal = Journal(folder, SMALL)
    assert journal.since(datetime(2026, 1, 1, tzinfo=UTC)) == 0
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for second in range(5000):
        at = f"{begin + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}.500000000Z"
        journal.append(at, "stdout", "x" * 60)
    for second in (0, 1, 777, 2500, 4999):
        moment = begin + timedelta(seconds=second, milliseconds=500)
        assert journal.since(moment) == second
        assert journal.since(moment + timedelta(milliseconds=1)) == second + 1
    assert journal.since(begin - timedelta(days=1)) == 0
    assert journal.since(begin + timedelta(days=1)) == 5000
    journal.close()


async def test_old_segments_go_and_are_counted(folder: Path) -> None:
    journal = Journal(folder, SMALL)
    fill(journal, 20_000, size=50)
    assert sum(file.stat().st_size for file in folder.iterdir()) <= SMALL
    assert journal.first > 1
    batches = await read(journal, after=5)
    assert batches[0].dropped == journal.first - 6
    assert next(batches[0].events()) == Gap(journal.first - 1, journal.first - 6)
    assert not any(batch.dropped for batch in batches[1:])
    assert lines(batches) == numbered(journal.first, 20_000)
    again = Journal(folder, SMALL)
    assert (again.first, again.last) == (journal.first, 20_000)
    journal.close()


async def test_a_range_that_is_gone_is_one_gap(folder: Path) -> None:
    journal = Journal(folder, SMALL)
    fill(journal, 20_000, size=50)
    (batch,) = await read(journal, after=2, until=10)
    assert list(batch.events()) == [Gap(10, 8)]
    assert json.loads(batch.ndjson()) == {"seq": 10, "dropped": 8}
    journal.close()


async def test_a_slow_reader_reads_later_from_disk(folder: Path) -> None:
    journal = Journal(folder, SMALL)
    fill(journal, 1000, size=50)
    reader = journal.read(after=0)
    seen = [await anext(reader)]
    fill(journal, 20_000, size=50)
    seen += [batch async for batch in reader]
    dropped = sum(batch.dropped for batch in seen)
    assert dropped > 0
    assert len(lines(seen)) + dropped == 21_000
    assert seen[-1].last == 21_000
    journal.close()


async def test_followers_wake_and_end(folder: Path) -> None:
    journal = Journal(folder, MAX)
    seen: list[list[Batch]] = [[], [], []]

    async def follow(number: int) -> None:
        async for batch in journal.read(after=number, follow=True):
            seen[number].append(batch)

    tasks = [asyncio.create_task(follow(number)) for number in range(3)]
    for count in (5, 1, 3000):
        await asyncio.sleep(0)
        fill(journal, count)
    journal.append(AT, "stdout", f"line {journal.last + 1}")
    journal.close()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    for number in range(3):
        assert lines(seen[number]) == numbered(number + 1, 3007)


async def test_the_timer_wakes_readers(folder: Path) -> None:
    journal = Journal(folder, MAX)
    reader = journal.read(after=0, follow=True)
    waiting = asyncio.create_task(anext(reader))
    await asyncio.sleep(0)
    journal.append(AT, "stdout", "line 1")
    assert lines([await asyncio.wait_for(waiting, 5)]) == [(1, "line 1")]
    waiting = asyncio.create_task(anext(reader))
    await asyncio.sleep(0)
    await asyncio.to_thread(journal.append, AT, "stdout", "line 2")  # a thread wakes it too
    assert lines([await asyncio.wait_for(waiting, 5)]) == [(2, "line 2")]
    journal.close()


async def test_a_mark_comes_at_once_and_a_flood_in_few_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "FLUSH_SECONDS", 3600)  # nothing comes by the timer
    journal = Journal(folder, MAX)
    reader = journal.read(after=0, follow=True)
    waiting = asyncio.create_task(anext(reader))
    await asyncio.sleep(0)
    journal.mark(AT, "building", "started")
    (mark,) = (await asyncio.wait_for(waiting, 5)).events()
    assert mark == StageMark(1, "building", "started")
    seen: list[Batch] = []

    async def follow() -> None:
        async for batch in reader:
            seen.append(batch)

    task = asyncio.create_task(follow())
    for _ in range(500):  # each a chunk of the engine's answer
        journal.append(AT, "stdout", "\n".join(["x" * 50] * 10))
        await asyncio.sleep(0)
    journal.close()
    await asyncio.wait_for(task, 5)
    assert len(lines(seen)) == 5000
    assert len(seen) <= 5


async def test_through_end_stops_behind_the_end_of_a_build(folder: Path) -> None:
    journal = Journal(folder, MAX)
    journal.append(AT, "stdout", "one")
    reader = journal.read(after=0, follow=True, through_end=True)
    assert lines([await anext(reader)]) == [(1, "one")]
    journal.append(AT, "stdout", "two")
    journal.end(AT, "running")
    journal.append(AT, "stdout", "of the next build")
    rest = [event async for batch in reader for event in batch.events()]
    assert rest == [LogLine(2, AT, "stdout", "two"), End(3, "running")]
    journal.close()


async def test_threads_may_append(folder: Path) -> None:
    journal = Journal(folder, MAX)

    def write() -> None:
        for _ in range(2000):
            journal.append(AT, "stdout", "x" * 100)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.last == 8000
    assert sum(batch.last - batch.first + 1 for batch in await read(journal)) == 8000
    journal.close()


async def test_remove_ends_readers_and_leaves_nothing(folder: Path) -> None:
    journal = Journal(folder, MAX)
    fill(journal, 3)
    (folder / "taken").write_text("{}")
    reader = journal.read(after=0, follow=True)
    await anext(reader)
    waiting = asyncio.create_task(anext(reader, None))
    await asyncio.sleep(0)
    journal.append(AT, "stdout", "late")
    journal.remove()
    assert await asyncio.wait_for(waiting, 5) is None
    assert journal.append(AT, "stdout", "later") == 3
    journal.flush()
    journal.remove()
    assert not folder.exists()


@pytest.mark.parametrize("appended", [0, 1, 2500])
async def test_a_crash_at_any_byte_of_the_tail(folder: Path, tmp_path: Path, appended: int) -> None:
    """Whatever is left of the newest segment: whole entries stay, numbers go on, nothing is torn."""
    journal = Journal(folder, SMALL)
    fill(journal, 1300, size=50)
    fill(journal, appended)
    journal.append(AT, "stderr", "☃ last")
    journal.close()
    newest = max(folder.iterdir())
    data = newest.read_bytes()
    before = int(newest.stem) - 1
    for cut in range(max(0, len(data) - 200), len(data) + 1):
        copy = tmp_path / "cut"
        shutil.copytree(folder, copy)
        os.truncate(copy / newest.name, cut)
        again = Journal(copy, SMALL)
        whole = data[:cut].count(b"\n")
        assert again.last == again.recovered == before + whole
        assert again.append(AT, "stdout", "after the crash") == before + whole + 1
        found = [event for batch in await read(again, after=again.last - 3) for event in batch.events()]
        assert [event.seq for event in found] == list(range(again.last - 2, again.last + 1))
        assert isinstance(found[-1], LogLine)
        assert found[-1].line == "after the crash"
        assert all(isinstance(event, LogLine) and event.at == AT for event in found)
        again.remove()


async def test_numbers_go_on_when_a_crash_left_an_empty_segment(folder: Path) -> None:
    journal = Journal(folder, MAX)
    fill(journal, 10)
    journal.close()
    (folder / f"{11:020d}.log").touch()
    again = Journal(folder, MAX)
    assert again.last == 10
    assert again.append(AT, "stdout", "line 11") == 11
    assert lines(await read(again)) == numbered(1, 11)
    assert again.since(datetime(2026, 1, 1, tzinfo=UTC)) == 0
    again.close()


async def test_lost_segments_are_gaps(folder: Path) -> None:
    journal = Journal(folder, SMALL)
    fill(journal, 4000, size=50)
    journal.close()
    files = sorted(folder.iterdir())
    files[1].unlink()
    os.truncate(files[0], files[0].stat().st_size - 10)  # as a power cut may leave it
    again = Journal(folder, SMALL)
    batches = await read(again)
    assert len(lines(batches)) + sum(batch.dropped for batch in batches) == 4000
    found = dict(lines(batches))
    assert all(text == f"line {seq}" for seq, text in found.items())
    again.close()


def test_kill_9_loses_nothing_that_was_flushed(folder: Path) -> None:
    last = 0
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        started, flushed = time.monotonic(), last
        for line in process.stdout:
            flushed = int(line)
            if time.monotonic() - started > 0.3:
                break
        process.send_signal(signal.SIGKILL)
        flushed = max([flushed, *(int(line) for line in process.stdout if line.endswith("\n"))])
        process.stdout.close()
        process.wait()
        journal = Journal(folder, 1024**2)
        assert journal.last >= flushed > last
        last = journal.last
        journal.close()

    async def check() -> None:
        journal = Journal(folder, 1024**2)
        found = [event for batch in await read(journal) for event in batch.events() if not isinstance(event, Gap)]
        assert [event.seq for event in found] == list(range(journal.first, last + 1))
        assert all(isinstance(event, LogLine) and event.line.startswith(f"line {event.seq} ") for event in found)

    asyncio.run(check())


async def test_a_full_disk_holds_lines_back_then_counts_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "PENDING_MAX", 1000)
    journal = Journal(folder, MAX)
    fill(journal, 5)
    write = Segments.write

    def full(self: Segments, data: bytes, count: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Segments, "write", full)
    fill(journal, 5)
    assert journal.stuck
    assert journal.last == 10
    fill(journal, 100, size=100)
    held = journal.last
    assert held < 110
    monkeypatch.setattr(Segments, "write", write)
    journal.flush()
    assert not journal.stuck
    batches = await read(journal)
    assert lines(batches) == numbered(1, held)
    assert list(batches[-1].events())[-1] == Gap(held + 1, 110 - held)
    journal.close()


def test_a_write_that_fails_midway_leaves_whole_entries(folder: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from runix_tui.deploy.journal import Journal
journal = Journal(Path(sys.argv[1]), 8 * 1024**2)
journal.append("2026-11-24T02:06:31.123456789Z", "stdout", "kept")
journal.flush()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
journal.append("2026-11-24T02:06:31.123456789Z", "stdout", "x" * 500)
journal.flush()
assert journal.stuck
"""
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, timeout=30, capture_output=True)
    (segment,) = folder.iterdir()
    assert segment.read_bytes() == AT.encode() + b" stdout kept\n"


def test_an_unusable_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file")
    with pytest.raises(StoreError) as caught:
        Journal(tmp_path / "log", MAX)
    assert caught.value.hint


async def test_readers_let_others_run(folder: Path) -> None:
    journal = Journal(folder, MAX)
    fill(journal, 50_000, size=80)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(tick())
    count = 0
    async for batch in journal.read(after=0):
        batch.ndjson()
        count += 1
    other.cancel()
    assert count > 10
    assert ticks >= count - 1
    journal.close()


async def test_it_is_fast_enough(folder: Path) -> None:
    """A flood: 200 000 lines in, and out as NDJSON. The CPU time asked for here is a tenth of the usual speed."""
    journal = Journal(folder, 64 * 1024**2)
    chunk = b"".join(b"2026-11-24T02:06:31.%09d+00:00 stdout F GET /path/%d 200\n" % (n, n) for n in range(4000))
    started = time.process_time()
    for _ in range(50):
        journal.append_k8s(chunk)
    size = 0
    async for batch in journal.read(after=0):
        size += len(batch.ndjson())
    assert 200_000 / (time.process_time() - started) > 50_000
    assert journal.last == 200_000
    assert size > 200_000 * 80
    journal.close()
