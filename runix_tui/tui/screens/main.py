"""The main screen: the deployments on the left, the chosen one on the right; other views take their place."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from runix_tui.core.checkup import Condition
from runix_tui.tui.actions import Actions
from runix_tui.tui.fleet import Fleet, Reach
from runix_tui.tui.key_words import Where, key_word
from runix_tui.tui.looks import Look
from runix_tui.tui.messages import (
    Chosen,
    FleetChanged,
    HealthChanged,
    NoServer,
    Opened,
    ReachChanged,
    TabWanted,
    UsageChanged,
)
from runix_tui.tui.notices import Notice, Weight
from runix_tui.tui.screens.main_keys import ABOUT_A_DEPLOYMENT, MAIN_KEYS
from runix_tui.tui.widgets.activity_strip import ActivityStrip
from runix_tui.tui.widgets.banner import Banner
from runix_tui.tui.widgets.deployments import DeploymentList
from runix_tui.tui.widgets.deployments_pane import DeploymentsPane
from runix_tui.tui.widgets.detail import DetailPane
from runix_tui.tui.widgets.header import HeaderBar
from runix_tui.tui.widgets.keys_bar import KeysBar
from runix_tui.tui.widgets.views import HOME, Views

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment
    from runix_tui.tui.app import RunixApp
    from runix_tui.tui.views.activity import ActivityView

WIDE = 100  # columns from which on list and detail stand side by side
ENGINE_STARTS_WITHIN = 10.0  # seconds; an engine that is away for longer is missed


class MainScreen(Screen[None]):
    """Everything is about one chosen deployment; in a narrow terminal one pane shows at a time (class ``-narrow``)."""

    AUTO_FOCUS = "DeploymentList"
    BINDINGS: ClassVar[list[BindingType]] = [*MAIN_KEYS]

    def __init__(self, fleet: Fleet, home: str) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
        self.fleet = fleet
        self.home = home
        self.chosen: str | None = None
        self.actions = Actions(self)
        self._expected = ""  # id or name of a deployment to go to as soon as it is there
        self.furnished = False  # whether all tabs and views are there
        self._looked_at_engine = False
        self._keys_of: tuple[Look | None, bool, bool] | None = None

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    @property
    def deployment(self) -> "Deployment | None":
        """The chosen one, as far as it is still there."""
        return self.fleet.deployments.get(self.chosen or "")

    @property
    def view(self) -> str:
        """What is shown: ``home`` are the deployments."""
        return self._views.shown

    @property
    def _views(self) -> Views:
        return self.query_one(Views)

    def compose(self) -> ComposeResult:
        """Header, deployments, footer; the other views come after the first frame."""
        yield HeaderBar(self.fleet, self.home)
        yield Banner()
        with Views(), Horizontal(id=HOME):
            with Vertical(id="left"):
                yield DeploymentsPane(self.fleet)
                yield ActivityStrip()
            yield DetailPane(self.fleet)
        yield KeysBar(self.key_label)

    async def furnish(self) -> None:
        """All that the first frame does without. What was wanted meanwhile comes forward."""
        every = await asyncio.to_thread(import_module, "runix_tui.tui.tabs.every")
        await self.query_one(DetailPane).furnish(every.TABS)
        await self._views.furnish(every.VIEWS)
        self.furnished = True

    @property
    def _inside(self) -> bool:
        """Whether one is in the chosen deployment, not in the list."""
        return self.has_class("-narrow", "-opened") or self.query_one(DetailPane).has_focus_within

    @property
    def rows(self) -> DeploymentList:
        """The list of deployments."""
        return self.query_one(DeploymentList)

    # --- what arrives ------------------------------------------------------------------------------------------------

    @on(FleetChanged)
    def fleet_changed(self, message: FleetChanged) -> None:
        """Draw what became different, and only that."""
        self.rows.fleet_changed(message.ids)
        for gone in () if message.ids is None else message.ids - self.fleet.deployments.keys():
            self.runix.known.drop(gone)
        if self.chosen and self.fleet.known and self.deployment is None:
            self._step_back()
        if message.ids is None or self.chosen in message.ids:
            self.query_one(DetailPane).changed(self.fleet.entry(self.chosen), self.deployment)
            self._keys_again()
        if self._expected:
            self._go_to_expected()

    @on(UsageChanged)
    def usage_changed(self, _: UsageChanged) -> None:
        """New figures."""
        self.rows.figures()
        self.query_one(DetailPane).figures()

    @on(ReachChanged)
    def reach_changed(self, message: ReachChanged) -> None:
        """The server was reached or lost."""
        self.query_one(Banner).reach(message.reach, message.why)
        self._head()
        if message.reach is Reach.UP:
            self.runix.reached()
        if message.news:
            self.runix.tell("server", message.news, Weight.INFORMATION)

    @on(HealthChanged)
    def health_changed(self, _: HealthChanged) -> None:
        """Engine or gateway came or went."""
        self._head()
        self.query_one(DetailPane).health_changed()
        health = self.fleet.health
        if not self._looked_at_engine and health is not None and health.engine.status is not Condition.STARTING:
            self._looked_at_engine = True
            self.set_timer(ENGINE_STARTS_WITHIN, self._without_engine)

    @on(NoServer)
    def no_server(self, message: NoServer) -> None:
        """Nothing works until somebody mends it."""
        from runix_tui.tui.modals.stuck import Stuck

        def answered(again: bool | None) -> None:
            if again:
                self.runix.connection.again()
            else:
                self.runix.exit()

        self.app.push_screen(Stuck(message.error, self.home), answered)

    def noticed(self, notice: Notice) -> None:
        """Something was told to the user."""
        for view in self.query("#activity"):
            cast("ActivityView", view).noticed(notice)

    def looked_at(self) -> "list[str]":
        """Ids of the deployments whose figures are on the screen now."""
        if not self.is_running or not self.is_current or self.view != HOME:
            return []
        alone = self.has_class("-narrow") and self.has_class("-opened")
        rows = [] if alone else self.rows.looked_at()
        return rows if self.chosen is None or self.chosen in rows else [*rows, self.chosen]

    @on(DeploymentList.Arranged)
    def _keys_again(self) -> None:
        """What the keys would do may be otherwise with another deployment."""
        entry = self.fleet.entry(self.chosen)
        now = (entry.look if entry else None, bool(entry and entry.url), bool(self.rows.roster.marks))
        if now != self._keys_of:
            self._keys_of = now
            self.query_one(KeysBar).look(self)

    def _head(self) -> None:
        door = self.runix.connection.door
        up = self.runix.connection.reach is Reach.UP
        self.query_one(HeaderBar).changed(door.url if door and up else "")

    def _without_engine(self) -> None:
        """Who has no engine and nothing deployed lands where it says how to get one."""
        health = self.fleet.health
        away = health is not None and health.engine.status is Condition.UNAVAILABLE
        if away and not self.fleet.deployments and self.view == HOME:
            self.action_view("doctor")

    # --- where one is ------------------------------------------------------------------------------------------------

    @on(Chosen)
    def choose(self, message: Chosen) -> None:
        """From now on everything is about this one."""
        self.chosen = message.deployment_id
        self.query_one(DetailPane).point(self.fleet.entry(self.chosen), self.deployment)
        self._keys_again()

    @on(Opened)
    def open(self) -> None:
        """The chosen one comes forward."""
        if self.chosen is None:
            return
        self.add_class("-opened")
        self.query_one(DetailPane).focus_content()

    @on(TabWanted)
    def want_tab(self, message: TabWanted) -> None:
        """A tab comes forward."""
        self.query_one(DetailPane).show_tab(message.tab, version=message.version)

    def go_to(self, deployment_id: str, tab: str | None = None) -> None:
        """To a deployment, from wherever one is; ``tab`` of it comes forward."""
        self._views.turn_home()
        if not self.rows.choose(deployment_id):
            self.query_one(DeploymentsPane).clear()  # a filter hides its row
            self.rows.choose(deployment_id)
        if tab is not None:
            self.query_one(DetailPane).show_tab(tab)
        self.open()

    def _step_back(self) -> None:
        """What was looked at is gone: back to the list. Keys that were meant for it are not for its neighbour."""
        self.remove_class("-opened")
        if self.query_one(DetailPane).has_focus_within:
            self.rows.focus()

    def expect(self, name: str | None) -> None:
        """Go to a deployment (id, ``name`` or ``project/name``), as soon as it is there."""
        self._expected = name or ""
        self._go_to_expected()

    def _go_to_expected(self) -> None:
        found = self.fleet.deployments.get(self._expected) or self.fleet.named(self._expected)
        if found is not None:
            self._expected = ""
            self.rows.choose(found.id)

    def action_tab(self, name: str) -> None:
        """Show a tab of the chosen deployment."""
        self.query_one(DetailPane).show_tab(name)
        self.open()

    def action_tab_number(self, number: int) -> None:
        """Show a tab by its number."""
        self.query_one(DetailPane).show_number(number)
        if self.has_class("-narrow"):
            self.open()

    def action_view(self, name: str) -> None:
        """Show another view; the same again leads back."""
        self._views.turn_to(name)

    def action_back(self) -> None:
        """One step out: of a view, of the detail, of marks, of the filter."""
        if self.view != HOME:
            self._views.turn_home()
        elif self.rows.has_focus and not self.has_class("-opened"):
            self.query_one(DeploymentsPane).clear()
        self.remove_class("-opened")
        self.rows.focus()

    # --- what one does -----------------------------------------------------------------------------------------------

    def action_act(self, name: str) -> None:
        """Do something with what is marked in the list, else with the chosen one; inside of that with it alone."""
        one = [self.deployment] if self.deployment is not None else []
        self.actions.run(name, one if self._inside else self.rows.targets())

    def action_add(self) -> None:
        """The form for a new deployment."""
        self.actions.add()

    async def action_leave(self) -> None:
        """Leave; asks when a build runs in the own server."""
        await self.actions.leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is about a deployment works where deployments are seen."""
        return self.view == HOME if action in ABOUT_A_DEPLOYMENT and self.is_mounted else True

    def key_label(self, binding: Binding) -> str:
        """The word for a key in the bottom line; empty: it makes no sense now."""
        where = Where(
            self.fleet.entry(self.chosen),
            marked=bool(self.rows.roster.marks) and not self._inside,
            out=self.view != HOME or not self.rows.has_focus,
        )
        return "" if binding.id == f"view.{self.view}" else key_word(binding, where)  # one is there
