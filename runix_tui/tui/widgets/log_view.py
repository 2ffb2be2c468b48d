"""The scrolling part of a log pane: draws the lines that are on the screen, and nothing else.

Lines arrive in the spool by themselves; :meth:`LogView.arrived` says that there are some, and at most 30 times a second
they are looked at. A reader's place is a line's id, so it stays whatever comes before or behind it.
"""

from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from runix_tui.tui.logs.position import Position
from runix_tui.tui.logs.reading import Reading
from runix_tui.tui.logs.rows import Rows
from runix_tui.tui.logs.window import Place, Window
from runix_tui.tui.widgets.log_bar import LogBar
from runix_tui.tui.widgets.log_hand import LogHand
from runix_tui.tui.widgets.log_keys import VIEW_KEYS
from runix_tui.tui.widgets.log_lines import LogLines, Look
from runix_tui.tui.widgets.log_painter import STYLES, LogPainter
from runix_tui.tui.widgets.pace import Pace, frame_seconds

NEAR = 200  # rows from the oldest line at which older ones are fetched
SIDE = 8  # cells that one key scrolls sideways
WHEEL = 3  # lines that one notch scrolls


class LogView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows what a :class:`Reading` leaves of a log. The pane around it asks, filters and searches."""

    BINDINGS: ClassVar[list[BindingType]] = list(VIEW_KEYS)
    COMPONENT_CLASSES: ClassVar[set[str]] = set(STYLES)
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
        & > .log--mark { color: $text-primary; text-style: italic; }
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

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.reading: Reading | None = None
        self.lines: LogLines | None = None
        self.look = Look()
        self.note = ""
        self.below = 0  # rows behind the last one on the screen
        self.hand = LogHand(self)
        self._painter = LogPainter(self)
        self._bar = LogBar(self)
        self._pace = Pace(self, frame_seconds(), self._catch_up)
        self._nowhere = Position()

    # What is shown

    def show(self, reading: Reading | None) -> None:
        """Show another log, from where its reader is."""
        self.reading = reading
        log = reading.log if reading is not None else None
        self.lines = LogLines(log.spool, log.source, self.look, self._painter.palette()) if log is not None else None
        self.hand.end()
        self.redraw()

    @property
    def rows(self) -> Rows | None:
        """Which lines are shown."""
        return self.reading.rows if self.reading is not None else None

    @property
    def position(self) -> Position:
        """Where the reader is."""
        return self.reading.position if self.reading is not None else self._nowhere

    def say(self, note: str) -> None:
        """What stands where the lines would be."""
        if note != self.note:
            self.note = note
            self.refresh()

    def arrived(self) -> None:
        """There is something new: it is drawn soon, together with what comes until then."""
        self._pace.soon()

    def _catch_up(self) -> None:
        if self.size and self.is_attached:
            self._sync()

    def redraw(self) -> None:
        """What is shown became different, or looks different."""
        self._sync(redraw=True)

    def _sync(self, *, redraw: bool = False) -> None:
        """Bring what is on the screen in line with the rows; draws only what became different."""
        self.look.width, self.look.left = self.scrollable_content_region.width, self.position.left
        window, rows = self._window(), self.rows
        top = self.position.top(window, rows) if rows is not None else Place(0)
        shown = window.lines(top)
        places = [(rows.at(place.row), place.part) for place in shown] if rows is not None else []
        below = window.count - 1 - shown[-1].row if shown else 0
        if redraw or places != self.position.shown or below != self.below:
            self.position.shown, self.below = places, below
            self.refresh()
        self._bar.show(window, top)
        self._older(window, top)
        self.post_message(self.Changed())

    def _window(self) -> Window:
        rows, lines = self.rows, self.lines
        height = self.scrollable_content_region.height
        if rows is None or lines is None:
            return Window(0, height, lambda _: 1)
        return Window(len(rows), height, lambda row: lines.parts(rows.at(row)) if self.look.wrap else 1)

    def _older(self, window: Window, top: Place) -> None:
        reading = self.reading
        if reading is None or self.position.following or top.row >= NEAR:
            return
        if self.position.to_top and reading.log.complete:
            self.position.go(window, reading.rows, top, down=False)  # the oldest line is there: stay at it
        reading.log.want_older()

    # Moving

    def move(self, by: int) -> None:
        """Scroll down by lines on the screen, or up when negative."""
        window, rows = self._window(), self.rows
        if rows is not None:
            self._go(window.moved(self.position.top(window, rows), by), down=by > 0)

    def go_to(self, line_id: int) -> None:
        """Bring a line onto the screen, a third from the top, unless it is there; and stay."""
        window, rows = self._window(), self.rows
        if rows is None:
            return
        if self.position.has(line_id):
            self.position.stay()
            self.redraw()
        else:
            self._go(window.moved(Place(rows.row(line_id)), -(window.height // 3)), down=False)
            self.refresh()

    def follow(self) -> None:
        """Stay at the end from now on."""
        self.position.following = True
        self.redraw()

    def _go(self, top: Place, *, down: bool) -> None:
        window, rows = self._window(), self.rows
        if rows is not None:
            self.position.go(window, rows, window.held(top), down=down)
            self._sync()

    def scroll_to(self, x: float | None = None, y: float | None = None, **_: Any) -> None:
        """The scroll bar was moved by hand, or a selection is dragged over an edge. Never animated."""
        if y is not None:
            self._go(Place(max(0, round(y))), down=y > self.scroll_y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Nothing: what is drawn follows from the rows."""

    def action_follow(self) -> None:
        """Follow, or stay here."""
        if self.position.following:
            self.position.stay()
            self.redraw()
        else:
            self.follow()

    def action_end(self) -> None:
        """To the newest line, and stay there."""
        if not self.hand.move(len(self.rows or ())):
            self.follow()

    def action_top(self) -> None:
        """To the oldest line; what is not here yet is fetched."""
        if not self.hand.move(-len(self.rows or ())):
            self._go(Place(0), down=False)
            self.position.to_top = True
            self._sync()

    def action_line(self, by: int) -> None:
        """Some lines down, or up."""
        if not self.hand.move(by):
            self.move(by)

    def action_page(self, pages: int) -> None:
        """Some pages down, or up; a line of the old one stays."""
        self.action_line(pages * max(1, self.scrollable_content_region.height - 1))

    def action_side(self, steps: int) -> None:
        """Sideways."""
        self.position.left = 0 if self.look.wrap else max(0, self.position.left + steps * SIDE)
        self.redraw()

    def action_wrap(self) -> None:
        """Long lines on several lines of the screen, or on one."""
        self.look.wrap = not self.look.wrap
        self.position.left = 0
        self.redraw()

    def action_stamps(self) -> None:
        """No times, times, or how long after the line above."""
        self.look.stamps = self.look.stamps.next
        self.redraw()

    def action_select(self) -> None:
        """Pick lines with the keys."""
        self.hand.start()

    # What the terminal says

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
        pill = self._painter.pill
        if pill and event.y == self.size.height - 1 and event.x >= self.look.width - len(pill):
            self.follow()

    def on_resize(self) -> None:
        """Another size: what is at the top stays there."""
        self.redraw()

    def on_show(self) -> None:
        """Back on the screen: catch up."""
        self.redraw()

    def notify_style_update(self) -> None:
        """Another theme."""
        super().notify_style_update()
        if self.lines is not None:
            self.lines.palette = self._painter.palette()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, of the lines that are shown."""
        ids = self.hand.ids()
        return (self.hand.text(ids), "\n") if ids and selection == self.text_selection else None

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw it; nothing moves under the mouse."""
        if selection is None:
            self.hand.picked = None
        else:
            self.position.stay()
        self.redraw()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is on the screen. As every widget's, but there is neither border nor padding to draw, and nothing to
        keep: all lines are new in a flood."""
        filters, background = self.get_line_filters(), self.background_colors[1]
        strips = []
        for y in crop.line_range:
            strip = self._painter.draw(y)
            for each in filters:
                strip = strip.apply_filter(each, background)
            strips.append(strip)
        whole = crop.column_span == (0, self.look.width)
        return strips if whole else [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """One line of the screen, with what the mouse needs to select."""
        strip, shown = self._painter.draw(y), self.position.shown
        return self.lines.placed(strip, *shown[y]) if self.lines is not None and y < len(shown) else strip
