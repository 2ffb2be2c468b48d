"""Lines picked with the keys: from where ``v`` was pressed to where the reader went. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from textual.geometry import Offset
from textual.selection import Selection

from runix_tui.tui.logs.rows import Rows


@dataclass(frozen=True, slots=True)
class Picked:
    """From the line ``anchor`` to the line ``cursor``, whichever is older."""

    anchor: int
    cursor: int

    def moved(self, rows: Rows, by: int) -> "Picked":
        """The cursor some rows further, never beyond the ends."""
        row = min(max(0, rows.row(self.cursor) + by), len(rows) - 1)
        return replace(self, cursor=rows.at(row))

    def selection(self, length_of: Callable[[int], int]) -> Selection:
        """As the screen keeps selections: offsets of characters in lines, by id."""
        low, high = sorted((self.anchor, self.cursor))
        return Selection(Offset(0, low), Offset(length_of(high), high))
