"""Which lines of a growing log pass a test: found block by block in a thread, newest first, so that no reader waits.

Results are taken over in the event loop; a thread only reads.
"""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import overload

from runix_tui.tui.logs.search import Test, scan
from runix_tui.tui.logs.spool import Spool

INLINE = 200  # lines that are looked through at once, without a thread
STRETCH = 20_000  # lines that a thread looks through in one go


class Ids(Sequence[int]):
    """Ids in order, which grow at both ends: eight bytes each."""

    def __init__(self) -> None:
        self._older = array("q")  # backwards
        self._newer = array("q")

    def __len__(self) -> int:
        return len(self._older) + len(self._newer)

    @property
    def older(self) -> int:
        """How many came at the older end."""
        return len(self._older)

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> list[int]: ...

    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        older = len(self._older)
        return self._older[older - 1 - index] if index < older else self._newer[index - older]

    def copy(self) -> "array[int]":
        """All of them, as they are now."""
        older = self._older[::-1]
        older.extend(self._newer)
        return older

    def after(self, ids: Iterable[int]) -> None:
        """Later ones, in order."""
        self._newer.extend(ids)

    def before(self, ids: Sequence[int]) -> None:
        """Earlier ones, in order."""
        self._older.extend(reversed(ids))


class Finder:
    """The lines of ``spool`` that pass ``test``, as far as it was looked through: from ``low`` to ``high``."""

    def __init__(self, spool: Spool, test: Test) -> None:
        self.test = test
        self.ids = Ids()
        self.low = self.high = spool.end
        self._spool = spool

    @property
    def done(self) -> bool:
        """Whether all that is here was looked through."""
        return self.low <= self._spool.first and self.high >= self._spool.end

    async def step(self) -> None:
        """Look through some more, newest lines first."""
        spool = self._spool
        if self.high < spool.end:
            low, high = self.high, min(spool.end, self.high + STRETCH)
            self.ids.after(await self._scan(low, high))
            self.high = high
        elif self.low > spool.first:
            low, high = max(spool.first, self.low - STRETCH), self.low
            self.ids.before(await self._scan(low, high))
            self.low = low

    async def _scan(self, low: int, high: int) -> list[int]:
        if high - low <= INLINE:
            return scan(self._spool, self.test, low, high)
        return await asyncio.to_thread(scan, self._spool, self.test, low, high)

    def index(self, line_id: int) -> int:
        """How many found lines are older than ``line_id``."""
        return bisect_left(self.ids, line_id)
