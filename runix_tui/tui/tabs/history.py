"""A tab: every version, what changed between two, and the way back."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static

from runix_tui.core.stages import ENDED
from runix_tui.tui.compare import other_values
from runix_tui.tui.faults import error_content
from runix_tui.tui.messages import TabWanted
from runix_tui.tui.tabs.compared import Pair, Pane, about, compared, pair_of
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.widgets.code_text import CodeText
from runix_tui.tui.widgets.pane_line import PaneLine
from runix_tui.tui.widgets.reader import Reader
from runix_tui.tui.widgets.version_list import VersionList

if TYPE_CHECKING:
    from runix_tui.client import Client

AGES_EVERY = 30.0  # seconds; only while they are seen


class HistoryTab(Tab):
    """Every version, what changed between two, and the way back."""

    TITLE = "History"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark", id="history.mark", tooltip="Mark it, to compare it with another one"),
        Binding("b", "roll_back", "roll back to this", id="history.rollback", tooltip="Start this version again"),
        Binding("2", "lead('build')", "its build", id="history.build", tooltip="The build log of this version"),
        Binding("5", "lead('dockerfile')", "its Dockerfile", id="history.dockerfile", tooltip="Its Dockerfile"),
        Binding("right", "turn(1)", "next", show=False, id="history.next", tooltip="What else is compared"),
        Binding("left", "turn(-1)", "before", show=False, id="history.before", tooltip="What else is compared"),
    ]
    DEFAULT_CSS = """
    HistoryTab { layout: vertical; }
    HistoryTab #columns { height: 1; padding: 0 1; }
    HistoryTab #versions { max-height: 55%; padding: 0 1; }
    HistoryTab #compare-line { border-top: solid $border-blurred; }
    HistoryTab #below { height: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._pane = Pane.PLAN
        self._other: dict[Pair, tuple[str, ...]] = {}  # names of variables whose values differ
        self._ages: Timer | None = None

    def compose(self) -> ComposeResult:
        """The versions, and below what is different."""
        yield Static("", id="columns", markup=False)
        yield VersionList(id="versions")
        yield PaneLine(list(Pane), id="compare-line")
        with Reader(id="below"):
            yield CodeText(id="below-text")

    # --- what is known -----------------------------------------------------------------------------------------------

    def turned(self) -> None:
        """Another deployment has other versions."""
        self._other = {}
        self.query_one(VersionList).clear()

    def left(self) -> None:
        """Ages stand still."""
        super().left()
        if self._ages is not None:
            self._ages.stop()
            self._ages = None

    def about(self, version: int) -> None:
        """Put the cursor on this version."""
        self.query_one(VersionList).go_to(version)

    async def read(self, deployment_id: str) -> None:
        """The history, and the versions that are looked at."""
        await self.known.read_history(deployment_id)
        self.draw()
        pair, at = self._pair(), self.query_one(VersionList).number
        for number in {at, *((pair.older, pair.newer) if pair else ())} - {None}:
            before = self.known.peek_version(deployment_id, number)
            if before is None or before.stage not in ENDED or number == at:  # else it says the same as before
                await self.known.read_version(deployment_id, number)
        if self._pane is Pane.ENV and pair is not None and pair not in self._other:
            call = self.runix.connection.call
            found = await call(partial(_other_values, deployment_id, pair))
            if self.deployment is not None and self.deployment.id == deployment_id:
                self._other[pair] = found

    # --- what is seen ------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is None:
            return
        history = self.known.peek_history(self.deployment.id)
        versions = self.query_one(VersionList)
        if history is not None:
            versions.show(history)
        if self._ages is None and self.is_attached:
            self._ages = self.set_interval(AGES_EVERY, versions.draw)
        self._draw_columns()
        self._draw_below()

    @on(VersionList.Resized)
    def _draw_columns(self) -> None:
        self.query_one("#columns", Static).update(self.query_one(VersionList).heading())

    @on(OptionList.OptionHighlighted)
    def moved(self, event: OptionList.OptionHighlighted) -> None:
        """Another version: from memory at once, the rest arrives."""
        event.stop()
        self._draw_below()
        self.ask()

    def _pair(self) -> Pair | None:
        if self.deployment is None:
            return None
        versions = self.query_one(VersionList)
        history = self.known.peek_history(self.deployment.id) or []
        return pair_of(versions.number, versions.marked, self.deployment.version, history)

    def _draw_below(self) -> None:
        pair, at = self._pair(), self.query_one(VersionList).number
        one = self._pane is Pane.ABOUT or pair is None
        title = (f"v{at}" if at is not None else "") if one or pair is None else pair.title
        self.query_one(PaneLine).show(self._pane, title)
        self.query_one(CodeText).show(self._below(pair, at))

    def _below(self, pair: Pair | None, at: int | None) -> Content:
        if self.trouble is not None:
            return error_content(self.trouble)
        if self.deployment is None or at is None:
            return Content.styled("Reading the versions…", "$text-muted")
        one = self.deployment.id
        reading = Content.styled("Reading…", "$text-muted")
        if self._pane is Pane.ABOUT:
            version = self.known.peek_version(one, at)
            return about(version) if version is not None else reading
        if pair is None:
            return Content.styled("There is one version only: nothing to compare it with yet.", "$text-muted")
        old, new = self.known.peek_version(one, pair.older), self.known.peek_version(one, pair.newer)
        if old is None or new is None:
            return reading
        return compared(self._pane, old, new, self.known.peek_history(one) or [], self._other.get(pair))

    # --- what one does -----------------------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Everything about this version."""
        event.stop()
        self._turn_to(Pane.ABOUT)

    @on(PaneLine.Wanted)
    def wanted(self, event: PaneLine.Wanted) -> None:
        """Something else is to be compared."""
        event.stop()
        self._turn_to(Pane(event.name))

    def action_turn(self, by: int) -> None:
        """Compare the next thing."""
        panes = list(Pane)
        self._turn_to(panes[(panes.index(self._pane) + by) % len(panes)])

    def action_mark(self) -> None:
        """Mark the version under the cursor."""
        self.query_one(VersionList).mark()
        self._draw_below()
        self.ask()

    def action_lead(self, tab: str) -> None:
        """Show a tab about the version under the cursor."""
        self.post_message(TabWanted(tab, self.query_one(VersionList).number))

    def action_roll_back(self) -> None:
        """Ask, then go back to the version under the cursor."""
        from runix_tui.tui.modals.rollback import RollBack

        if self.deployment is not None:
            self.app.push_screen(RollBack(self.deployment, self.query_one(VersionList).number))

    def _turn_to(self, pane: Pane) -> None:
        self._pane = pane
        self.query_one("#below", Reader).scroll_home(animate=False)
        self._draw_below()
        self.ask()


def _other_values(deployment_id: str, pair: Pair, client: "Client") -> tuple[str, ...]:
    """Names of variables with another value. The values are compared here and go no further."""
    old = client.version(deployment_id, pair.older, reveal=True).config.env
    new = client.version(deployment_id, pair.newer, reveal=True).config.env
    return other_values(old, new)
