"""The list of deployments, by project: how each stands, at a glance; what is chosen here drives everything.

A line widget: a row is drawn when it is seen, and again only when its words changed. Which rows there are, and in which
order, is ``listing``'s; what stands in one is ``columns``'.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from runix_tui.tui.fleet import Fleet
from runix_tui.tui.listing import Entry, Order
from runix_tui.tui.messages import Chosen, Opened
from runix_tui.tui.roster import Roster
from runix_tui.tui.widgets.columns import Cell, Columns

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment

ROLES = (
    "live",
    "live_last_failed",
    "working",
    "failed",
    "stopped",
    "muted",
    "bars",
    "name",
    "mark",
    "cursor",
    "heading",
)


class DeploymentList(ScrollView, can_focus=True):
    """Posts :class:`Chosen` when the cursor moves, :class:`Opened` on Enter, :class:`Arranged` for its title."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"deployments--{role}" for role in (*ROLES, "at-cursor", "empty")}
    DEFAULT_CSS = """
    DeploymentList {
        overflow-x: hidden; scrollbar-size-vertical: 1; background: $surface;
        & > .deployments--live { color: $text-success; }
        & > .deployments--live_last_failed { color: $text-warning; }
        & > .deployments--working { color: $text-accent; }
        & > .deployments--failed { color: $text-error; }
        & > .deployments--stopped { color: $text-muted; }
        & > .deployments--muted { color: $text-muted; }
        & > .deployments--bars { color: $text-primary; }
        & > .deployments--heading { color: $text-muted; text-style: bold; }
        & > .deployments--cursor { color: $text-accent; text-style: bold; }
        & > .deployments--mark { color: $text-accent; text-style: bold; }
        & > .deployments--at-cursor { background: $panel; }
        & > .deployments--empty { color: $text-muted; }
        &:focus > .deployments--at-cursor { background: $primary-muted; text-style: bold; }
        &:nocolor:focus > .deployments--at-cursor { text-style: bold reverse; }
    }
    """
    HELP = "Every deployment of this home. What is chosen here is what the right side and every key are about."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="list.up", tooltip="The one above"),
        Binding("down,j", "move(1)", "down", show=False, id="list.down", tooltip="The one below"),
        Binding("pageup", "page(-1)", "page up", show=False, id="list.page_up", tooltip="A page up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="list.page_down", tooltip="A page down"),
        Binding("home,g", "end(0)", "first", show=False, id="list.first", tooltip="The first one"),
        Binding("end,G", "end(-1)", "last", show=False, id="list.last", tooltip="The last one"),
        Binding("enter", "open", "open", id="list.open", tooltip="Look at it: into its tabs"),
        Binding("space", "mark", "mark", id="list.mark", tooltip="Mark it: what is done next is done to all marked"),
        Binding("asterisk", "mark_all", "mark all", show=False, id="list.mark_all", tooltip="Mark all rows, or none"),
        Binding("slash", "filter", "filter", id="list.filter", tooltip="Show only what has these words"),
        Binding("O", "order", "order", id="list.order", tooltip="Sort by name, status, age, CPU, memory in turn"),
    ]

    class Arranged(Message):
        """Sorting, filter, marks or number of rows became different."""

    class FilterWanted(Message):
        """The user wants to type a filter."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet
        self.roster = Roster(fleet)
        self._painted: dict[int, tuple[Cell, ...]] = {}
        self._chosen: str | None = None  # what was said to be chosen

    # --- what arrives ------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Draw what is known before anything is asked."""
        self.lay_out()

    def on_resize(self) -> None:
        """Other columns may fit."""
        self._painted.clear()
        self._measure()
        self.refresh()  # this may come after the frame of the new size
        self._show_cursor()

    def fleet_changed(self, ids: frozenset[str] | None) -> None:
        """Draw what became different; None: everything may have."""
        if ids is not None and self.roster.put(ids):
            self._repaint()
        else:
            self.lay_out()

    def figures(self) -> None:
        """New figures of CPU and memory; ages go on too."""
        if self.roster.order in (Order.CPU, Order.MEMORY):
            self.lay_out()
        else:
            self._repaint()

    def lay_out(self) -> None:
        """Lines anew, the cursor on what it was on."""
        before = len(self.roster.lines)
        self.roster.lay_out()
        if len(self.roster.lines) != before or not before:
            self._measure()
            self._painted.clear()
            self.refresh()
            self._show_cursor()
        self._choose(self.roster.cursor)
        self._repaint()
        self._say(self.Arranged())

    # --- what is chosen ----------------------------------------------------------------------------------------------

    def targets(self) -> "Sequence[Deployment]":
        """What an action is about: the marked ones, else the one under the cursor."""
        return self.roster.targets()

    def unmark(self) -> None:
        """No marks any more."""
        self.roster.marks.clear()
        self._marked()

    def choose(self, deployment_id: str) -> bool:
        """Move the cursor to this one; False: it is not listed."""
        if deployment_id not in self.roster.at:
            return False
        self._go(deployment_id)
        return True

    def filter(self, text: str) -> None:
        """List only what has the words of ``text``."""
        if text != self.roster.text:
            self.roster.text = text
            self.lay_out()

    def looked_at(self) -> list[str]:
        """Ids of the rows that are visible now."""
        return [each.id for each in self.roster.entries(int(self.scroll_offset.y), max(1, self.size.height))]

    def _go(self, key: str | None) -> None:
        """The cursor goes there."""
        self.roster.go(key)
        self._choose(key)
        self._repaint()
        self._show_cursor()

    def _choose(self, key: str | None) -> None:
        self.roster.cursor = key
        if key != self._chosen:
            self._chosen = key
            self._say(Chosen(key))

    def _marked(self) -> None:
        self._repaint()
        self._say(self.Arranged())

    def _show_cursor(self) -> None:
        at = self.roster.at.get(self.roster.cursor or "")
        if at is not None:
            first = 0 if at == 1 else at  # the first heading comes with the first row
            self.scroll_to_region(Region(0, first, 1, at - first + 1), animate=False, force=True)

    def _say(self, message: Message) -> None:
        """As the sender: what the pane around it did would else go no further than to that pane."""
        self.post_message(message.set_sender(self))

    # --- keys and mouse ----------------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Up or down."""
        if self.roster.at:
            self._go(self.roster.beside(by))

    def action_page(self, by: int) -> None:
        """A page up or down."""
        self.action_move(by * max(1, self.size.height - 1))

    def action_end(self, at: int) -> None:
        """The first or the last."""
        self.action_move(len(self.roster.at) * (1 if at else -1))

    def action_open(self) -> None:
        """Into the chosen one."""
        if self.roster.cursor is not None:
            self._say(Opened())

    def action_mark(self) -> None:
        """Mark, or unmark, and go on to the next: space, space, space marks three."""
        if self.roster.cursor is not None:
            self.roster.mark(self.roster.cursor)
            self.action_move(1)
            self._marked()

    def action_mark_all(self) -> None:
        """All rows, or none when all are."""
        self.roster.mark_all()
        self._marked()

    def action_order(self) -> None:
        """The next way to sort."""
        self.sort(self.roster.order.next)

    def action_filter(self) -> None:
        """Type a filter."""
        self._say(self.FilterWanted())

    def sort(self, order: Order) -> None:
        """Sort in this way."""
        self.roster.order = order
        self.lay_out()
        self._show_cursor()

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked; a second click opens it; at the margin: mark it."""
        at = event.y + int(self.scroll_offset.y)
        line = self.roster.lines[at] if 0 <= at < len(self.roster.lines) else None
        if not isinstance(line, Entry):
            return
        chosen = line.id == self.roster.cursor
        self._go(line.id)
        if event.x < 2:
            self.roster.mark(line.id)
            self._marked()
        elif event.chain > 1 or (chosen and self._alone):
            self._say(Opened())

    # --- drawing -----------------------------------------------------------------------------------------------------

    @property
    def _alone(self) -> bool:
        """Whether the list has the screen for itself."""
        return self.screen.has_class("-narrow")

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.roster.lines))

    def _repaint(self) -> None:
        """Of the rows that were drawn, draw again those that say something else now."""
        columns = self._columns()
        for at, before in list(self._painted.items()):
            if at >= len(self.roster.lines) or self._cells(at, columns) != before:
                del self._painted[at]
                self.refresh_line(at)

    def _columns(self) -> Columns:
        return Columns.fitting(self.scrollable_content_region.width, alone=self._alone)

    def _cells(self, at: int, columns: Columns) -> tuple[Cell, ...]:
        line = self.roster.lines[at]
        if isinstance(line, str):
            return (Cell(f" {line}", "heading"),)
        cursor, marked = line.id == self.roster.cursor, line.id in self.roster.marks
        figures = self._fleet.series(line.id)
        cells = columns.cells(line, figures, cursor=cursor, marked=marked, cpu=self.roster.order is Order.CPU)
        return tuple(cells if self._fleet.told else [Cell(each.text, "muted") for each in cells])

    def render_line(self, y: int) -> Strip:
        """One line of what is visible."""
        at = y + int(self.scroll_offset.y)
        width = self.scrollable_content_region.width
        if not self.roster.lines:
            return self._said(y, width)
        if at >= len(self.roster.lines):
            return Strip.blank(width, self.rich_style)
        cells = self._painted[at] = self._cells(at, self._columns())
        line = self.roster.lines[at]
        base = self.rich_style
        if isinstance(line, Entry) and line.id == self.roster.cursor:
            base += self.get_component_rich_style("deployments--at-cursor", partial=True)
        return Strip(self._segments(cells, base)).adjust_cell_length(width, base)

    def _segments(self, cells: Iterable[Cell], base: Style) -> list[Segment]:
        roles = self.get_component_rich_style
        return [Segment(cell.text, base + roles(f"deployments--{cell.role}", partial=True)) for cell in cells]

    def _said(self, y: int, width: int) -> Strip:
        """An empty list says why, and what to do next."""
        said = self.roster.why_empty
        at = y - 1
        text = f"  {said[at]}" if 0 <= at < len(said) else ""
        style = self.rich_style + self.get_component_rich_style("deployments--empty", partial=True)
        return Strip([Segment(text, style)]).adjust_cell_length(width, self.rich_style)
