"""The pane around the list: its title says how many, how they are sorted and what is left out; ``/`` types a filter."""

from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from runix_tui.tui.fleet import Fleet
from runix_tui.tui.widgets.deployments import DeploymentList


class FilterLine(Input):
    """What the list is filtered by, as it is typed. Enter keeps it, Esc lets everything be seen again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "keep", priority=True, id="filter.keep", tooltip="Back to the list, filtered"),
        Binding("down", "keep", show=False, id="filter.down", tooltip="Back to the list, filtered"),
        Binding("escape", "clear", "show all", id="filter.clear", tooltip="Everything is listed again"),
    ]
    DEFAULT_CSS = """
    FilterLine, FilterLine:focus { height: 1; border: none; padding: 0 1; background: $panel; display: none; }
    FilterLine.-used { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(placeholder="name, project, type, state, branch…", compact=True, select_on_focus=False)

    def action_keep(self) -> None:
        """Back to the list."""
        self._pane.leave_filter()

    def action_clear(self) -> None:
        """No filter any more."""
        self.value = ""
        self._pane.leave_filter()

    @property
    def _pane(self) -> "DeploymentsPane":
        return cast("DeploymentsPane", self.parent)


class DeploymentsPane(Vertical):
    """A border, a title, a filter, and the list."""

    DEFAULT_CSS = """
    DeploymentsPane { height: 1fr; border: round $border-blurred; background: $surface; }
    DeploymentsPane:focus-within { border: round $border; }
    DeploymentsPane DeploymentList { height: 1fr; }
    """

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet

    def compose(self) -> ComposeResult:
        """The filter over the list."""
        yield FilterLine()
        yield DeploymentList(self._fleet)

    @property
    def rows(self) -> DeploymentList:
        """The list itself."""
        return self.query_one(DeploymentList)

    def filter(self, text: str) -> None:
        """Show the filter with this text."""
        self.query_one(FilterLine).value = text
        self.query_one(FilterLine).set_class(bool(text), "-used")

    def leave_filter(self) -> None:
        """From the filter to the list; an empty one goes away."""
        line = self.query_one(FilterLine)
        self.rows.focus()
        line.set_class(bool(line.value), "-used")

    def clear(self) -> bool:
        """Take marks and filter away; whether there were any."""
        line = self.query_one(FilterLine)
        if self.rows.roster.marks:
            self.rows.unmark()
            return True
        if line.value:
            line.action_clear()
            self.rows.filter("")  # at once, for who wants to choose what was hidden
            return True
        return False

    @on(DeploymentList.FilterWanted)
    def type_filter(self) -> None:
        """Into the filter."""
        line = self.query_one(FilterLine)
        line.add_class("-used")
        line.focus()

    @on(Input.Changed)
    def filtered(self, event: Input.Changed) -> None:
        """As it is typed."""
        event.stop()
        self.rows.filter(event.value)

    @on(DeploymentList.Arranged)
    def entitle(self) -> None:
        """How many, and how they are sorted."""
        roster = self.rows.roster
        rows, every = len(roster.at), len(self._fleet.entries())
        count = f"{rows} of {every}" if rows != every else str(every or "")
        seen = "  last seen" if every and not self._fleet.known else ""
        marked = f"  ◆ {len(roster.marks)} marked" if roster.marks else ""
        self.border_title = Content(f"Deployments {count}{seen}{marked}".rstrip())
        self.border_subtitle = Content(f"by {roster.order}" if every else "")
