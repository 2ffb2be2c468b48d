"""A view: what Runix is doing and was asked to do, and what this program told its user.

Following is ``feed``'s, what a row is ``deeds``', drawing ``DeedLines``'.
"""

from typing import TYPE_CHECKING, ClassVar, Self, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from runix_tui.tui.notices import Notice
from runix_tui.tui.views.activity_entry import ActivityEntry
from runix_tui.tui.views.deeds import SOURCES, TOLD, Wanted, newest_first
from runix_tui.tui.widgets.deed_lines import DeedLines
from runix_tui.tui.widgets.tab_line import labels, marked

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp
    from runix_tui.tui.screens.main import MainScreen

CHOICES = ("", *SOURCES)  # by the keys 1, 2, …; empty: all
FAILED_KEY = len(CHOICES) + 1


class ActivityView(Vertical):
    """Newest first; follows only while it is on the screen."""

    DEFAULT_CSS = """
    ActivityView {
        height: 1fr; border: round $border-blurred; border-title-color: $foreground; border-title-style: bold;
    }
    ActivityView:focus-within { border: round $border; }
    ActivityView > Horizontal { height: 1; margin-bottom: 1; }
    ActivityView #activity-sources { width: 1fr; }
    ActivityView #activity-count { width: auto; padding: 0 1; color: $text-muted; }
    ActivityView Input { display: none; border: none; height: 1; padding: 0 1; background: $boost; }
    ActivityView.-filtered Input { display: block; }
    """
    HELP = (
        "What Runix does and was asked to do, newest first; what you were told stands here too, after its toast went."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="activity.filter", tooltip="Show only what has these words"),
        *(
            Binding(
                str(key),
                f"source({key - 1})",
                show=False,
                id=f"activity.source_{key}",
                tooltip=f"Show what {name or 'everybody'} did" if name != TOLD else "Show what you were told",
            )
            for key, name in enumerate(CHOICES, 1)
        ),
        Binding(str(FAILED_KEY), "failed", "failed only", id="activity.failed", tooltip="Show only what failed"),
        Binding("escape", "unfilter", "all", show=False, id="activity.unfilter", tooltip="Show everything again"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.border_title = "Activity"
        self._wanted = Wanted()
        self._shown = False

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    def compose(self) -> ComposeResult:
        """Sources, filter, entries."""
        with Horizontal():
            yield Static("", id="activity-sources", markup=False)
            yield Static("", id="activity-count", markup=False)
        yield Input(placeholder="words that it has: build failed my-api", id="activity-filter")
        yield DeedLines()

    def focus(self, scroll_visible: bool = True) -> Self:
        """The entries are what can be worked with."""
        self.query_one(DeedLines).focus(scroll_visible)
        return self

    # --- what arrives ------------------------------------------------------------------------------------------------

    def on_show(self) -> None:
        """On the screen: follow."""
        self._shown = True
        self.runix.activity.watch(self)
        self.activity_changed()

    def on_resize(self) -> None:
        """Other names of sources have room."""
        if self._shown:
            self._draw()

    def on_hide(self) -> None:
        """Not on the screen any more: nothing is followed for it."""
        self._shown = False
        self.runix.activity.look_away(self)

    def activity_changed(self) -> None:
        """Something began or ended."""
        self._draw()

    def noticed(self, _: Notice) -> None:
        """Something was told to the user."""
        if self._shown:
            self._draw()

    # --- what one does -----------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type words."""
        self.add_class("-filtered")
        self.query_one(Input).focus()

    def action_source(self, at: int) -> None:
        """Of one source only."""
        self._want(source=CHOICES[at])

    def action_failed(self) -> None:
        """Failed ones only, or all again."""
        self._want(failed=not self._wanted.failed)

    def action_unfilter(self) -> None:
        """Show everything again."""
        self.query_one(Input).value = ""
        self.remove_class("-filtered")
        self._want(words="", source="", failed=False)
        self.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc leads out of the view when there is nothing to take back."""
        return action != "unfilter" or self._wanted != Wanted() or self.has_class("-filtered")

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Filter as one types."""
        self._want(words=event.value)

    @on(Input.Submitted)
    def chosen(self) -> None:
        """Go on in what was found."""
        self.set_class(bool(self._wanted.words), "-filtered")
        self.focus()

    @on(DeedLines.Opened)
    def opened(self, event: DeedLines.Opened) -> None:
        """All of an entry; from there to its deployment."""
        self.app.push_screen(ActivityEntry(event.deed, self.runix.fleet.deployments.keys()), self._go_to)

    def _go_to(self, deployment_id: str | None) -> None:
        if deployment_id is not None:
            cast("MainScreen", self.screen).go_to(deployment_id)

    def _want(self, *, words: str | None = None, source: str | None = None, failed: bool | None = None) -> None:
        now = self._wanted
        self._wanted = Wanted(
            now.words if words is None else words,
            now.source if source is None else source,
            now.failed if failed is None else failed,
        )
        self._draw()

    # --- drawing -----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        every = newest_first(self.runix.activity.deeds, self.runix.notices.kept)
        shown = self._wanted.of(every)
        problem = self.runix.activity.problem
        self.query_one(DeedLines).show(shown, why="" if shown else self._why(bool(every), problem))
        count = f"{len(shown)}" if len(shown) == len(every) else f"{len(shown)} of {len(every)}"
        self.query_one("#activity-count", Static).update(count)
        room = self.content_size.width - len(count) - 2
        self.query_one("#activity-sources", Static).update(self._sources(room))
        self.border_subtitle = Content(problem) if shown else Content()

    def _sources(self, width: int) -> Content:
        """The sources with their keys, as much of their names as has room, what is chosen marked."""
        at = CHOICES.index(self._wanted.source)
        chosen = {at, len(CHOICES)} if self._wanted.failed else {at}
        names = [*(name.capitalize() or "All" for name in CHOICES), "Failed"]
        return marked(labels(names, at, width), chosen, no_color=self.app.no_color)

    def _why(self, any_at_all: bool, problem: str) -> str:
        """Why nothing is shown."""
        if any_at_all:
            return "Nothing of this kind. Esc shows everything again."
        return problem or "Nothing yet since the server started. Deploy something (a), and each step shows here."
