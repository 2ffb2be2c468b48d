"""What a log pane takes in by itself, without a server: run as a program it shows a scripted log in a terminal.

``ingest`` runs that program: a million lines as fast as they can be had, then a steady flood with keys typed into it.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from textual.app import App, ComposeResult

from bench.tui_budget import Budget
from bench.tui_terminal import Terminal, terminal
from runix_tui.client.lines import LogChunk
from runix_tui.tui.logs.source import LogSource, Member
from runix_tui.tui.widgets.log_pane import LogPane

LINES = 1_000_000
RATE = 50_000  # lines a second
FLOOD = 8.0  # seconds
BATCH = 400  # lines of a chunk: about 64 KiB
BARE = "--bare"  # everything at once
PACED = "--paced"


def ingest() -> list[Budget]:
    """Lines taken in by a visible pane, and how soon it answers keys meanwhile."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with terminal(_command(BARE), environ) as program:
        began = program.wait(rb"request \d+ of many", within=30)
        took = program.wait(rb"request %d of many" % LINES, within=120) - began
        program.quiet(1.0)
        memory = program.memory / 1024**2
    with terminal(_command(PACED), environ) as program:
        program.wait(rb"request \d+ of many", within=30)
        keys, ages, cpu = _flooded(program)
    return [
        Budget("lines taken in by a visible pane", "lines/s", LINES / took, 100_000, low=False),
        Budget("memory of a pane with 1M lines", "MiB", memory, 100),
        Budget("key to paint, pane alone in a flood, p50", "ms", _percentile(keys, 50), 30),
        Budget("key to paint, pane alone in a flood, p95", "ms", _percentile(keys, 95), 120),
        Budget("age of the newest line, pane alone, p95", "s", _percentile(ages, 95), 0.5),
        Budget("CPU of a pane in a flood", "%", cpu),
    ]


def _command(kind: str) -> Sequence[str]:
    return (sys.executable, "-m", "bench.tui_ingest", kind)


def _flooded(program: Terminal) -> tuple[list[float], list[float], float]:
    """Milliseconds from keys to their paints, ages of the newest lines in seconds, percent of a core."""
    keys: list[float] = []
    since, until, used = len(program.chunks), time.perf_counter() + FLOOD, program.cpu
    while time.perf_counter() < until:
        for key, shown in ((b"t", rb"\d\d:\d\d:\d\d\.\d\d\d "), (b"t", b"time since"), (b"t", None)):
            time.sleep(0.06)
            at = len(program.chunks)
            sent = program.send(key)
            if shown:
                keys.append((program.wait(shown, since=at, within=10) - sent) * 1000)
    cpu = (program.cpu - used) / FLOOD * 100
    offset = time.time() - time.perf_counter()
    ages = [
        moment + offset - max(map(float, stamps))
        for moment, data in program.chunks[since:]
        if (stamps := re.findall(rb"<(\d+\.\d+)>", data))
    ]
    return keys, ages, cpu


def _percentile(values: Sequence[float], hundredth: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * hundredth // 100)]


class Script:
    """Stands for the server's streams."""

    def __init__(self, paced: bool) -> None:
        self._paced = paced

    async def streams(self) -> "Script":
        return self

    async def logs(self, _id: str, **_: object) -> AsyncGenerator[LogChunk, None]:
        started, seq = time.perf_counter(), 0
        while self._paced or seq < LINES:
            data = _lines(seq + 1)
            seq += BATCH
            yield LogChunk(data, seq, ended=False)
            behind = started + seq / RATE - time.perf_counter()
            await asyncio.sleep(max(0.0, behind) if self._paced else 0)
        await asyncio.Event().wait()


def _lines(first: int) -> bytes:
    """A chunk of lines, made as cheaply as can be: the pane is measured, not this."""
    now = time.time()
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    head = f'"ts":"{at}.123456789Z","stream":"stdout","line":"<{now:.6f}> GET /api/items 200 0.012 request '.encode()
    return b"".join([b'{"seq":%d,%b%d of many"}\n' % (seq, head, seq) for seq in range(first, first + BATCH)])


class Pane(App[None]):
    """Just a log pane."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def compose(self) -> ComposeResult:
        yield LogPane(streams=self._script.streams)  # type: ignore[arg-type]  # stands for AsyncClient

    def on_mount(self) -> None:
        pane = self.query_one(LogPane)
        pane.show(LogSource.runtime(Member("d", "flood")))
        pane.view.focus()


if __name__ == "__main__":
    Pane(Script(paced=sys.argv[1] == PACED)).run()
