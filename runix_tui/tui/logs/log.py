"""A log that is shown: follows its source into a spool, fetches older lines when they are wanted, says how it stands.

Lives in the app's event loop. Nobody is told of a line, only that there is something new.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from enum import StrEnum

from runix_tui.core.events import End
from runix_tui.errors import NotFound, RunixError, Unavailable
from runix_tui.tui.logs.entries import FIRST, entry, seq_of, stamp_of, told
from runix_tui.tui.logs.following import Streams
from runix_tui.tui.logs.merged import Merged
from runix_tui.tui.logs.progress import Progress, ProgressReader
from runix_tui.tui.logs.remarks import remark
from runix_tui.tui.logs.source import LogKind, LogSource
from runix_tui.tui.logs.spool import Spool
from runix_tui.tui.logs.supply import One, Supply

AGAIN = 1.0  # seconds after which a disk that took nothing is tried again


class Phase(StrEnum):
    """How a log stands."""

    WAITING = "waiting"  # nothing came yet
    FOLLOWING = "following"
    AWAY = "away"  # the connection broke; it is being made again
    ENDED = "ended"  # a build
    GONE = "gone"  # there is no such log (any more)
    FAILED = "failed"


class Log:
    """The log of ``source``. ``changed`` hears that there is something new; it may be called often."""

    def __init__(self, source: LogSource, streams: Streams, changed: Callable[[], None]) -> None:
        self.source = source
        self.spool = Spool()
        self.phase = Phase.WAITING
        self.why = ""  # in the API's words: what is wrong, or a build's status
        self.stuck: OSError | None = None  # why the disk takes no lines now
        self.complete = source.kind is LogKind.BUILD  # whether there is nothing older
        self._reader = ProgressReader() if source.kind is LogKind.BUILD else None
        self._supply: Supply = Merged(source, streams) if source.merged else One(source, streams)
        self._changed = changed
        self._paging: asyncio.Task[bool] | None = None

    async def run(self) -> None:
        """Follow the source until it ends, from where that was left. Cancel it to stop; it can be run again."""
        if self.phase is Phase.ENDED:
            return
        try:
            await self._follow()
        except NotFound as error:
            self._turn(Phase.GONE, error.message)
        except RunixError as error:
            self._turn(Phase.FAILED, f"{error.message}. {error.hint}" if error.hint else error.message)

    def close(self) -> None:
        """Give the room back. Stop :meth:`run` before."""
        if self._paging is not None:
            self._paging.cancel()
        self.spool.close()

    @property
    def progress(self) -> Progress | None:
        """How far the build is; None: it is none."""
        return self._reader.progress if self._reader is not None else None

    @property
    def paging(self) -> bool:
        """Whether older lines are on their way."""
        return self._paging is not None and not self._paging.done()

    def want_older(self) -> None:
        """Fetch a page of older lines, unless one is on its way or there is none."""
        if not self.complete and not self.paging and len(self.spool):
            self._paging = asyncio.create_task(self._page())

    async def older(self) -> bool:
        """A page of older lines; whether there was one."""
        self.want_older()
        return not self.complete and self._paging is not None and await asyncio.shield(self._paging)

    async def _follow(self) -> None:
        async with aclosing(self._supply.newer(self._lost)) as newer:
            async for data in newer:
                await self._take(data)
                self._turn(Phase.FOLLOWING)
        self._end()

    async def _take(self, data: bytes) -> None:
        first = self.spool.end
        await self._store(self.spool.append, data if self._reader is None else told(data))
        if self._reader is not None:
            self._reader.feed(data, first)
        elif not self.source.merged and not first:
            self.complete = seq_of(data) <= FIRST
        self.complete = self.complete or self.spool.full

    async def _store(self, put: Callable[[bytes], None], data: bytes) -> None:
        """As soon as the disk takes it. Nothing more is fetched until then, so nothing is lost."""
        while True:
            try:
                put(data)
            except OSError as error:
                self.stuck = error
                self._changed()
                await asyncio.sleep(AGAIN)
            else:
                self.stuck = None
                return

    def _end(self) -> None:
        last = entry(self.spool.line(self.spool.end - 1)).event if len(self.spool) else None
        self._turn(Phase.ENDED, last.status if isinstance(last, End) else "")

    async def _page(self) -> bool:
        """Fetch one page of older lines; whether there was one."""
        try:
            data = await self._supply.older()
            await self._store(self.spool.prepend, data)
            self.complete = not data or self.spool.full
        except Unavailable:
            return False
        except RunixError as error:
            oldest = stamp_of(self.spool.line(self.spool.first))
            await self._store(self.spool.prepend, remark(f"older lines cannot be had: {error.message}", oldest))
            self.complete = True
            return False
        finally:
            self._changed()
        return bool(data)

    def _lost(self, away: bool) -> None:
        if away:
            self._turn(Phase.AWAY)
        elif self.phase is Phase.AWAY:
            self._turn(Phase.FOLLOWING if len(self.spool) else Phase.WAITING)

    def _turn(self, phase: Phase, why: str = "") -> None:
        self.phase, self.why = phase, why
        self._changed()
