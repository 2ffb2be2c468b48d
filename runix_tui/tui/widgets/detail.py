"""The chosen deployment: one line that says how it stands, and its tabs. What a tab shows is the tab's own business."""

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from runix_tui.core.terminal import plain
from runix_tui.tui.fleet import Fleet
from runix_tui.tui.looks import Look
from runix_tui.tui.tabs.overview import OverviewTab
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.widgets.summary import Summary
from runix_tui.tui.widgets.tab_line import TabLine
from runix_tui.tui.widgets.titled import TitledPane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runix_tui.core.wire import Deployment
    from runix_tui.tui.app import RunixApp
    from runix_tui.tui.listing import Entry

TITLES = {
    "overview": "Overview",
    "build": "Build",
    "logs": "Logs",
    "history": "History",
    "dockerfile": "Dockerfile",
    "environment": "Env",
    "health": "Health",
}
NAMES = tuple(TITLES)
FIRST_STEPS = """Here stands everything about the deployment that is chosen in the list.

Press a to deploy a repository or a folder."""
REACHING = "Reaching the server…"


class DetailPane(TitledPane):
    """Tabs are pointed at the chosen deployment when they come forward: a hidden tab costs nothing."""

    DEFAULT_CSS = "DetailPane #nothing { padding: 1 2; color: $text-muted; }"

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet
        self.deployment: Deployment | None = None
        self._brought: dict[str, int | None] = {}  # the newest version whose build came forward, by deployment id
        self._before: str | None = None  # how the shown one stood
        self._wanted: tuple[str, int | None] | None = None  # a tab that is not there yet, and what it is to be about

    def compose(self) -> ComposeResult:
        """Summary, tab line, and the first of the tabs; the others come after the first frame."""
        yield Summary()
        yield TabLine(TITLES)
        with ContentSwitcher(initial=NAMES[0], id="tabs"):
            yield OverviewTab(id=NAMES[0])
        yield Static("", id="nothing", markup=False)

    def on_mount(self) -> None:
        """Nothing is chosen yet."""
        self.point(None, None)

    async def furnish(self, tabs: "Mapping[str, type[Tab]]") -> None:
        """The other tabs are there; one that was wanted meanwhile comes forward."""
        switcher = self.query_one("#tabs", ContentSwitcher)
        for name, kind in tabs.items():
            if not switcher.query(f"#{name}"):
                tab = kind(id=name)
                tab.display = False
                await switcher.mount(tab)
        if self._wanted is not None:
            name, version = self._wanted
            self.show_tab(name, version=version)

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    @property
    def tab(self) -> Tab:
        """The tab that is shown."""
        return self.query_one(f"#{self.tab_name}", Tab)

    @property
    def tab_name(self) -> str:
        """The name of the tab that is shown."""
        return self.query_one("#tabs", ContentSwitcher).current or NAMES[0]

    # --- which one ---------------------------------------------------------------------------------------------------

    def point(self, entry: "Entry | None", deployment: "Deployment | None") -> None:
        """Another one is chosen, or none. ``entry`` alone: it is remembered from the last visit."""
        self.deployment = deployment
        self._before = entry.look if entry else None
        self.set_class(deployment is None, "-none")
        self.entitle(Content(plain(entry.full_name)) if entry else Content(""))
        if deployment is None:
            self.query_one("#nothing", Static).update(FIRST_STEPS if self._fleet.known else REACHING)
        self._sum_up(entry)
        if deployment is not None:
            self.tab.point(deployment)

    def changed(self, entry: "Entry | None", deployment: "Deployment | None") -> None:
        """The chosen one became different, or is gone."""
        if deployment is None or self.deployment is None or entry is None:
            self.point(entry, deployment)
            return
        before, self._before = self._before, entry.look
        self.deployment = deployment
        self.entitle(Content(plain(entry.full_name)))
        self._sum_up(entry)
        if entry.look is Look.WORKING and before != Look.WORKING and deployment.phase is not None:
            self._bring_build(deployment)
        self.tab.changed(deployment)

    def figures(self) -> None:
        """New figures of CPU and memory; ages go on too."""
        if self.deployment is not None:
            self._sum_up(self._fleet.entry(self.deployment.id))
            self.tab.figures()

    def health_changed(self) -> None:
        """Engine or gateway came or went."""
        if self.deployment is not None:
            self.tab.health_changed()

    def _sum_up(self, entry: "Entry | None") -> None:
        told = self.tab_name == NAMES[0]  # the Overview says it all
        fault = self.deployment.error if self.deployment and not told else None
        self.query_one(Summary).show(entry, self._subject(), fault)

    def _subject(self) -> str:
        """Of the commit that serves, as far as it was read."""
        one = self.deployment
        if one is None or one.version is None:
            return ""
        version = self.runix.known.peek_version(one.id, one.version)
        history = self.runix.known.peek_history(one.id) or ()
        found = version or next((each for each in history if each.version == one.version), None)
        return found.commit.subject if found and found.commit else ""

    def _bring_build(self, deployment: "Deployment") -> None:
        """A build that starts is shown once, unless the user is reading something here."""
        if self._brought.get(deployment.id) == deployment.latest_version:
            return
        if self.has_focus_within or not self.screen.is_current:  # a question that lies over it is being read, too
            return
        self._brought[deployment.id] = deployment.latest_version
        self.show_tab("build")

    # --- which tab ---------------------------------------------------------------------------------------------------

    def show_number(self, number: int) -> None:
        """Bring a tab forward by its number, from 1."""
        if number <= len(NAMES):
            self.show_tab(NAMES[number - 1])

    def show_tab(self, name: str, *, version: int | None = None) -> None:
        """Bring a tab forward; ``version``: about this version, where the tab is about one."""
        switcher = self.query_one("#tabs", ContentSwitcher)
        if not switcher.query(f"#{name}"):
            self._wanted = (name, version)  # until it is there
            return
        self._wanted = None
        if switcher.current != name:
            focused = self.tab.has_focus_within
            self.tab.left()
            switcher.current = name
            self.query_one(TabLine).show(NAMES.index(name))
            self._sum_up(self._fleet.entry(self.deployment.id if self.deployment else None))
            if focused:
                self.focus_content()
        if self.deployment is not None:
            self.tab.point(self.deployment)
            if version is not None:
                self.tab.about(version)

    def focus_content(self) -> None:
        """Focus what can be worked with in the tab that is shown."""
        target = self.tab.way_in()
        if target is not None:
            target.focus()
