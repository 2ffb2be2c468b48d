"""The scrolling part of a log pane: draws the lines that are on the screen, and nothing else.

Lines arrive in the spool by themselves; :meth:`LogView.arrived` says that there are some, and at most 30 times a second
they are looked at. A reader's place is a line's id, so it stays whatever comes before or behind it.
"""

import os
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from runix_tui.tui.logs.reading import Reading
from runix_tui.tui.logs.rows import Rows, between
from runix_tui.tui.logs.text import Span
from runix_tui.tui.logs.window import Place, Window
from runix_tui.tui.widgets.log_hand import Picked
from runix_tui.tui.widgets.log_keys import VIEW_KEYS
from runix_tui.tui.widgets.log_lines import LogLines, Look, Palette

NEAR = 200  # rows from the oldest line at which older ones are fetched
SIDE = 8  # cells that one key scrolls sideways
WHEEL = 3  # lines that one notch scrolls
_TINTS = ("log--error", "log--warn", "log--quiet", "log--mark")
_ORIGINS = ("log--origin1", "log--origin2", "log--origin3", "log--origin4")


def flush_seconds() -> float:
    """How long new lines may wait for the screen: less where the screen is near."""
    return 0.1 if "SSH_CONNECTION" in os.environ or "TMUX" in os.environ else 1 / 30


class LogView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows what a :class:`Reading` leaves of a log. The pane around it asks, filters and searches."""

    BINDINGS: ClassVar[list[BindingType]] = list(VIEW_KEYS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {*_TINTS, *_ORIGINS, "log--pill", "log--match", "log--current"}
    DEFAULT_CSS = """
    LogView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $surface;
        & > .log--error { color: $text-error; }
        & > .log--warn { color: $text-warning; }
        & > .log--quiet { color: $text-muted; }
        & > .log--mark { color: $text-accent; }
        & > .log--pill { color: $text; background: $primary-muted; text-style: bold; }
        & > .log--match { color: $text; background: $warning-muted; }
        & > .log--current { color: $background; background: $warning; text-style: bold; }
        & > .log--origin1 { color: $text-primary; }
        & > .log--origin2 { color: $text-success; }
        & > .log--origin3 { color: $text-accent; }
        & > .log--origin4 { color: $text-warning; }
    }
    """

    class Changed(Message):
        """What the pane says about the view may be different now."""

        bubble = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.reading: Reading | None = None
        self.current: int | None = None  # the line that a search stands at, or an error that was gone to
        self.picked: Picked | None = None
        self.following = True
        self.look = Look()
        self.note = ""
        self._lines: LogLines | None = None
        self._top_id = 0
        self._part = 0
        self._places: list[tuple[int, int]] = []  # id and part of what is on the screen, from the top down
        self._thumb = (0, 0, 0)  # of the scroll bar, as it was drawn: height of the bar, start and length
        self._below = 0  # rows that are not reached yet
        self._flush: Timer | None = None
        self._flushed_at = 0.0
        self._every = flush_seconds()
        self._to_top = False  # whether the oldest line is wanted that there is anywhere

    # What is shown

    def show(self, reading: Reading | None) -> None:
        """Show another log, from its end."""
        self.reading = reading
        self.current = None
        log = reading.log if reading is not None else None
        self._lines = LogLines(log.spool, log.source, self.look, self._palette()) if log is not None else None
        self.following = True
        self.look.left = 0
        self._sync(redraw=True)

    @property
    def rows(self) -> Rows | None:
        """What is shown."""
        return self.reading.rows if self.reading is not None else None

    def redraw(self) -> None:
        """What is shown became different, or looks different."""
        self._sync(redraw=True)

    def say(self, note: str) -> None:
        """What stands where the lines would be."""
        if note != self.note:
            self.note = note
            self.refresh()

    def arrived(self) -> None:
        """There is something new: it is drawn soon, together with what comes until then."""
        if self._flush is None and self.is_attached:
            wait = max(0.001, self._flushed_at + self._every - monotonic())
            self._flush = self.set_timer(wait, self._flush_now)

    def _flush_now(self) -> None:
        self._flush = None
        self._flushed_at = monotonic()
        if self._visible:
            self._sync()

    @property
    def _visible(self) -> bool:
        return bool(self.size) and self.is_attached and self.screen.is_current

    @property
    def bottom(self) -> int | None:
        """The last line on the screen."""
        return self._places[-1][0] if self._places else None

    @property
    def place(self) -> tuple[bool, int, int]:
        """Where the reader is, for :meth:`go_back`."""
        return self.following, self._top_id, self._part

    def go_back(self, place: tuple[bool, int, int]) -> None:
        """To a :attr:`place` of before."""
        self.following, self._top_id, self._part = place
        self.redraw()

    def bad_from(self, by: int) -> int | None:
        """Where to look for the next error from: the one that is gone to, or an end of the screen."""
        if not self._places:
            return None
        if any(self.current == shown for shown, _ in self._places):
            return self.current
        return self._places[-1][0] + 1 if by < 0 else self._places[0][0] - 1

    def mark_bad(self, line_id: int) -> None:
        """Stand at an error."""
        self.current = line_id
        self.go_to(line_id)

    def _window(self) -> Window:
        rows, lines = self.rows, self._lines
        height = self.scrollable_content_region.height
        if rows is None or lines is None:
            return Window(0, height, lambda _: 1)
        if not self.look.wrap:
            return Window(len(rows), height, lambda _: 1)
        return Window(len(rows), height, lambda row: lines.parts(rows.at(row)))

    def _sync(self, *, redraw: bool = False) -> None:
        """Bring what is on the screen in line with the rows; draws only what became different."""
        self.look.width = self.scrollable_content_region.width
        window = self._window()
        rows = self.rows
        if rows is None or not window.height:
            top = Place(0)
        elif self.following:
            top = window.last
        elif self._to_top:
            top = Place(0)
        else:
            top = window.held(Place(rows.row(self._top_id), self._part))
        self._put(window, top, redraw)

    def _put(self, window: Window, top: Place, redraw: bool) -> None:
        rows = self.rows
        shown = window.lines(top) if rows is not None else []
        places = [(rows.at(place.row), place.part) for place in shown] if rows is not None else []
        below = window.count - 1 - shown[-1].row if shown else 0
        if redraw or places != self._places or below != self._below:
            self._places, self._below = places, below
            self.refresh()
        self._scroll_bar(window, top)
        self._older(top)
        self.post_message(self.Changed())

    def _scroll_bar(self, window: Window, top: Place) -> None:
        """Rows stand for lines on the screen here: nobody counts the wrapped lines of a whole log."""
        size = Size(self.size.width, window.last.row + window.height)
        # Not a layout: the bar is always there, so nothing but the bar depends on it.
        self.set_reactive(Widget.virtual_size, size)
        self.scroll_y = self.scroll_target_y = top.row
        eighths = 8 * window.height / max(1, size.height)
        thumb = window.height, int(top.row * eighths), int(window.height * eighths)
        if thumb != self._thumb:  # drawing it costs as much as half of the lines
            self._thumb = thumb
            bar = self.vertical_scrollbar
            bar.window_size, bar.window_virtual_size, bar.position = window.height, size.height, top.row

    def _older(self, top: Place) -> None:
        if self.reading is not None and not self.following and top.row < NEAR:
            self._to_top = self._to_top and not self.reading.log.complete
            self.reading.log.want_older()

    # Moving

    def scroll_to(self, x: float | None = None, y: float | None = None, **_: Any) -> None:
        """The scroll bar was moved by hand, or a selection is dragged over an edge. Never animated."""
        if y is not None:
            window = self._window()
            self._go(window, window.held(Place(max(0, round(y)))), down=y > self.scroll_y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Nothing: what is drawn follows from the rows."""

    def move(self, by: int) -> None:
        """Scroll down by lines on the screen, or up when negative."""
        rows = self.rows
        if rows is None or not len(rows):
            return
        window = self._window()
        top = window.last if self.following else window.held(Place(rows.row(self._top_id), self._part))
        self._go(window, window.moved(top, by), down=by > 0)

    def go_to(self, line_id: int) -> None:
        """Bring a line onto the screen, a third from the top, unless it is there."""
        rows = self.rows
        if rows is None:
            return
        if any(line_id == shown for shown, _ in self._places):
            self._stay()
            return
        window = self._window()
        row = Place(rows.row(line_id))
        self._go(window, window.held(window.moved(row, -(window.height // 3))), down=False)

    def _stay(self) -> None:
        """Follow no more, and show what is on the screen."""
        if self.following and self._places:
            self.following = False
            self._top_id, self._part = self._places[0]
        self._sync(redraw=True)

    def _go(self, window: Window, top: Place, *, down: bool) -> None:
        """Any way up ends following; the way down to the end takes it up again."""
        self.following = down and top >= window.last
        self._to_top = False
        rows = self.rows
        if rows is not None and window.count:
            self._top_id, self._part = rows.at(top.row), top.part
        self._put(window, top, redraw=False)

    def follow(self) -> None:
        """Stay at the end from now on."""
        self.following = True
        self._sync(redraw=True)

    def action_follow(self) -> None:
        """Follow, or stay here."""
        if self.following:
            self._stay()
        else:
            self.follow()

    def action_end(self) -> None:
        """To the newest line, and stay there."""
        if self.picked is not None:
            self.action_line(len(self.rows or ()))
        else:
            self.follow()

    def action_top(self) -> None:
        """To the oldest line; what is not here yet is fetched."""
        if self.picked is not None:
            self.action_line(-len(self.rows or ()))
            return
        self._go(self._window(), Place(0), down=False)
        self._to_top = True
        self._sync()

    def action_line(self, by: int) -> None:
        """Some lines down, or up."""
        rows = self.rows
        if self.picked is not None and rows is not None:
            self._pick(self.picked.moved(rows, by))
        else:
            self.move(by)

    def action_page(self, pages: int) -> None:
        """Some pages down, or up; a line of the old one stays."""
        self.action_line(pages * max(1, self.scrollable_content_region.height - 1))

    def action_side(self, steps: int) -> None:
        """Sideways."""
        self.look.left = 0 if self.look.wrap else max(0, self.look.left + steps * SIDE)
        self.refresh()

    def action_wrap(self) -> None:
        """Long lines on several lines of the screen, or on one."""
        self.look.wrap = not self.look.wrap
        self.look.left = 0
        self._sync(redraw=True)

    def action_stamps(self) -> None:
        """No times, times, or how long after the line above."""
        self.look.stamps = self.look.stamps.next
        self._sync(redraw=True)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        self._wheel(event, 1)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        event.stop()
        event.prevent_default()
        if event.ctrl or event.shift:
            self.action_side(direction)
        else:
            self.move(direction * WHEEL)

    def on_click(self, event: events.Click) -> None:
        """The pill at the bottom right goes to the end."""
        pill = self._pill()
        if pill and event.y == self.size.height - 1 and event.x >= self.look.width - len(pill):
            self.follow()

    def on_resize(self) -> None:
        """Another size: what is at the top stays there."""
        self._sync(redraw=True)

    def on_show(self) -> None:
        """Back on the screen: catch up."""
        self._sync(redraw=True)

    def notify_style_update(self) -> None:
        """Another theme."""
        super().notify_style_update()
        if self._lines is not None:
            self._lines.palette = self._palette()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is on the screen. As every widget's, but there is neither border nor padding to draw, and nothing to
        keep: all lines are new in a flood."""
        filters, background = self.get_line_filters(), self.background_colors[1]
        strips = []
        for y in crop.line_range:
            strip = self._draw(y)
            for each in filters:
                strip = strip.apply_filter(each, background)
            strips.append(strip)
        whole = crop.column_span == (0, self.look.width)
        return strips if whole else [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """One line of the screen, with what the mouse needs to select."""
        strip = self._draw(y)
        if self._lines is None or y >= len(self._places):
            return strip
        return self._lines.placed(strip, *self._places[y])

    def _draw(self, y: int) -> Strip:
        lines = self._lines
        if lines is None or y >= len(self._places):
            return self._empty(y)
        line_id, part = self._places[y]
        above = self._places[y - 1][0] if y else self._above(line_id)
        aside = self.reading is not None and not self.reading.by_itself(line_id)
        strip = lines.strip(line_id, part, above, self._marks(line_id), aside=aside)
        return self._with_pill(strip) if y == self.size.height - 1 else strip

    def _above(self, line_id: int) -> int | None:
        rows = self.rows
        row = rows.row(line_id) if rows is not None else 0
        return rows.at(row - 1) if rows is not None and row else None

    def _empty(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        if y or self._places or not self.note:
            return Strip.blank(width, base)
        quiet = base + self.get_component_rich_style("log--quiet", partial=True)
        return Strip([Segment(f" {self.note}", quiet)]).crop_extend(0, width, base)

    def _pill(self) -> str:
        return f" +{self._below:,} ▼ ".replace(",", "\u202f") if self._below and not self.following else ""

    def _with_pill(self, strip: Strip) -> Strip:
        pill = self._pill()
        if not pill:
            return strip
        kept = max(0, self.look.width - len(pill))
        return Strip([*strip.crop(0, kept), Segment(pill, self.get_component_rich_style("log--pill"))])

    def _marks(self, line_id: int) -> list[Span]:
        return [*self._hits(line_id), *self._selected_span(line_id)]

    def _hits(self, line_id: int) -> Iterator[Span]:
        query = self.reading.query if self.reading is not None else None
        if query is not None and self._lines is not None:
            style = self.get_component_rich_style("log--current" if line_id == self.current else "log--match")
            for start, end in query.spans(self._lines.shown(line_id).text):
                yield Span(start, end, style)
        elif query is None and line_id == self.current and self._lines is not None:
            length = len(self._lines.shown(line_id).text)
            yield Span(0, length, self.get_component_rich_style("log--match"))

    def _selected_span(self, line_id: int) -> Iterator[Span]:
        selection = self.text_selection
        span = selection.get_span(line_id) if selection is not None else None
        if span is not None and self._lines is not None:
            end = len(self._lines.shown(line_id).text) if span[1] < 0 else span[1]
            yield Span(max(0, span[0]), end, self.screen.get_component_rich_style("screen--selection"))

    def _palette(self) -> Palette:
        base = self.rich_style

        def style(name: str) -> Style:
            return base + self.get_component_rich_style(name, partial=True)

        return Palette(base, {name: style(name) for name in _TINTS}, [style(name) for name in _ORIGINS])

    # Selecting

    def action_select(self) -> None:
        """Pick lines with the keys, from the current one or the newest on the screen; again: end."""
        start = self.current if any(self.current == shown for shown, _ in self._places) else self.bottom
        if self.picked is not None:
            self.end_selection()
        elif start is not None:
            self._stay()
            self._pick(Picked(start, start))

    def end_selection(self) -> bool:
        """Whether there was one."""
        had = self.picked is not None or self.text_selection is not None
        self.picked = None
        if had:
            self.screen.clear_selection()
            self.redraw()
        return had

    def _pick(self, picked: Picked) -> None:
        lines = self._lines
        if lines is not None:
            self.picked = picked
            self.screen.selections = {self: picked.selection(lambda line_id: len(lines.shown(line_id).text))}
            self.go_to(picked.cursor)

    def picked_ids(self) -> Sequence[int]:
        """The selected lines, or else those on the screen."""
        rows, selection = self.rows, self.text_selection
        if rows is None or not len(rows):
            return ()
        if selection is None:
            return sorted({line_id for line_id, _ in self._places})
        low = rows.at(0) if selection.start is None else selection.start.y
        high = rows.at(len(rows) - 1) if selection.end is None else selection.end.y
        return between(rows, low, high)

    def copied_text(self, ids: Sequence[int]) -> str:
        """The selected text, or else whole lines."""
        lines, selection = self._lines, self.text_selection
        if lines is None:
            return ""
        return "\n".join(self._selected(lines, selection, line_id) for line_id in ids)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, of the lines that are shown."""
        ids = self.picked_ids()
        return (self.copied_text(ids), "\n") if ids and selection == self.text_selection else None

    def _selected(self, lines: LogLines, selection: Selection | None, line_id: int) -> str:
        start, end = (selection.get_span(line_id) or (0, 0)) if selection is not None else (0, -1)
        text = lines.shown(line_id).text
        return text[max(0, start) :] if end < 0 else text[max(0, start) : end]

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw it."""
        if selection is None:
            self.picked = None
        elif self.following:
            self._stay()  # nothing moves under the mouse
        self.refresh()
        self.post_message(self.Changed())
