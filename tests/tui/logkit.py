"""A server that is scripted: the logs a pane follows, and a small app around the pane."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from runix_tui.client.lines import LogChunk
from runix_tui.errors import NotFound, RunixError, Unavailable
from runix_tui.tui.logs.source import LogSource, Member
from runix_tui.tui.widgets.log_pane import LogPane
from runix_tui.tui.widgets.log_view import LogView

API = Member("d1", "api")
WORKER = Member("d2", "worker")


def stamp(second: float) -> str:
    minutes, rest = divmod(second, 60)
    return f"2026-11-26T10:{int(minutes):02}:{rest:012.9f}Z"


def line(seq: int, text: str, *, at: float | None = None, stream: str = "stdout") -> bytes:
    found = {"seq": seq, "ts": stamp(seq / 10 if at is None else at), "stream": stream, "line": text}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def lines(first: int, last: int, text: str = "line {}") -> list[bytes]:
    return [line(seq, text.format(seq)) for seq in range(first, last + 1)]


def seq(entry: bytes) -> int:
    return int(json.loads(entry)["seq"])


class Server:
    """Keeps one log for each deployment. ``cut`` breaks every connection, ``answering`` is what follows get."""

    def __init__(self) -> None:
        self.kept: dict[str, list[bytes]] = {}
        self.asked: list[dict[str, object]] = []
        self.refused: dict[str, RunixError] = {}  # what is answered instead of a log
        self.chunk = 1000  # lines of a chunk
        self._changed = asyncio.Event()
        self._cut = 0
        self._up = asyncio.Event()
        self._up.set()

    def say(self, entries: list[bytes], member: Member = API) -> None:
        self.kept.setdefault(member.id, []).extend(entries)
        self._wake()

    def cut(self, *, back: bool = True) -> None:
        self._cut += 1
        if not back:
            self._up.clear()
        self._wake()

    def refuse(self, member: Member, error: RunixError) -> None:
        self.refused[member.id] = error
        self.cut()

    def come_back(self) -> None:
        self._up.set()

    async def streams(self) -> "Server":
        await self._up.wait()
        return self

    async def logs(
        self,
        deployment_id: str,
        *,
        tail: int,
        follow: bool = True,
        after: int | None = None,
        before: int | None = None,
        begun: Callable[[], object] = lambda: None,
    ) -> AsyncGenerator[LogChunk, None]:
        self.asked.append({"id": deployment_id, "tail": tail, "after": after, "before": before})
        kept = self._log(deployment_id)
        begun()
        if before is not None:
            for chunk in self._chunks([each for each in kept if seq(each) < before][-tail:]):
                yield chunk
            return
        if not follow:
            for chunk in self._chunks(kept[-tail:]):
                yield chunk
            return
        at = len(kept) - min(tail, len(kept)) if after is None else sum(seq(each) <= after for each in kept)
        async for chunk in self._follow(deployment_id, at):
            yield chunk

    async def build_log(
        self,
        deployment_id: str,
        *,
        version: int | None = None,
        after: int | None = None,
        follow: bool = True,
        begun: Callable[[], object] = lambda: None,
    ) -> AsyncGenerator[LogChunk, None]:
        self.asked.append({"id": deployment_id, "version": version, "after": after})
        at = sum(seq(each) <= (after or 0) for each in self._log(deployment_id))
        begun()
        async for chunk in self._follow(deployment_id, at):
            yield chunk
            if chunk.ended:
                return

    def _log(self, deployment_id: str) -> list[bytes]:
        if deployment_id in self.refused:
            raise self.refused[deployment_id]
        if deployment_id not in self.kept:
            raise NotFound(f"There is no deployment {deployment_id}", hint="")
        return self.kept[deployment_id]

    async def _follow(self, deployment_id: str, at: int) -> AsyncGenerator[LogChunk, None]:
        cut = self._cut
        while True:
            changed = self._changed
            new = self._log(deployment_id)[at:]
            for chunk in self._chunks(new):
                yield chunk
            at += len(new)
            await changed.wait()
            if cut != self._cut:
                raise Unavailable("The connection broke", hint="")

    def _chunks(self, entries: list[bytes]) -> list[LogChunk]:
        found = []
        for start in range(0, len(entries), self.chunk):
            part = entries[start : start + self.chunk]
            ended = '"status"' in part[-1].decode() and '"stage"' not in part[-1].decode()
            found.append(LogChunk(b"".join(part), seq(part[-1]), ended))
        return found

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class Host(App[None]):
    """Just the pane."""

    def __init__(self, server: Server, source: LogSource | None) -> None:
        super().__init__()
        self.server = server
        self.source = source
        self.copied = ""

    def compose(self) -> ComposeResult:
        yield LogPane(id="logs", streams=self.server.streams)  # type: ignore[arg-type]

    def on_mount(self) -> None:
        self.pane.show(self.source)
        self.view.focus()

    @property
    def pane(self) -> LogPane:
        return self.query_one(LogPane)

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)


def screen(app: App[None]) -> list[str]:
    """What the terminal shows, line by line."""
    return ["".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()]


def shown(app: Host) -> list[str]:
    """What the view shows, line by line, without the scroll bar."""
    view = app.view
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def until(pilot: "Pilot[None]", condition: Callable[[], object]) -> None:
    """Wait for a state of the screen."""
    for _ in range(2000):
        if condition():
            return
        await pilot.pause(0.005)
    raise AssertionError("\n".join(["never came to be; the screen:", *screen(pilot.app)]))
