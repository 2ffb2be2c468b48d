"""A list of activity, a line each: only the lines on the screen are drawn, so a thousand cost as much as thirty."""

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from runix_tui.tui.views.deeds import SYMBOLS, Deed, Mark
from runix_tui.tui.widgets.cursor import CURSOR

TICK = 1.0  # seconds; only while something on the list goes on
ROOMY = 90  # columns from which on there is room for what came of it


class DeedLines(ScrollView, can_focus=True):
    """Newest first. The cursor stays on its row when others come, and at the top while it is there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "deeds--quiet",
        "deeds--text",
        "deeds--running",
        "deeds--done",
        "deeds--failed",
        "deeds--note",
        "deeds--cursor",
    }
    DEFAULT_CSS = """
    DeedLines { height: 1fr; background: $surface; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    DeedLines > .deeds--quiet { color: $text-muted; }
    DeedLines > .deeds--text { color: $foreground; }
    DeedLines > .deeds--running { color: $text-accent; }
    DeedLines > .deeds--done { color: $text-muted; }
    DeedLines > .deeds--failed { color: $text-error; }
    DeedLines > .deeds--note { color: $text-muted; }
    DeedLines > .deeds--cursor { background: $panel; text-style: bold; }
    DeedLines:focus > .deeds--cursor { background: $primary-muted; }
    DeedLines:nocolor:focus > .deeds--cursor { text-style: bold reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "down", show=False, id="list.down", tooltip="One row down"),
        Binding("up,k", "move(-1)", "up", show=False, id="list.up", tooltip="One row up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="list.page_down", tooltip="One page down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="list.page_up", tooltip="One page up"),
        Binding("home,g", "end(-1)", "newest", show=False, id="list.first", tooltip="To the newest"),
        Binding("end,G", "end(1)", "oldest", show=False, id="list.last", tooltip="To the oldest"),
        Binding("enter", "open", "all of it", id="activity.open", tooltip="Everything about this entry"),
    ]
    cursor: reactive[int] = reactive(0)

    class Opened(Message):
        """A row is to be looked at."""

        def __init__(self, deed: Deed) -> None:
            super().__init__()
            self.deed = deed

    def __init__(self) -> None:
        super().__init__()
        self._deeds: Sequence[Deed] = ()
        self._why = ""
        self._ticking: Timer | None = None

    def on_mount(self) -> None:
        """What goes on is timed, as long as something does."""
        self._ticking = self.set_interval(TICK, self._tick, pause=True)
        self._tick_as_needed()

    @property
    def deed(self) -> Deed | None:
        """The one under the cursor."""
        return self._deeds[self.cursor] if self.cursor < len(self._deeds) else None

    def show(self, deeds: Sequence[Deed], *, why: str = "") -> None:
        """Show these; ``why`` there are none."""
        self._why = why
        under = self.deed if self.cursor else None
        self._deeds = deeds
        before = self.cursor
        at = 0 if under is None else next((n for n, each in enumerate(deeds) if each.key == under.key), before)
        at = min(at, max(0, len(deeds) - 1))
        self.virtual_size = Size(0, len(deeds))
        if at != before and self.scroll_offset.y:
            self.scroll_to(y=self.scroll_offset.y + at - before, animate=False, force=True, immediate=True)
        self.cursor = at
        self._tick_as_needed()
        self.refresh()

    def on_show(self) -> None:
        """On the screen again: what goes on is timed."""
        self._tick_as_needed()

    def on_hide(self) -> None:
        """What nobody sees costs nothing."""
        if self._ticking is not None:
            self._ticking.pause()

    def watch_cursor(self) -> None:
        """The row under the cursor is always on the screen."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row."""
        at = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if at >= len(self._deeds):
            return self._said(y, width)
        deed = self._deeds[at]
        cells = _columns(deed, width)
        base = self.rich_style
        if at == self.cursor:
            cells[0] = (f"{CURSOR}{cells[0][0][1:]}", cells[0][1])
            base += self.get_component_rich_style("deeds--cursor", partial=True)
        strip = Strip([Segment(text, base + self.get_component_rich_style(name, partial=True)) for text, name in cells])
        return strip.adjust_cell_length(width, base)

    def _said(self, y: int, width: int) -> Strip:
        """A line of why there is nothing."""
        lines = [] if self._deeds else textwrap.wrap(self._why, max(20, width - 4))
        text = f"  {lines[y - 1]}" if 0 < y <= len(lines) else ""
        style = self.rich_style + self.get_component_rich_style("deeds--quiet", partial=True)
        return Strip([Segment(text, style)]).adjust_cell_length(width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """The row under the pointer; twice: all of it."""
        at = event.y + self.scroll_offset.y
        if at < len(self._deeds):
            self.cursor = at
            if event.chain > 1:
                self.action_open()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self._deeds) - 1, self.cursor + by))

    def action_page(self, way: int) -> None:
        """Move the cursor a page."""
        self.action_move(way * max(1, self.size.height - 1))

    def action_end(self, way: int) -> None:
        """Move the cursor to an end."""
        self.action_move(way * len(self._deeds))

    def action_open(self) -> None:
        """All of the row under the cursor."""
        if self.deed is not None:
            self.post_message(self.Opened(self.deed))

    def _tick_as_needed(self) -> None:
        if self._ticking is None:
            return
        if any(each.mark is Mark.RUNNING for each in self._deeds):
            self._ticking.resume()
        else:
            self._ticking.pause()

    def _tick(self) -> None:
        """Only the rows that go on are drawn again."""
        top = self.scroll_offset.y
        for y, deed in enumerate(self._deeds[top : top + self.size.height]):
            if deed.mark is Mark.RUNNING:
                self.refresh(Region(0, y, self.size.width, 1))


def when(moment: datetime) -> str:
    """The time of a row, 8 cells: of another day the day."""
    here = moment.astimezone()
    return here.strftime("%H:%M:%S") if here.date() == datetime.now().astimezone().date() else here.strftime("%d %b  ")


def _columns(deed: Deed, width: int) -> list[tuple[str, str]]:
    """The cells of a row with their styles; what has no room ends in an ellipsis."""
    what = f"{deed.action} {deed.subject}".strip()
    result = f"{SYMBOLS[deed.mark]} {deed.mark:<7} {deed.result:>10}"
    room = max(10, width - 11 - 8 - len(result) - 2)
    cells = [(f" {when(deed.at)}  ", "deeds--quiet"), (f"{deed.source:<8}", "deeds--quiet")]
    if width < ROOMY:
        return [*cells, (fitting(what, room), "deeds--text"), (f"  {result}", f"deeds--{deed.mark}")]
    half = max(20, room * 2 // 5)
    cells += [(fitting(what, half), "deeds--text"), (f"  {result}  ", f"deeds--{deed.mark}")]
    return [*cells, (fitting(deed.first_line, room - half - 2), "deeds--quiet")]


def fitting(text: str, cells: int) -> str:
    """``text`` in exactly ``cells`` columns; an ellipsis where it has no room."""
    return set_cell_size(text, cells) if cell_len(text) <= cells else set_cell_size(text, cells - 1) + "…"
