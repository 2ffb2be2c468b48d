"""Which lines are shown, in order: all of a spool's, or those that a filter leaves. Ids in, ids out. Pure."""

from collections.abc import Sequence
from typing import Protocol

from runix_tui.tui.logs.spool import Spool


class Rows(Protocol):
    """Ids of lines in the order they are shown."""

    def __len__(self) -> int: ...

    def at(self, row: int) -> int:
        """The id shown at ``row``."""
        ...

    def row(self, line_id: int) -> int:
        """Where ``line_id`` is shown, or the next later line that is; ``len`` when there is none."""
        ...


class AllRows:
    """Every line of a spool, or those from some id on."""

    def __init__(self, spool: Spool, floor: int | None = None) -> None:
        self._spool = spool
        self._floor = floor

    @property
    def _first(self) -> int:
        first = self._spool.first
        return first if self._floor is None else max(first, self._floor)

    def __len__(self) -> int:
        return max(0, self._spool.end - self._first)

    def at(self, row: int) -> int:
        """The id shown at ``row``."""
        return self._first + row

    def row(self, line_id: int) -> int:
        """Where ``line_id`` is shown."""
        return min(max(0, line_id - self._first), len(self))


def between(rows: Rows, low: int, high: int) -> Sequence[int]:
    """The ids that are shown from id ``low`` to id ``high``, inclusive."""
    start, stop = rows.row(low), rows.row(high + 1)
    return [rows.at(row) for row in range(start, stop)]
