"""The run-time logs of several deployments as one, by the time of each line.

Pages of older lines are merged exactly: what could still have an older line of another service between it and the rest
waits for that one's next page. Live lines wait a moment for each other; one that comes later than that comes last.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from operator import itemgetter

from runix_tui.errors import NotFound, RunixError, Unavailable
from runix_tui.tui.logs.entries import FIRST, from_member, seq_of, stamps
from runix_tui.tui.logs.following import AT_FIRST, PAUSES, Streams, follow
from runix_tui.tui.logs.remarks import remark
from runix_tui.tui.logs.source import LogSource, Member
from runix_tui.tui.logs.supply import PAGE, page

WAIT = 0.1  # seconds that live lines wait for older ones of other services
AHEAD = 16  # chunks of a service that wait to be merged; then it is read no further

Stamped = list[tuple[bytes, bytes]]  # (stamp, line)
_STAMP = itemgetter(0)


@dataclass(slots=True)
class _Part:
    """One member's log. ``held``: lines that were fetched and not given yet, in order."""

    member: Member
    origin: int
    first: int | None = None  # the oldest seq that was fetched
    last: int | None = None  # the newest one: of the first page, then of what was written
    oldest: bytes = b""  # the stamp of the oldest line that was fetched
    complete: bool = False
    refused: RunixError | None = None  # why it cannot be followed
    held: Stamped = field(default_factory=list)

    def take(self, data: bytes) -> None:
        """A page before all that was fetched so far."""
        if not data:
            self.complete = True
            return
        self.first = seq_of(data)
        self.complete = self.first <= FIRST
        if self.last is None:
            self.last = seq_of(data[data.rfind(b"\n", 0, -1) + 1 :])
        self.held = [*self.stamped(data), *self.held]
        self.oldest = self.held[0][0]

    def shut(self, error: RunixError) -> None:
        """No older lines can be had. Where there is none at all, why is said to whoever follows it."""
        self.complete = True
        if self.first is not None:
            self.held = self.stamped(remark(f"its older lines cannot be had: {error.message}", self.oldest))

    def stamped(self, data: bytes, before: bytes = b"") -> Stamped:
        """Lines of the API with their stamps, marked as this member's."""
        lines = from_member(data, self.origin).splitlines(keepends=True)
        return list(zip(stamps(lines, before), lines, strict=True))


class Merged:
    """The logs of all members of ``source``. One that is refused or deleted ends with a line that says so."""

    def __init__(self, source: LogSource, streams: Streams) -> None:
        self._source = source
        self._streams = streams
        self._parts = [_Part(member, origin) for origin, member in enumerate(source.members)]
        self._begun = False  # whether the newest lines were fetched
        self._ready: Stamped = []  # in order, and to be given
        self._waiting: Stamped = []  # may still be overtaken

    async def newer(self, lost: Callable[[bool], None]) -> AsyncGenerator[bytes, None]:
        """The newest lines of all, then what is written."""
        if not self._begun:
            self._ready = await self._newest(lost)
            self._begun = True
        queue: asyncio.Queue[Stamped] = asyncio.Queue(AHEAD)
        there = [part for part in self._parts if not isinstance(part.refused, NotFound)]
        following = [asyncio.create_task(self._follow(part, queue, lost)) for part in there]
        try:
            while self._ready or self._waiting or not (queue.empty() and all(task.done() for task in following)):
                if self._ready:
                    yield _joined(self._ready)
                    self._ready = []
                else:
                    await self._let_ripen(queue)
        finally:
            for task in following:
                task.cancel()
            while not queue.empty():
                self._waiting += queue.get_nowait()
        why = (part.refused for part in self._parts if not isinstance(part.refused, NotFound))
        raise next(why, None) or NotFound("None of these services is there any more")

    async def _newest(self, lost: Callable[[bool], None]) -> Stamped:
        while True:
            try:
                return await self._older(AT_FIRST)
            except Unavailable:
                lost(True)
                await asyncio.sleep(PAUSES[0])

    async def older(self) -> bytes:
        """A page, merged."""
        return _joined(await self._older(PAGE))

    async def _older(self, size: int) -> Stamped:
        while True:
            await self._fetch(max(1, size // len(self._parts)))
            # The oldest lines of those that have more: nothing before the newest of these is certain yet.
            certain = max((part.held[0][0] for part in self._parts if not part.complete and part.held), default=b"")
            given: Stamped = []
            for part in self._parts:
                at = next((index for index, (stamp, _) in enumerate(part.held) if stamp >= certain), len(part.held))
                given += part.held[at:]
                del part.held[at:]
            if given or all(part.complete for part in self._parts):
                return sorted(given, key=_STAMP)

    async def _fetch(self, size: int) -> None:
        for part in self._parts:
            if not part.held and not part.complete:
                try:
                    part.take(await page(await self._streams(), part.member, size, before=part.first))
                except Unavailable:
                    raise
                except RunixError as error:
                    part.shut(error)

    async def _follow(self, part: _Part, queue: "asyncio.Queue[Stamped]", lost: Callable[[bool], None]) -> None:
        before = b""
        try:
            async for chunk in follow(self._source, part.member, self._streams, lost, seen=part.last or 0):
                lines = part.stamped(chunk.data, before)
                before = lines[-1][0]
                await queue.put(lines)
                part.last = chunk.last
        except RunixError as error:
            await queue.put(part.stamped(remark(f"its log ends here: {error.message}")))
            part.refused = error
        await queue.put([])  # whoever waits is to see that this one has no more

    async def _let_ripen(self, queue: "asyncio.Queue[Stamped]") -> None:
        """Make ready what had time to be overtaken."""
        newest = max(map(_STAMP, self._waiting), default=b"")
        if not self._waiting:
            self._waiting += await queue.get()
        await asyncio.sleep(WAIT)
        while not queue.empty():
            self._waiting += queue.get_nowait()
        ordered = sorted(self._waiting, key=_STAMP)
        ripe = bisect_right(ordered, newest, key=_STAMP)
        self._ready, self._waiting = ordered[:ripe], ordered[ripe:]


def _joined(lines: Stamped) -> bytes:
    return b"".join(line for _, line in lines)
