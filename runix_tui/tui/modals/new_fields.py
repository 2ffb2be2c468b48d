"""The fields of a new deployment, in one column. What they mean together is ``forms``', asking about them ``new``'s."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Select, Static, TextArea

from runix_tui.core.models import DATABASES, ServiceType
from runix_tui.tui import forms, paths
from runix_tui.tui.forms import Found, Typed
from runix_tui.tui.modals.new_controls import OF_REPOSITORY, Controls
from runix_tui.tui.modals.new_environment import EnvironmentFields
from runix_tui.tui.paths import Folder, Source
from runix_tui.tui.widgets.completing_input import CompletingInput
from runix_tui.tui.widgets.field import Field
from runix_tui.tui.widgets.found_input import FoundInput

if TYPE_CHECKING:
    from runix_tui.core.wire import Planned

PLANNED = frozenset((*forms.PLAN_FIELDS, "service_type", "planner"))


class DeploymentFields(VerticalScroll, can_focus=False):
    """Posts :class:`Changed` when something changes that a plan depends on."""

    DEFAULT_CSS = """
    DeploymentFields { height: 1fr; scrollbar-size-vertical: 1; }
    DeploymentFields .form-section { padding: 1 1 0 1; color: $text-muted; text-style: bold; height: auto; }
    DeploymentFields .form-section.-first { padding: 0 1; }
    DeploymentFields #looked { padding: 0 1; height: auto; color: $text-muted; }
    DeploymentFields #runtime { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    DeploymentFields Input { background: $boost; }
    DeploymentFields Input:focus { background: $surface-lighten-2; }
    DeploymentFields Input.-found > .input--placeholder { color: $foreground; }
    DeploymentFields Select { height: 1; }
    DeploymentFields.-database .-of-repository, DeploymentFields .-of-cron { display: none; }
    DeploymentFields.-cron .-of-cron { display: block; }
    """

    class Changed(Message):
        """``source``: another repository; else something else of the plan."""

        def __init__(self, *, source: bool) -> None:
            super().__init__()
            self.source = source

    def __init__(self, projects: Callable[[], list[str]], taken: Callable[[str, str], bool]) -> None:
        """``taken`` says of a project and a name whether there is such a deployment already."""
        super().__init__()
        self._projects = projects
        self._taken = taken
        self._kind_chosen = False  # by the user, not by what was found
        self._chosen: dict[str, object] = {}  # what is chosen in each field with a list
        self.controls = Controls()
        self._suggested = ""  # a name that the server gave or that was made of the source

    # --- the column --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """From where it comes to what it is called."""
        yield _section("Where from", "-first")
        placeholder = "https://… or a folder: ~/src/my-api"
        source = CompletingInput(paths.completions, placeholder=placeholder, sole=paths.only_one)
        yield self.controls.add("repo_url", "repository", source)
        yield self.controls.line("branch", "branch", "the default one")
        yield self.controls.line("root_dir", "folder in it", "its top")
        yield _section("What was found")
        yield Static("", id="looked", markup=False)
        yield self.controls.choice("service_type", "type", {kind: kind.replace("_", " ") for kind in ServiceType})
        yield Field("runtime", "runtime", Static("–", id="runtime", markup=False), OF_REPOSITORY)
        yield self.controls.line("command", "start", "the plan's own")
        yield self.controls.line("port", "port", "8080, unless PORT or EXPOSE says another")
        yield self.controls.line("build_command", "build", "the plan's own")
        yield self.controls.line("schedule", "schedule", "0 2 * * *", classes="-of-cron")
        yield self.controls.line("timezone", "time zone", "UTC", classes="-of-cron")
        yield _section("Name and size")
        yield self.controls.add("service_name", "name", FoundInput(placeholder="found from the repository"))
        project = CompletingInput(self._offer_projects, placeholder="default")
        yield self.controls.add("project", "project", project)
        sizes = {name: f"{name}  {more}" for name, more in forms.SIZES.items()}
        yield self.controls.choice("instance_type", "size", sizes)
        yield _section("Environment")
        yield EnvironmentFields(self.controls)
        yield _section("Seldom needed")
        yield self.controls.line("health_path", "health path", "any answer on / is healthy")
        planners = {name: f"{name}  {more}" for name, more in forms.PLANNERS.items()}
        yield self.controls.choice("planner", "planner", planners, OF_REPOSITORY)
        yield self.controls.line("dockerfile", "Dockerfile", "the repository's own, where there is one")

    def on_mount(self) -> None:
        """What to do first."""
        self.looked(Content("Say where it comes from: the rest is found by itself, and can be changed."))

    # --- what it says ------------------------------------------------------------------------------------------------

    @property
    def source_text(self) -> str:
        """What was typed as the source."""
        return self.controls.completing("repo_url").value.strip()

    @property
    def is_choosing(self) -> bool:
        """Whether a folder is still being chosen."""
        return self.controls.completing("repo_url").open

    @property
    def kind(self) -> str:
        """The type of service."""
        return self.controls.chosen("service_type")

    @property
    def project(self) -> str:
        """The project's name; empty: the default one."""
        name = self.controls.completing("project").value.strip()
        return "" if name == "default" else name

    @property
    def service_name(self) -> str:
        """The service's name, as typed or as suggested."""
        return self.controls.text("service_name") or self._suggested

    @property
    def instance_type(self) -> str:
        """The instance type."""
        return self.controls.chosen("instance_type")

    @property
    def env_text(self) -> str:
        """The variables as typed."""
        return self._env.text

    @property
    def is_typed(self) -> bool:
        """Whether anything was typed that would be lost."""
        return bool(self.source_text or self._env.text.strip() or any(map(self.controls.text, forms.PLAN_FIELDS)))

    def typed(self, source: Source | None) -> Typed:
        """All that a plan depends on; ``source`` as it was read."""
        texts = {path: self.controls.text(path) for path in forms.PLAN_FIELDS if self.controls[path].display}
        kind = self.kind if self._kind_chosen else None
        return Typed(None if self.is_database else source, kind, self.controls.chosen("planner"), texts)

    @property
    def is_database(self) -> bool:
        """Whether it needs no repository."""
        return self.kind in DATABASES

    # --- what is said of it ------------------------------------------------------------------------------------------

    def looked(self, text: Content) -> None:
        """How far the look at the source is."""
        self.query_one("#looked", Static).update(text)

    def suggest(self, name: str) -> None:
        """The name while none is typed."""
        self._suggested = name
        self.controls.input("service_name").find(name)
        self._check_name()

    def read(self, source: Source) -> None:
        """What can be said of a source before the server is asked."""
        self.suggest(forms.suggested_name(source, partial(self._taken, self.project)))
        self._env.offer(source.env_file)

    def forget(self) -> None:
        """Nothing is found of another source yet."""
        self._env.offer(None)
        for path in forms.PLAN_FIELDS:
            self.controls.find(path, Found(""))
        self.query_one("#runtime", Static).update("–")

    def found(self, planned: "Planned") -> None:
        """What a plan says."""
        known = forms.found_in(planned)
        for path in forms.PLAN_FIELDS:
            self.controls.find(path, known.get(path, Found("")))
        runtime = forms.runtime_of(planned)
        self.query_one("#runtime", Static).update(Content(runtime.value))
        self.query_one("#runtime", Static).query_ancestor(Field).note(runtime.origin)
        if not self._kind_chosen:
            self._show_found_kind(planned.service_type)
        self.suggest(planned.service_name)

    def wrong(self, said: Mapping[str, str], *, of: frozenset[str] | None = None) -> None:
        """What is wrong, by field; of the others (among ``of``) nothing is any more."""
        self.controls.wrong(said, of=of)

    def missing(self, said: str) -> bool:
        """Say that there is no such source, once nobody types it any more. Whether that was said."""
        field = self.controls["repo_url"]
        if not field.has_focus_within:
            field.wrong(said)
        return bool(field.said)

    def go_to_wrong(self) -> None:
        """To the first field with something wrong."""
        field = self.controls.first_wrong()
        if field is not None:
            target = next(iter(each for each in field.query("*") if each.focusable), None)
            if target is not None:
                target.focus()
            self.scroll_to_widget(field, animate=False)

    def check(self, *, whole: bool = False) -> bool:
        """What can be said without asking; ``whole``: also that there is no source. Whether all is well."""
        self._check_name()
        if whole and not self.source_text and not self.is_database:
            self.controls["repo_url"].wrong("is required: a URL or a folder")
        self.controls["project"].wrong(forms.wrong_name(self.project))
        self._env.check()
        return not any(self.controls[path].said for path in ("repo_url", "service_name", "project", "env"))

    # --- what the user does ------------------------------------------------------------------------------------------

    @on(Input.Changed)
    @on(TextArea.Changed)
    def changed(self, event: Input.Changed | TextArea.Changed) -> None:
        """Something was typed."""
        field = event.control.query_ancestor(Field)
        field.wrong("")
        if field.path == "repo_url":
            self.post_message(self.Changed(source=True))
        elif field.path in PLANNED:
            self.post_message(self.Changed(source=False))
        elif field.path in ("service_name", "project", "env"):
            self.check()
            self._note_project()

    @on(Select.Changed)
    def chosen(self, event: Select.Changed) -> None:
        """Something was chosen."""
        field = event.select.query_ancestor(Field)
        before, self._chosen[field.path] = self._chosen.get(field.path), event.value
        if before in (None, event.value):
            return  # its first value is none that a user chose
        if field.path == "service_type":
            self._kind_chosen = True
            self._show_kind()
        if field.path in PLANNED:
            field.wrong("")
            self.post_message(self.Changed(source=False))

    @on(CompletingInput.Closed)
    def settled(self, event: CompletingInput.Closed) -> None:
        """What stands there is meant."""
        if event.source is self.controls.completing("repo_url"):
            self.post_message(self.Changed(source=True))

    @on(CompletingInput.Picked)
    def picked(self) -> None:
        """Enter goes on, in a line that completes too."""
        self.screen.focus_next()

    @on(Input.Submitted)
    def entered(self) -> None:
        """Enter goes on."""
        self.screen.focus_next()

    # --- small parts -------------------------------------------------------------------------------------------------

    def _show_found_kind(self, kind: ServiceType) -> None:
        select = self.controls.select("service_type")
        with select.prevent(Select.Changed):
            select.value = kind
        self._chosen["service_type"] = kind
        self._show_kind()

    def _show_kind(self) -> None:
        self.set_class(self.is_database, "-database")
        self.set_class(self.kind == ServiceType.CRON_JOB, "-cron")
        self.controls["repo_url"].display = not self.is_database

    def _check_name(self) -> None:
        said = forms.wrong_name(self.controls.text("service_name"))
        if not said and self.service_name and self._taken(self.project, self.service_name):
            said = f"There is a service {self.service_name} already. Choose another name, or redeploy that one."
        self.controls["service_name"].wrong(said)

    def _note_project(self) -> None:
        new = self.project and self.project not in self._projects()
        self.controls["project"].note("a new project: it is made with it" if new else "")

    def _offer_projects(self, typed: str) -> list[Folder]:
        names = ["default", *self._projects()]
        return [Folder(name, deeper=False) for name in names if name.startswith(typed)]

    @property
    def _env(self) -> EnvironmentFields:
        return self.query_one(EnvironmentFields)


def _section(title: str, classes: str = "") -> Static:
    return Static(title, classes=f"form-section {classes}".strip(), markup=False)
