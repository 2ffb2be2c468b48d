"""The main screen: the deployments on the left, the chosen one on the right; other views take their place."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from runix_tui.tui.actions import Actions
from runix_tui.tui.fleet import Fleet
from runix_tui.tui.messages import Chosen, FleetChanged, Opened, ReachChanged, TabWanted, UsageChanged
from runix_tui.tui.notices import Notice
from runix_tui.tui.views.activity import ActivityView
from runix_tui.tui.views.doctor import DoctorView
from runix_tui.tui.views.settings import SettingsView
from runix_tui.tui.widgets.activity_strip import ActivityStrip
from runix_tui.tui.widgets.deployments import DeploymentList
from runix_tui.tui.widgets.detail import DetailPane
from runix_tui.tui.widgets.header import HeaderBar
from runix_tui.tui.widgets.keys_bar import KeysBar

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment
    from runix_tui.tui.app import RunixApp

DEPLOYMENT_ACTIONS = frozenset({"act", "tab", "tab_number"})
WIDE = 100  # columns from which on list and detail stand side by side


class MainScreen(Screen[None]):
    """Everything is about one chosen deployment; in a narrow terminal one pane shows at a time (class ``-narrow``)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "add", id="deployment.add", tooltip="Deploy something new"),
        Binding("r", "act('redeploy')", "redeploy", id="deployment.redeploy", tooltip="Build the newest commit"),
        Binding("b", "act('rollback')", "roll back", id="deployment.rollback", tooltip="Start an older version again"),
        Binding("c", "act('cancel')", "cancel", id="deployment.cancel", tooltip="Stop the running build"),
        Binding("s", "act('stop_or_start')", "stop/start", id="deployment.stop", tooltip="Stop it, or start it again"),
        Binding("e", "tab('environment')", "env", id="deployment.env", tooltip="Its environment"),
        Binding("o", "act('open')", "open", id="deployment.open", tooltip="Open its URL in a browser"),
        Binding("Y", "act('copy_url')", "copy URL", id="deployment.copy_url", tooltip="Copy its URL"),
        Binding("x", "act('shell')", "shell", id="deployment.shell", tooltip="A shell inside its container"),
        Binding("d", "act('delete')", "delete", id="deployment.delete", tooltip="Delete it with all of its own"),
        *(Binding(str(n), f"tab_number({n})", show=False, id=f"tab.{n}", tooltip=f"Tab {n}") for n in range(1, 8)),
        Binding("A", "view('activity')", "activity", id="view.activity", tooltip="What Runix is doing and did"),
        Binding("D", "view('doctor')", "doctor", id="view.doctor", tooltip="What works here and what does not"),
        Binding("comma", "view('settings')", "settings", id="view.settings", tooltip="config.toml"),
        Binding("escape", "back", "back", show=False, id="view.back", tooltip="One step out"),
        Binding("q", "leave", "leave", id="app.leave", tooltip="Leave; services go on"),
    ]

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
        self.fleet = fleet
        self.chosen: str | None = None
        self.actions = Actions(self)

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    @property
    def deployment(self) -> "Deployment | None":
        """The chosen one, as far as it is still there."""
        return self.fleet.deployments.get(self.chosen or "")

    def compose(self) -> ComposeResult:
        """Header, views, footer."""
        yield HeaderBar(self.fleet)
        with ContentSwitcher(initial="home", id="views"):
            with Horizontal(id="home"):
                with Vertical(id="left"):
                    yield DeploymentList(self.fleet)
                    yield ActivityStrip()
                yield DetailPane(self.fleet)
            yield ActivityView(id="activity")
            yield DoctorView(id="doctor")
            yield SettingsView(id="settings")
        yield KeysBar()

    # --- what arrives ------------------------------------------------------------------------------------------------

    @on(FleetChanged)
    def fleet_changed(self, message: FleetChanged) -> None:
        """Draw what became different, and only that."""
        self.query_one(DeploymentList).fleet_changed(message.ids)
        for gone in () if message.ids is None else message.ids - self.fleet.deployments.keys():
            self.runix.known.drop(gone)
        if message.ids is None or self.chosen in message.ids:
            self.query_one(DetailPane).changed(self.deployment)

    @on(UsageChanged)
    def usage_changed(self, _: UsageChanged) -> None:
        """New figures."""
        self.query_one(DeploymentList).figures()
        self.query_one(DetailPane).figures()

    @on(ReachChanged)
    def reach_changed(self, message: ReachChanged) -> None:
        """The server was reached or lost."""
        self.query_one(HeaderBar).reach(message.reach, message.why)

    def noticed(self, notice: Notice) -> None:
        """Something was told to the user."""
        if self.is_mounted:
            self.query_one(ActivityView).noticed(notice)

    def looked_at(self) -> list[str]:
        """Ids of the deployments whose figures are on the screen now."""
        if not self.is_current or self.query_one("#views", ContentSwitcher).current != "home":
            return []
        return self.query_one(DeploymentList).looked_at()

    # --- where one is ------------------------------------------------------------------------------------------------

    @on(Chosen)
    def choose(self, message: Chosen) -> None:
        """From now on everything is about this one."""
        self.chosen = message.deployment_id
        self.query_one(DetailPane).point(self.deployment)

    @on(Opened)
    def open(self) -> None:
        """The chosen one comes forward."""
        self.add_class("-opened")
        self.query_one(DetailPane).focus_content()

    @on(TabWanted)
    def want_tab(self, message: TabWanted) -> None:
        """A tab comes forward."""
        self.query_one(DetailPane).show_tab(message.tab, version=message.version)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys about deployments work where deployments are to be seen."""
        return action not in DEPLOYMENT_ACTIONS or not self.is_mounted or self._view == "home"

    @property
    def _view(self) -> str | None:
        return self.query_one("#views", ContentSwitcher).current

    def go_to(self, deployment_id: str, tab: str | None = None) -> None:
        """To a deployment, from wherever one is; ``tab`` of it comes forward."""
        self.query_one("#views", ContentSwitcher).current = "home"
        if not self.query_one(DeploymentList).choose(deployment_id):
            self.choose(Chosen(deployment_id))  # a filter hides its row
        if tab is not None:
            self.query_one(DetailPane).show_tab(tab)
        self.open()

    def action_tab(self, name: str) -> None:
        """Show a tab of the chosen deployment."""
        self.query_one(DetailPane).show_tab(name)
        self.open()

    def action_tab_number(self, number: int) -> None:
        """Show a tab by its number."""
        self.query_one(DetailPane).show_number(number)

    def action_view(self, name: str) -> None:
        """Show another view; the same again leads back."""
        views = self.query_one("#views", ContentSwitcher)
        views.current = "home" if views.current == name else name
        if views.current == "home":
            self.query_one(DeploymentList).focus()
        else:
            views.query_one(f"#{name}").focus()

    def action_back(self) -> None:
        """One step out: of a view, of the detail, to the list."""
        views = self.query_one("#views", ContentSwitcher)
        views.current = "home"
        self.remove_class("-opened")
        self.query_one(DeploymentList).focus()

    # --- what one does -----------------------------------------------------------------------------------------------

    async def action_act(self, name: str) -> None:
        """Do something with what is marked, else with the chosen one."""
        await self.actions.run(name, self.query_one(DeploymentList).targets())

    def action_add(self) -> None:
        """The form for a new deployment."""
        self.actions.add()

    async def action_leave(self) -> None:
        """Leave; asks when a build runs in the own server."""
        await self.actions.leave()
