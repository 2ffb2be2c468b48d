"""Where a reader is in a log: at its end and staying there, or at a line; and the line that a search led to. Pure.

The place is a line's id, so it stays the same whatever comes before or behind it, and whatever a filter hides.
"""

from dataclasses import dataclass, field

from runix_tui.tui.logs.rows import Rows
from runix_tui.tui.logs.window import Place, Window


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A position to come back to."""

    following: bool
    line_id: int
    part: int
    current: int | None


@dataclass(slots=True)
class Position:
    """Where the topmost line of a pane is. ``to_top``: the oldest line is wanted that there is anywhere. ``current``:
    the line that a search stands at, or an error that was gone to. ``left``: cells scrolled to the right."""

    following: bool = True
    to_top: bool = False
    current: int | None = None
    left: int = 0
    _id: int = 0
    _part: int = 0
    shown: list[tuple[int, int]] = field(default_factory=list)  # id and part of the lines on the screen, top down

    def top(self, window: Window, rows: Rows) -> Place:
        """The topmost place now."""
        if self.following:
            return window.last
        if self.to_top:
            return Place(0)
        return window.held(Place(rows.row(self._id), self._part))

    def go(self, window: Window, rows: Rows, top: Place, *, down: bool) -> None:
        """Move there. Any way up ends following; the way down to the end takes it up again."""
        self.following = down and top >= window.last
        self.to_top = False
        if window.count:
            self._id, self._part = rows.at(top.row), top.part

    def stay(self) -> None:
        """Follow no more: what is on the screen stays there."""
        if self.following and self.shown:
            self.following = False
            self._id, self._part = self.shown[0]

    def has(self, line_id: int | None) -> bool:
        """Whether a line is on the screen."""
        return any(line_id == shown for shown, _ in self.shown)

    @property
    def bookmark(self) -> Bookmark:
        """This position."""
        return Bookmark(self.following, self._id, self._part, self.current)

    def back(self, mark: Bookmark) -> None:
        """To a position of before."""
        self.following, self._id, self._part = mark.following, mark.line_id, mark.part
        self.current = mark.current
        self.to_top = False
