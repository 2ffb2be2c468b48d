"""Draws what a log view shows: the lines, what is found and selected in them, the pill, or why there is nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from runix_tui.tui.logs.text import Span
from runix_tui.tui.widgets.log_lines import LogLines, Palette

if TYPE_CHECKING:
    from runix_tui.tui.widgets.log_view import LogView

TINTS = ("log--error", "log--warn", "log--quiet", "log--mark")
ORIGINS = ("log--origin1", "log--origin2", "log--origin3", "log--origin4")
STYLES = frozenset({*TINTS, *ORIGINS, "log--pill", "log--match", "log--current"})


class LogPainter:
    """Draws for ``view``; its component styles are :data:`STYLES`."""

    def __init__(self, view: "LogView") -> None:
        self._view = view

    def draw(self, y: int) -> Strip:
        """One line of the screen."""
        view = self._view
        lines, shown = view.lines, view.position.shown
        if lines is None or y >= len(shown):
            return self._empty(y)
        line_id, part = shown[y]
        aside = view.reading is not None and not view.reading.by_itself(line_id)
        marks = [*self._hits(lines, line_id), *self._selected(lines, line_id)]
        strip = lines.strip(line_id, part, shown[y - 1][0] if y else self._above(line_id), marks, aside=aside)
        return self._with_pill(strip) if y == view.size.height - 1 else strip

    @property
    def pill(self) -> str:
        """How many rows are still below, at the bottom right; empty at the end."""
        below = self._view.below
        return f" +{below:,} ▼ ".replace(",", "\u202f") if below and not self._view.position.following else ""

    def palette(self) -> Palette:
        """The styles of lines, as the theme has them now."""
        base = self._view.rich_style

        def style(name: str) -> Style:
            return base + self._view.get_component_rich_style(name)

        return Palette(base, {name: style(name) for name in TINTS}, [style(name) for name in ORIGINS])

    def _above(self, line_id: int) -> int | None:
        """The line that would stand above the screen."""
        rows = self._view.rows
        row = rows.row(line_id) if rows is not None else 0
        return rows.at(row - 1) if rows is not None and row else None

    def _empty(self, y: int) -> Strip:
        view = self._view
        width, base = view.look.width, view.rich_style
        if y or view.position.shown or not view.note:
            return Strip.blank(width, base)
        quiet = base + view.get_component_rich_style("log--quiet")
        return Strip([Segment(f" {view.note}", quiet)]).crop_extend(0, width, base)

    def _with_pill(self, strip: Strip) -> Strip:
        pill = self.pill
        if not pill:
            return strip
        kept = max(0, self._view.look.width - len(pill))
        return Strip([*strip.crop(0, kept), Segment(pill, self._view.get_component_rich_style("log--pill"))])

    def _hits(self, lines: LogLines, line_id: int) -> Iterator[Span]:
        view = self._view
        query = view.reading.query if view.reading is not None else None
        current = line_id == view.position.current
        if query is not None:
            style = view.get_component_rich_style("log--current" if current else "log--match")
            for start, end in query.spans(lines.shown(line_id).text):
                yield Span(start, end, style)
        elif current:
            yield Span(0, len(lines.shown(line_id).text), view.get_component_rich_style("log--match"))

    def _selected(self, lines: LogLines, line_id: int) -> Iterator[Span]:
        view = self._view
        selection = view.text_selection
        span = selection.get_span(line_id) if selection is not None else None
        if span is not None:
            end = len(lines.shown(line_id).text) if span[1] < 0 else span[1]
            yield Span(max(0, span[0]), end, view.screen.get_component_rich_style("screen--selection"))
