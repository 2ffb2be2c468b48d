"""The chosen deployment: one line that says how it stands, and its tabs. What a tab shows is the tab's own business."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ContentSwitcher, Static

from runix_tui.tui.fleet import Fleet
from runix_tui.tui.tabs.build import BuildTab
from runix_tui.tui.tabs.dockerfile import DockerfileTab
from runix_tui.tui.tabs.environment import EnvironmentTab
from runix_tui.tui.tabs.health import HealthTab
from runix_tui.tui.tabs.history import HistoryTab
from runix_tui.tui.tabs.logs import LogsTab
from runix_tui.tui.tabs.overview import OverviewTab
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.widgets.summary import Summary
from runix_tui.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment

TABS: tuple[type[Tab], ...] = (
    OverviewTab,
    BuildTab,
    LogsTab,
    HistoryTab,
    DockerfileTab,
    EnvironmentTab,
    HealthTab,
)
NAMES = tuple(each.TITLE.lower() for each in TABS)


class DetailPane(Vertical):
    """Tabs are pointed at the chosen deployment when they come forward: a hidden tab costs nothing."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet
        self.deployment: Deployment | None = None
        self._seen: dict[str, int] = {}  # the newest version whose build was brought forward, by deployment id

    def compose(self) -> ComposeResult:
        """Summary, tab line, tabs."""
        yield Summary(self._fleet)
        yield TabLine([each.TITLE for each in TABS])
        with ContentSwitcher(initial="overview", id="tabs"):
            for name, kind in zip(NAMES, TABS, strict=True):
                yield kind(id=name)
        yield Static("", id="nothing", markup=False)

    @property
    def tab(self) -> Tab:
        """The tab that is shown."""
        return self.query_one(f"#{self.query_one('#tabs', ContentSwitcher).current}", Tab)

    def point(self, deployment: "Deployment | None") -> None:
        """Another one is chosen, or none."""
        self.deployment = deployment
        self.set_class(deployment is None, "-none")
        self.query_one(Summary).show(deployment)
        if deployment is not None:
            self.tab.point(deployment)

    def changed(self, deployment: "Deployment | None") -> None:
        """The chosen one became different, or is gone."""
        if deployment is None or self.deployment is None:
            self.point(deployment)
            return
        self.deployment = deployment
        self.query_one(Summary).show(deployment)
        self.tab.changed(deployment)

    def figures(self) -> None:
        """New figures of CPU and memory."""
        if self.deployment is not None:
            self.tab.figures()

    def show_number(self, number: int) -> None:
        """Bring a tab forward by its number, from 1."""
        if number <= len(NAMES):
            self.show_tab(NAMES[number - 1])

    def show_tab(self, name: str, *, version: int | None = None) -> None:
        """Bring a tab forward; ``version``: about this version, where the tab is about one."""
        switcher = self.query_one("#tabs", ContentSwitcher)
        if switcher.current != name:
            self.tab.left()
            switcher.current = name
            self.query_one(TabLine).show(NAMES.index(name))
        if self.deployment is not None:
            self.tab.point(self.deployment)
            if version is not None:
                self.tab.about(version)

    def focus_content(self) -> None:
        """Focus what can be worked with in the tab that is shown."""
        target = next((each for each in self.tab.query("*") if each.focusable), None)
        if target is not None:
            target.focus()
