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

    def snapshot(self) -> Sequence[int]:
        """All ids as they are now, for a thread."""
        ...


class AllRows:
    """Every line of a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def __len__(self) -> int:
        return len(self._spool)

    def at(self, row: int) -> int:
        """The id shown at ``row``."""
        return self._spool.first + row

    def row(self, line_id: int) -> int:
        """Where ``line_id`` is shown."""
        return min(max(0, line_id - self._spool.first), len(self))

    def snapshot(self) -> Sequence[int]:
        """All ids as they are now."""
        return range(self._spool.first, self._spool.end)


class LaterRows:
    """Those of ``rows`` from the line ``floor`` on."""

    def __init__(self, rows: Rows, floor: int) -> None:
        self._rows = rows
        self._floor = floor

    @property
    def _skipped(self) -> int:
        return self._rows.row(self._floor)

    def __len__(self) -> int:
        return len(self._rows) - self._skipped

    def at(self, row: int) -> int:
        """The id shown at ``row``."""
        return self._rows.at(row + self._skipped)

    def row(self, line_id: int) -> int:
        """Where ``line_id`` is shown."""
        return max(0, self._rows.row(line_id) - self._skipped)

    def snapshot(self) -> Sequence[int]:
        """All ids as they are now."""
        return self._rows.snapshot()[self._skipped :]


def between(rows: Rows, low: int, high: int) -> Sequence[int]:
    """The ids that are shown from id ``low`` to id ``high``, inclusive."""
    return rows.snapshot()[rows.row(low) : rows.row(high + 1)]
