"""How a log is read: where, since when, which lines are kept, what is searched.

Looks through it in the background, block by block. Without a filter or a search it costs nothing.
"""

import asyncio
from collections.abc import Callable
from time import time

from runix_tui.tui.logs.entries import seconds, stamp_of
from runix_tui.tui.logs.filters import Both, FilteredRows, Filters
from runix_tui.tui.logs.finder import Finder
from runix_tui.tui.logs.log import Log
from runix_tui.tui.logs.position import Position
from runix_tui.tui.logs.rows import AllRows, LaterRows, Rows
from runix_tui.tui.logs.search import Bad, Query, seek

SINCE = (None, 300, 900, 3600)  # seconds to go back, None: to the beginning


class Reading:
    """One reader of ``log``. ``changed`` hears when rows or found lines became different."""

    def __init__(self, log: Log, changed: Callable[[], None]) -> None:
        self.log = log
        self.position = Position()
        self.filters = Filters()
        self.query: Query | None = None
        self.found: Finder | None = None  # lines that the query is in
        self.since: int | None = None
        self.floor: float | None = None  # older lines are not shown; seconds since the epoch
        self._floor_id: int | None = None
        self._all = AllRows(log.spool)
        self._kept: FilteredRows | None = None
        self._changed = changed
        self._more = asyncio.Event()
        self._seeking: object = None

    @property
    def rows(self) -> Rows:
        """What is shown."""
        rows = self._all if self._kept is None else self._kept
        floor = self._floor_id
        if self._kept is not None and self.log.spool.dropped:  # some that were kept went
            floor = max(self._oldest, self.log.spool.first)
        return rows if floor is None else LaterRows(rows, floor)

    @property
    def busy(self) -> bool:
        """Whether lines are still to be looked through, or to come."""
        return any(not finder.done for finder in self._finders()) or (bool(self._finders()) and not self.log.complete)

    def by_itself(self, line_id: int) -> bool:
        """Whether a line is shown for itself, and not for the sake of its neighbour."""
        return self._kept is None or self._kept.kept(line_id)

    def filter(self, filters: Filters) -> None:
        """Keep other lines."""
        self.filters = filters
        spool = self.log.spool
        self._kept = FilteredRows(spool, Finder(spool, filters), filters.context) if filters else None
        self.search(self.query)

    def search(self, query: Query | None) -> None:
        """Look for something else, or for nothing, among the lines that are kept."""
        self.query = query
        if query is None:
            self.found = None
        else:
            self.found = Finder(self.log.spool, Both(self.filters, query) if self.filters else query)
        self.arrived()
        self._changed()

    def show_since(self, since: int | None) -> None:
        """Show what was written since ``since`` seconds ago, None: everything. The moment stays: no line goes away
        while it is read."""
        self.since = since
        self.floor = None if since is None else time() - since
        self._floor_id = None
        self.arrived()
        self._changed()

    def arrived(self) -> None:
        """There are new lines, older or newer ones."""
        if self.floor is not None and not self._floored:
            self._floor_id = self._first_since(self.floor)
            if not self._floored:
                self.log.want_older()
        if self._finders():
            self._more.set()

    async def run(self) -> None:
        """Look through the log for as long as there is a reader. Cancel it to stop; it can be run again."""
        while True:
            await self._more.wait()
            self._more.clear()
            while unfinished := [finder for finder in self._finders() if not finder.done]:
                for finder in unfinished:
                    await finder.step()
                if self._kept is not None:
                    self._kept.catch_up()
                self._changed()
            if self._finders():
                self.log.want_older()

    async def next_bad(self, line_id: int, *, back: bool) -> int | None:
        """The error before ``line_id``, or behind it, among the lines that are shown; fetches older lines for it.

        A later call ends an earlier one, which then finds nothing.
        """
        mine = self._seeking = object()
        log, high = self.log, line_id
        test = Bad(self.filters)
        while True:
            spool = log.spool
            low, high = (self._oldest, high) if back else (line_id + 1, spool.end)
            found = await asyncio.to_thread(seek, spool, test, low, high, lambda: self._seeking is not mine, back=back)
            if found is not None or not back or log.complete or self._seeking is not mine or self._floored:
                return found
            high = low
            if not await log.older():
                return None

    @property
    def _oldest(self) -> int:
        return self.log.spool.first if self._floor_id is None else self._floor_id

    @property
    def _floored(self) -> bool:
        return self._floor_id is not None and self._floor_id > self.log.spool.first

    def _finders(self) -> list[Finder]:
        kept = [] if self._kept is None else [self._kept.finder]
        return kept if self.found is None else [*kept, self.found]

    def _first_since(self, floor: float) -> int:
        """The oldest line that is here of that time or later. Lines are taken to be in order of time."""
        spool = self.log.spool
        low, high = spool.first, spool.end
        while low < high:
            middle = (low + high) // 2
            at = _time(spool.lines(middle, min(spool.end, middle + 10)))
            if at is not None and at < floor:
                low = middle + 1
            else:
                high = middle
        return low


def _time(lines: list[bytes]) -> float | None:
    """When the first line was written, or the first behind it that has a stamp."""
    stamp = next((found for line in lines if (found := stamp_of(line))), b"")
    return seconds(stamp.decode()) if stamp else None
