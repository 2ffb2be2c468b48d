"""What is selected in a log view, by the mouse or by keys: from where ``v`` was pressed to where the reader went."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.geometry import Offset
from textual.selection import Selection

from runix_tui.tui.logs.rows import Rows, between
from runix_tui.tui.widgets.log_lines import LogLines

if TYPE_CHECKING:
    from runix_tui.tui.widgets.log_view import LogView


@dataclass(frozen=True, slots=True)
class Picked:
    """From the line ``anchor`` to the line ``cursor``, whichever is older."""

    anchor: int
    cursor: int

    def moved(self, rows: Rows, by: int) -> "Picked":
        """The cursor some rows further, never beyond the ends."""
        if not len(rows):
            return self
        row = min(max(0, rows.row(self.cursor) + by), len(rows) - 1)
        return replace(self, cursor=rows.at(row))

    def selection(self, lines: LogLines) -> Selection:
        """As the screen keeps selections: offsets of characters in lines, by id."""
        low, high = sorted((self.anchor, self.cursor))
        return Selection(Offset(0, low), Offset(len(lines.shown(high).text), high))


class LogHand:
    """The selection of ``view``."""

    def __init__(self, view: "LogView") -> None:
        self.picked: Picked | None = None
        self._view = view

    def start(self) -> None:
        """Pick with the keys, from the current line or the newest on the screen; again: end."""
        view = self._view
        shown, current = view.position.shown, view.position.current
        if self.picked is not None:
            self.end()
        elif shown:
            start = current if current is not None and view.position.has(current) else shown[-1][0]
            view.position.stay()
            self._pick(Picked(start, start))

    def move(self, by: int) -> bool:
        """Pick some rows more; whether anything is being picked."""
        rows = self._view.rows
        if self.picked is None or rows is None:
            return False
        self._pick(self.picked.moved(rows, by))
        return True

    def end(self) -> bool:
        """Select nothing; whether there was something."""
        had = self.picked is not None or self._view.text_selection is not None
        self.picked = None
        if had:
            self._view.screen.clear_selection()
        return had

    def ids(self) -> Sequence[int]:
        """The selected lines, or else those on the screen."""
        rows, selection = self._view.rows, self._view.text_selection
        if rows is None or not len(rows):
            return ()
        if selection is None:
            return sorted({line_id for line_id, _ in self._view.position.shown})
        low = rows.at(0) if selection.start is None else selection.start.y
        high = rows.at(len(rows) - 1) if selection.end is None else selection.end.y
        return between(rows, low, high)

    def text(self, ids: Sequence[int]) -> str:
        """What is selected of these lines, or else whole ones."""
        lines, selection = self._view.lines, self._view.text_selection
        if lines is None:
            return ""
        return "\n".join(_selected(lines.shown(line_id).text, selection, line_id) for line_id in ids)

    def _pick(self, picked: Picked) -> None:
        view = self._view
        if view.lines is not None:
            self.picked = picked
            view.screen.selections = {view: picked.selection(view.lines)}
            view.go_to(picked.cursor)


def _selected(text: str, selection: Selection | None, line_id: int) -> str:
    start, end = (selection.get_span(line_id) or (0, 0)) if selection is not None else (0, -1)
    return text[max(0, start) :] if end < 0 else text[max(0, start) : end]
