"""Run-time logs on the real engine: every line once, over floods, the engine's own rotation, restarts and removal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from runix_tui.core.events import LogLine
from runix_tui.core.ports import ContainerSpec
from runix_tui.deploy.collector import Collector
from runix_tui.deploy.journal import Journal
from runix_tui.engine.engine import PodmanEngine
from runix_tui.locations import Locations

pytestmark = pytest.mark.engine

FLOOD = 1_000_000
COUNT = (
    f'my $n = 0; while ($n < {FLOOD}) {{ $n++; print "line $n of a log with some words in it\\n" }} $| = 1; sleep 60'
)
SLOWLY = '$| = 1; for my $n (1..3000) { print "line $n of a log\\n"; select(undef,undef,undef,.001) } sleep 60'
WORDS = '$| = 1; print "caf\\xc3\\xa9 \\t\\r\\x1b[31m\\xff\\n"; print STDERR "x" x 20000, "\\n"; print "last words"'


class Following:
    """A collector at work in one home; it can be ended and started again."""

    def __init__(self, locations: Locations) -> None:
        self._locations = locations
        self.start()

    def start(self) -> None:
        self.journal = Journal(self._locations.runtime_logs / "d", 256 * 1024**2)
        self.collector = Collector(self._locations.container_logs, lambda _: self.journal)
        self._task = asyncio.create_task(self.collector.run())

    async def stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self.journal.close()

    async def lines(self) -> list[LogLine]:
        batches = [batch async for batch in self.journal.read(after=0)]
        return [event for batch in batches for event in batch.events() if isinstance(event, LogLine)]


@pytest.fixture
async def following(locations: Locations) -> AsyncIterator[Following]:
    made = Following(locations)
    yield made
    await made.stop()


@pytest.fixture
def spec_of(locations: Locations, make_spec):
    def make(script: str, log_size: int) -> ContainerSpec:
        spec = make_spec("perl", "-e", script)
        path: Path = locations.container_logs / "d" / f"{spec.name}.log"
        path.parent.mkdir(exist_ok=True)
        return replace(spec, log_path=path, log_size=log_size)

    return make


async def run(engine: PodmanEngine, following: Following, spec: ContainerSpec) -> str:
    created = await engine.create(spec)
    following.collector.watch("d", spec.log_path)
    return (await engine.start(created.id)).id


async def test_a_flood_loses_no_line(engine, following: Following, spec_of, eventually) -> None:
    """Larger than the engine's file: it is replaced while we read."""
    spec = spec_of(COUNT, 32 * 1024**2)
    container = await run(engine, following, spec)
    await eventually(lambda: following.journal.last >= FLOOD, within=60)
    assert spec.log_path.stat().st_size < 32 * 1024**2
    lines = await following.lines()
    assert [line.line for line in lines] == [f"line {n} of a log with some words in it" for n in range(1, FLOOD + 1)]
    assert all(len(line.at) == 30 and line.at.endswith("Z") for line in lines)
    await engine.remove(container)
    following.collector.discard("d", spec.log_path)
    await eventually(lambda: not spec.log_path.exists())
    assert following.journal.last == FLOOD


async def test_restarts_of_ours_repeat_and_lose_nothing(engine, following: Following, spec_of, eventually) -> None:
    spec = spec_of(SLOWLY, 10 * 1024**2)
    await run(engine, following, spec)
    for part in (500, 1500):
        await eventually(lambda part=part: following.journal.last >= part)
        await following.stop()
        await asyncio.sleep(0.2)
        following.start()
        following.collector.watch("d", spec.log_path)
    await eventually(lambda: following.journal.last >= 3000)
    assert [line.line for line in await following.lines()] == [f"line {n} of a log" for n in range(1, 3001)]


async def test_bytes_streams_and_last_words(engine, following: Following, spec_of, eventually) -> None:
    spec = spec_of(WORDS, 10 * 1024**2)
    container = await run(engine, following, spec)

    async def ended() -> bool:
        found = await engine.inspect(container)
        return found is not None and found.state == "exited"

    await eventually(ended)
    await engine.remove(container)
    following.collector.discard("d", spec.log_path)
    await eventually(lambda: not spec.log_path.exists())
    lines = await following.lines()
    assert [line.line for line in lines if line.stream == "stdout"] == ["café \t\r\x1b[31m\ufffd", "last words"]
    pieces = [line.line for line in lines if line.stream == "stderr"]
    assert "".join(piece.removesuffix("…") for piece in pieces) == "x" * 20_000
