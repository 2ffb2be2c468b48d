"""The question before a rollback: what will change; then, in the same place, the rollback itself as it goes.

Once it began it goes on whether this is shown or not, as every deploy does.
"""

from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Label, Static

from runix_tui.core.models import Kind
from runix_tui.core.terminal import plain
from runix_tui.errors import RunixError
from runix_tui.tui.compare import env_changes, other_values
from runix_tui.tui.faults import error_content, fault_content
from runix_tui.tui.modals.prospect import EnvChange, Prospect
from runix_tui.tui.modals.rolling import Outcome, Rolling
from runix_tui.tui.notices import Weight
from runix_tui.tui.walks import expected, rows
from runix_tui.tui.way_back import KEEP
from runix_tui.tui.widgets.fact_list import FactList
from runix_tui.tui.widgets.stages import StageList

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import Deployment, VersionDetails
    from runix_tui.tui.app import RunixApp

LOOK = 0.1  # seconds between two looks at what the events said
FOUND_OUT = "It is found out as soon as the server is back."


class Moment(StrEnum):
    """How far the rollback is."""

    ASKING = "asking"
    GOING = "going"
    OVER = "over"


class RollBack(ModalScreen[None]):
    """Roll ``deployment`` back to ``version`` (None: the version that served before)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", id="rollback.close", tooltip="Close; what began goes on"),
        Binding("enter", "go", "roll back", id="rollback.go", tooltip="Do what is written here"),
    ]
    DEFAULT_CSS = """
    RollBack {
        #will { height: auto; max-height: 40vh; scrollbar-size-vertical: 1; }
        #going { margin: 1 0 0 0; }
        #outcome { height: auto; max-height: 40vh; margin: 1 0 0 0; scrollbar-size-vertical: 1; }
        #outcome-text { height: auto; }
        #foot { height: auto; margin: 1 0 0 0; }
        #go { margin: 0 2 0 0; }
        #esc { width: 1fr; height: auto; color: $text-muted; }
        #esc.-beside { padding: 1 0 0 0; }
    }
    """

    def __init__(self, deployment: "Deployment", version: int | None = None) -> None:
        super().__init__()
        self._prospect = Prospect(deployment, None, version)
        self._moment = Moment.ASKING
        self._before = deployment.latest_version or 0
        self._drawn: object = None  # how the deployment stands, as far as it is drawn
        self._looking: Timer | None = None

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    def compose(self) -> ComposeResult:
        """What will happen, what happens, what came of it."""
        with Vertical(classes="dialog"):
            yield Label("", classes="dialog-title", markup=False)
            with VerticalScroll(id="will", can_focus=False):
                yield FactList(id="will-facts")
            yield StageList(id="going")
            with VerticalScroll(id="outcome", can_focus=False):
                yield Static("", id="outcome-text", markup=False)
            with Horizontal(id="foot"):
                go = Button("Roll back  ⏎", variant="primary", id="go", disabled=True)
                go.active_effect_duration = 0  # while that goes on, a button takes no Enter: a rollback may be faster
                yield go
                yield Static("", id="esc", markup=False)

    def on_mount(self) -> None:
        """Draw what is known, read what is not."""
        self.query_one("#going").display = False
        self._looking = self.set_interval(LOOK, self._look)
        self._learn()
        self._draw()
        self._read()

    # --- what will happen --------------------------------------------------------------------------------------------

    def _learn(self) -> None:
        """Take what is in memory."""
        known, one = self.runix.known, self._prospect.deployment
        if self._moment is Moment.ASKING:
            one = self.runix.fleet.deployments.get(one.id, one)
            self._before = one.latest_version or 0
        prospect = replace(self._prospect, deployment=one, history=known.peek_history(one.id))
        target = known.peek_version(one.id, prospect.number) if prospect.number is not None else None
        serving = known.peek_version(one.id, one.version) if one.version is not None else None
        self._prospect = replace(prospect, target=target, serving=serving)

    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        known, one = self.runix.known, self._prospect.deployment
        try:
            await known.read_history(one.id)
            self._learn()
            self._draw()
            one = self._prospect.deployment
            number = self._prospect.number
            for each in (number, one.version):
                if each is not None:
                    await known.read_version(one.id, each)
            if number is not None:
                call = self.runix.connection.call
                keep = await call(_kept)
                self._prospect = replace(self._prospect, keep=keep, env=await call(partial(_env, one.id, number)))
            self._learn()
            self._draw()
        except RunixError as error:
            if self._moment is Moment.ASKING:
                self._say(error_content(error))

    def _draw(self) -> None:
        if self._moment is not Moment.ASKING:
            return
        prospect = self._prospect
        name = plain(self.runix.fleet.full_name(prospect.deployment))
        where = f" to v{prospect.number}" if prospect.number is not None else ""
        self._title(f"Roll {name} back{where}?")
        self.query_one(FactList).show(prospect.facts())
        self._say(Content.styled(prospect.refused, "$text-warning") if prospect.refused else Content(""))
        button = self.query_one("#go", Button)
        button.display = prospect.refused is None  # there is nothing to press, until something changes
        button.disabled = prospect.history is None or prospect.refused is not None
        if not button.disabled:
            button.focus()
        self._name_esc("Esc: nothing happens" if button.display else "Esc closes this")

    # --- what happens ------------------------------------------------------------------------------------------------

    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Do it; when it is over, close."""
        if self._moment is Moment.OVER:
            self.dismiss(None)
        elif self._moment is Moment.ASKING and not self.query_one("#go", Button).disabled:
            self._begin()

    def _begin(self) -> None:
        self._moment = Moment.GOING
        self._title(f"Rolling {plain(self.runix.fleet.full_name(self._prospect.deployment))} back")
        self._say(Content(""))
        self.query_one("#go", Button).display = False
        self._name_esc("Esc closes this; the rollback goes on")
        stages = self.query_one(StageList)
        stages.display = True
        stages.show(expected(Kind.ROLLBACK, None))
        prospect, runix = self._prospect, self.runix
        self._rolling = Rolling(runix.connection, runix.known, prospect.deployment, prospect.number, self._before)
        self.runix.start(self._roll_back, "rollback")

    async def _roll_back(self) -> None:
        """In the app's name: it goes on when this is closed."""
        runix, one, number = self.runix, self._prospect.deployment, self._prospect.number
        doing = f"roll back {one.service_name}"
        outcome = await self._rolling.run(self._unsure)
        self._end(outcome)
        if outcome.error is not None:
            runix.problem(doing, outcome.error)
        else:
            runix.tell(doing, f"The release of v{number} serves again.")

    def _unsure(self) -> None:
        """The server went while it was asked: that is neither done nor failed."""
        one = self._prospect.deployment
        said = f"The server went before it said whether v{self._prospect.number} serves."
        self.runix.tell(f"roll back {one.service_name}", f"{said} {FOUND_OUT}", Weight.WARNING)
        if self.is_attached:
            self.query_one("#will").display = False  # it may have happened
            self._title(f"It is not known yet whether {plain(one.service_name)} was rolled back")
            self._say(Content.assemble((said, "$text-warning"), "\n", FOUND_OUT))
            self._name_esc("Esc closes this; what came of it is told all the same")

    def _end(self, outcome: Outcome) -> None:
        """Show what came of it, if anybody looks."""
        self._moment = Moment.OVER
        if self._looking is not None:
            self._looking.stop()
        if not self.is_attached:  # closed meanwhile
            return
        made, error = outcome.made, outcome.error
        if made is not None:
            self.query_one(StageList).show(rows(made))
        self._title(f"{plain(self._prospect.deployment.service_name)} was {'not ' if error else ''}rolled back")
        self.query_one("#will").display = False  # it happened, or it did not
        self._say(self._failed(error, made) if error else self._done(made))
        button = self.query_one("#go", Button)
        button.label, button.disabled, button.display = "Close  ⏎", False, True
        self._name_esc("")
        button.focus()

    def _done(self, made: "VersionDetails | None") -> Content:
        as_version = f", as v{made.version}" if made is not None else ""
        undo = (
            f"Undo: b takes back to v{self._prospect.deployment.version}." if self._prospect.deployment.version else ""
        )
        said = f"✓ The release of v{self._prospect.number} serves{as_version}."
        return Content("\n").join([Content.styled(said, "$text-success"), Content.styled(undo, "$text-muted")])

    def _failed(self, error: RunixError, made: "VersionDetails | None") -> Content:
        now = self.runix.fleet.deployments.get(self._prospect.deployment.id)
        more = f"v{now.version} serves on." if now is not None and now.serving else ""
        if made is not None and made.error is not None:
            return fault_content(made.error, keys=False, more=more)
        return Content("\n").join([error_content(error), Content(more)])

    def _look(self) -> None:
        """What the events said since: before it began, it may do something else by now."""
        now = self.runix.fleet.deployments.get(self._prospect.deployment.id)
        seen = (now.latest_version, now.version, now.phase) if now is not None else None
        if seen == self._drawn:
            return
        first, self._drawn = self._drawn is None, seen
        if self._moment is Moment.GOING:
            self._follow()
        elif self._moment is Moment.ASKING and not first:
            self._read()

    @work(exclusive=True, group="following")
    async def _follow(self) -> None:
        made = await self._rolling.made()
        if made is not None and self._moment is Moment.GOING:
            self.query_one(StageList).show(rows(made))

    # -----------------------------------------------------------------------------------------------------------------

    def _title(self, text: str) -> None:
        self.query_one(".dialog-title", Label).update(text)

    def _say(self, text: Content) -> None:
        self.query_one("#outcome-text", Static).update(text)
        self.query_one("#outcome").display = bool(text.plain)

    def _name_esc(self, text: str) -> None:
        """What Esc does, beside the button, where there is one."""
        esc = self.query_one("#esc", Static)
        esc.set_class(bool(self.query_one("#go", Button).display), "-beside")
        esc.update(text)


def _env(deployment_id: str, number: int, client: "Client") -> EnvChange:
    """What becomes of the variables. Values are compared here and go no further."""
    now = client.deployment(deployment_id, reveal=True).env
    then = client.version(deployment_id, number, reveal=True).config.env
    return EnvChange(env_changes(now, then), other_values(now, then))


def _kept(client: "Client") -> int:
    """How many releases are kept."""
    try:
        found = {each.key: each.value for each in client.settings().settings}
    except RunixError:
        return KEEP  # as it is unless somebody set it
    kept = found.get("deploy.keep_releases")
    return kept if isinstance(kept, int) else KEEP
