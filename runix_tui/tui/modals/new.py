"""The form for a new deployment: asks the server what it would build while one types, and deploys.

The fields are ``new_fields``'; what they mean is ``forms``'.
"""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from runix_tui.core.terminal import plain
from runix_tui.errors import InvalidRequest, RunixError
from runix_tui.tui import forms, paths
from runix_tui.tui.messages import Chosen, FleetChanged
from runix_tui.tui.modals.new_fields import PLANNED, DeploymentFields
from runix_tui.tui.modals.new_plan import PlanPreview
from runix_tui.tui.modals.questions import Choice, Question
from runix_tui.tui.paths import Source

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import DeploymentDetails
    from runix_tui.tui.app import RunixApp

SETTLED = 0.3  # seconds without a key until the server is asked
SETTLED_URL = 0.7  # of an address, which is asked somewhere else
OF_THE_PLAN = PLANNED | {"repo_url"}
NOT_YET = Content.assemble(("✗ ", "$text-error"), "Not yet: something here is to be put right.")


class NewDeployment(ModalScreen[str | None]):
    """Gives the id of what was made, None when nothing was. Nothing but the source has to be typed."""

    DEFAULT_CSS = """
    NewDeployment #form {
        width: 104; max-width: 100%; height: 96%; border: round $border; border-title-color: $foreground;
        border-title-style: bold; background: $surface; padding: 0 1;
    }
    NewDeployment #form-foot { height: auto; padding: 0 1; margin-top: 1; }
    NewDeployment #form-foot Button { margin-right: 2; }
    NewDeployment #form-keys { width: 1fr; color: $text-muted; }
    NewDeployment #form-said { height: auto; max-height: 8; padding: 0 1; color: $text-error; display: none; }
    NewDeployment.-said #form-said { display: block; }
    """
    HELP = "Only the repository has to be typed. What is found can be changed; → takes it over into the field first."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "deploy", "deploy", id="new.deploy", tooltip="Deploy it as it stands here"),
        Binding("f6", "preview", "plan", id="new.plan", tooltip="Show the plan and the Dockerfile, or the form again"),
        Binding("down", "app.focus_next", "next", show=False, id="new.next", tooltip="The next field"),
        Binding("up", "app.focus_previous", "previous", show=False, id="new.previous", tooltip="The field before"),
        Binding("escape", "back", "back", id="new.back", tooltip="Leave the form; asks when something was typed"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._source: Source | None = None
        self._left = False  # closing: what still arrives is about nothing

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    @property
    def fields(self) -> DeploymentFields:
        """The column."""
        return self.query_one(DeploymentFields)

    def compose(self) -> ComposeResult:
        """The column, what was said of it as a whole, what can be done."""
        with Vertical(id="form") as form:
            form.border_title = "New deployment"
            yield DeploymentFields(self._projects, self._taken)
            yield PlanPreview()
            yield Static("", id="form-said", markup=False)
            with Horizontal(id="form-foot"):
                yield Button("Deploy", variant="primary", compact=True, id="deploy")
                yield Static("F5 deploy · F6 show the plan · Tab next · Esc back", id="form-keys", markup=False)

    # --- what would be built -----------------------------------------------------------------------------------------

    @on(DeploymentFields.Changed)
    def look_again(self, event: DeploymentFields.Changed) -> None:
        """Something changed that the plan depends on: what is being asked is asked no more."""
        if self._left:
            return
        if event.source:
            self._source = None
            self.fields.forget()
            self.query_one(PlanPreview).forget()
        self._look()

    @on(DescendantFocus)
    def went_on(self) -> None:
        """A source that is not there is said at its field, as soon as one goes on from it."""
        if self._source is None and self.fields.source_text and not self._left:
            self._look()

    @work(group="plan", exclusive=True)
    async def _look(self) -> None:
        """Ask what would be built, once nothing changes for a moment."""
        typed = self.fields.source_text
        await asyncio.sleep(SETTLED_URL if "://" in typed else SETTLED)
        if not self.fields.is_database and not await self._read_source(typed):
            return
        if self._source is not None:
            self.fields.looked(Content(f"◐ Looking at {plain(self._source.repo_url)}…"))
        body = self.fields.typed(self._source).plan_body()
        try:
            streams = await self.runix.connection.streams()
            planned = await streams.plan(body)
        except RunixError as error:
            if self.is_attached:  # a connection also ends because the program does
                self._no_plan(error)
            return
        self._tell("")
        self.fields.wrong({}, of=OF_THE_PLAN)
        self.fields.found(planned)
        self.query_one(PlanPreview).show(planned)
        said = f"Found in {plain(planned.branch)}" if planned.branch else "Found"
        self.fields.looked(Content.assemble(("✓ ", "$text-success"), f"{said} · {forms.commit_of(planned)}"))

    async def _read_source(self, typed: str) -> bool:
        """What was typed, as the server takes it; whether it can be asked about it."""
        if self.fields.is_choosing or not paths.looks_whole(typed):
            self.fields.looked(Content("Say where it comes from: the rest is found by itself, and can be changed."))
            return False
        try:
            self._source = await asyncio.to_thread(paths.source_of, typed)
        except InvalidRequest as error:
            said = self.fields.missing(forms.wrong_fields(error)["repo_url"])
            yet = Content(f"· {plain(error.errors[0].message)} yet. {plain(error.hint)}")
            self.fields.looked(NOT_YET if said else yet)
            return False
        self.fields.read(self._source)
        return True

    def _no_plan(self, error: RunixError) -> None:
        said = forms.wrong_fields(error)
        if not self.fields.source_text:
            said.pop("repo_url", None)  # it is still to be typed
        self.fields.wrong(said, of=OF_THE_PLAN)
        self.query_one(PlanPreview).forget()
        lines = [plain(line) for line in said.get("", "").splitlines()]
        if said:
            self.fields.looked(Content.assemble(("✗ ", "$text-error"), "\n".join(lines)) if lines else NOT_YET)

    # --- deploying ---------------------------------------------------------------------------------------------------

    @on(Button.Pressed, "#deploy")
    def action_deploy(self) -> None:
        """Deploy it as it stands here."""
        self._show_form()
        button = self.query_one("#deploy", Button)
        if button.disabled:  # it is being deployed
            return
        if not self.fields.check(whole=True):
            self.fields.go_to_wrong()
            return
        button.disabled = True
        self._deploy(button)

    @work(group="deploy")
    async def _deploy(self, button: Button) -> None:
        self._tell("")
        try:
            body = await self._body()
            project = self.fields.project
            made = await self.runix.connection.call(lambda client: create(client, body, project))
        except RunixError as error:
            self._refused(error)
            return
        finally:
            button.disabled = False
        main = self.runix.main
        self.runix.fleet.put(made)
        main.post_message(FleetChanged(frozenset({made.id})))
        main.post_message(Chosen(made.id))
        self._leave(made.id)
        main.call_later(main.go_to, made.id, "build")

    async def _body(self) -> dict[str, Any]:
        fields = self.fields
        if self._source is None and not fields.is_database:
            self._source = await asyncio.to_thread(paths.source_of, fields.source_text)
            fields.read(self._source)
        if not fields.service_name:
            raise InvalidRequest.of("service_name", "is required: no name could be found")
        asked = fields.typed(self._source).plan_body()
        kept = {"service_type": fields.kind, "service_name": fields.service_name, "instance_type": fields.instance_type}
        env = forms.env_of(fields.env_text)
        return asked | kept | ({"env": env} if env else {})

    def _refused(self, error: RunixError) -> None:
        said = forms.wrong_fields(error)
        self._tell(said.get("", ""))
        self.fields.wrong(said)
        self.fields.go_to_wrong()

    def _tell(self, text: str) -> None:
        """What is wrong with the whole; empty: nothing."""
        self.set_class(bool(text), "-said")
        lines = "\n".join(map(plain, text.splitlines()))
        self.query_one("#form-said", Static).update(Content(f"✗ {lines}" if text else ""))

    # --- looking at the plan, and leaving ----------------------------------------------------------------------------

    def action_preview(self) -> None:
        """The plan and the Dockerfile in place of the form, or the form again."""
        preview = self.query_one(PlanPreview)
        if preview.display:
            self._show_form()
            return
        preview.display = True
        self.fields.display = False
        preview.focus()

    def action_back(self) -> None:
        """From the plan to the form, from the form out of it."""
        if self.query_one(PlanPreview).display:
            self._show_form()
        elif self.fields.is_typed:
            choices = (Choice("stay", "Go on with it"), Choice("leave", "Leave the form"))
            self.app.push_screen(Question("Leave the form?", "What was typed in it is lost.", choices), self._answered)
        else:
            self._leave(None)

    def _leave(self, made: str | None) -> None:
        self._left = True
        self.workers.cancel_group(self, "plan")
        self.dismiss(made)

    def _answered(self, choice: str | None) -> None:
        if choice == "leave":
            self._leave(None)

    def _show_form(self) -> None:
        preview = self.query_one(PlanPreview)
        if preview.display:
            preview.display = False
            self.fields.display = True
            self.focus_next()

    # --- what there is already ---------------------------------------------------------------------------------------

    def _projects(self) -> list[str]:
        return sorted(self.runix.fleet.projects.values())

    def _taken(self, project: str, name: str) -> bool:
        fleet = self.runix.fleet
        here = project or "default"
        return any(each.service_name == name and fleet.project(each) == here for each in fleet.deployments.values())


def create(client: "Client", body: dict[str, Any], project: str) -> "DeploymentDetails":
    """Deploy into the project of that name (empty: the default one), which is made when there is none.

    Raises ``RunixError``; a project that was made for what was then refused is removed again.
    """
    if not project:
        return client.create(body)
    there = next((each for each in client.projects() if each.name == project), None)
    if there is not None:
        return client.create(body | {"project_id": there.id})
    try:
        made = client.create_project(project)
    except InvalidRequest as error:
        raise InvalidRequest.of("project_id", error.errors[0].message, hint=error.hint) from error
    try:
        return client.create(body | {"project_id": made.id})
    except RunixError:
        client.delete_project(made.id)
        raise
