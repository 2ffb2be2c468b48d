"""A tab: its environment: masked, shown on demand, edited.

Values that were shown are forgotten when the tab is left. Changes are collected and go to the server as one.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from runix_tui.core.secret import Secret
from runix_tui.core.terminal import plain
from runix_tui.errors import InvalidRequest, RunixError
from runix_tui.tui.env_draft import EnvDraft
from runix_tui.tui.faults import error_content
from runix_tui.tui.modals.variable import EditVariable, ImportFile, Variable
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.widgets.variable_list import VariableList

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import Deployment


class EnvironmentTab(Tab):
    """Its environment: masked, shown on demand, edited."""

    TITLE = "Env"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", id="env.change", tooltip="Give it another value"),
        Binding("plus", "add", "variable", id="env.add", key_display="+", tooltip="Add a variable"),
        Binding("minus,delete", "remove", "remove", id="env.remove", key_display="-", tooltip="Take it away"),
        Binding("v", "reveal", "show", id="env.reveal", tooltip="Show its value, or hide it"),
        Binding("V", "reveal_all", "show all", id="env.reveal_all", tooltip="Show all values, or hide them"),
        Binding("i", "import_file", "import .env", id="env.import", tooltip="Take variables from a .env file"),
        Binding("backspace", "undo", "as it was", id="env.undo", key_display="⌫", tooltip="Take a change back"),
        Binding("f5", "apply", "apply", id="env.apply", tooltip="Apply all changes at once"),
    ]
    DEFAULT_CSS = """
    EnvironmentTab { layout: vertical; padding: 0 1; }
    EnvironmentTab #variables { height: auto; max-height: 80%; }
    EnvironmentTab #env-said { height: auto; margin: 1 0 0 0; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._drafts: dict[str, EnvDraft] = defaultdict(EnvDraft)
        self._shown: set[str] = set()  # names of values that may be seen
        self._all = False
        self._values: dict[str, Secret] = {}  # those that were asked for
        self._said: Content | None = None
        self._applying: set[str] = set()  # deployments whose changes are on their way

    def compose(self) -> ComposeResult:
        """The variables, and how things stand."""
        yield VariableList(id="variables")
        yield Static("", id="env-said", markup=False)

    # --- what is seen ------------------------------------------------------------------------------------------------

    @property
    def draft(self) -> EnvDraft:
        """The changes of the one that is shown."""
        return self._drafts[self.deployment.id] if self.deployment is not None else EnvDraft()

    @property
    def present(self) -> Mapping[str, str]:
        """The variables that are there, masked."""
        details = self.known.peek_details(self.deployment.id) if self.deployment is not None else None
        return details.env if details is not None else {}

    def turned(self) -> None:
        """Nothing of another deployment stays on the screen."""
        self._hide()
        self._said = None

    def left(self) -> None:
        """Hide all values again."""
        super().left()
        self._hide()
        self._said = None
        self.draw()

    async def read(self, deployment_id: str) -> None:
        """The names."""
        await self.known.read_details(deployment_id)
        self._drafts[deployment_id].settle(self.present)

    def fitted(self) -> None:
        """Values are folded by the width."""
        self.draw()

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is None or not self.is_attached:
            return
        self.query_one(VariableList).show(self.present, self.draft, self._visible())
        self.query_one("#env-said", Static).update(self._words(self.deployment))

    def _visible(self) -> dict[str, Secret]:
        """The values that may be seen: those to come before those that are there."""
        names = self.draft.names(self.present)
        found = {name: self.draft.changes.get(name) or self._values.get(name) for name in names}
        found |= {name: value for name, value in self.draft.changes.items() if value is not None}
        return {
            name: value for name, value in found.items() if value is not None and (self._all or name in self._shown)
        }

    def _words(self, deployment: "Deployment") -> Content:
        if self.trouble is not None:
            return error_content(self.trouble)
        if self.known.peek_details(deployment.id) is None:
            return Content.styled("Reading the variables…", "$text-muted")
        if (count := len(self.draft.changes)) > 0:
            what = f"{count} change{'s' if count > 1 else ''}, not applied yet."
            runs = deployment.serving or deployment.status == "building"
            then = "what runs is replaced as a new version, without downtime" if runs else "the next deploy takes them"
            applied = [Content.styled(what, "$text-warning"), Content(f"F5 applies them: {then}. ⌫ takes one back.")]
            return Content("\n").join([*applied, *([self._said] if self._said else [])])
        if self._said is not None:
            return self._said
        if not self.present:
            return Content.styled("It has no variables. + adds one, i takes them from a .env file.", "$text-muted")
        return Content.styled(
            "Values are hidden: v shows one, V all. Enter changes, + adds, - removes, i imports a .env file.",
            "$text-muted",
        )

    # --- values ------------------------------------------------------------------------------------------------------

    def action_reveal(self) -> None:
        """Show the value under the cursor, or hide it."""
        name = self.query_one(VariableList).name_at
        if name is None:
            return
        if name in self._visible():
            self._shown = set(self._visible()) - {name}
            self._all = False
            self.draw()
        else:
            self._reveal(name)

    def action_reveal_all(self) -> None:
        """Show all values, or hide them."""
        if self._all:
            self._hide()
            self.draw()
        else:
            self._reveal(None)

    @work(group="revealing", exclusive=True)
    async def _reveal(self, name: str | None) -> None:
        """Ask for one value, or for all; leaving the tab ends the asking."""
        if self.deployment is None:
            return
        try:
            found = await self.runix.connection.call(partial(_values, self.deployment.id, name))
        except RunixError as error:
            self._say(error_content(error))
            return
        self._values |= found
        self._shown |= {name} if name is not None else set()
        self._all = self._all or name is None
        self.draw()

    def _hide(self) -> None:
        self.workers.cancel_group(self, "revealing")
        self._values = {}
        self._shown = set()
        self._all = False

    # --- changes -----------------------------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click, on a line."""
        event.stop()
        self.action_change()

    def action_change(self) -> None:
        """Another value for the variable under the cursor."""
        name = self.query_one(VariableList).name_at
        if name is not None:
            value = self._visible().get(name)
            self.app.push_screen(
                EditVariable(name, value.reveal() if value is not None else None), partial(self._put, self.draft)
            )

    def action_add(self) -> None:
        """A new variable."""
        taken = frozenset(self.draft.names(self.present))
        self.app.push_screen(EditVariable(taken=taken), partial(self._put, self.draft))

    def action_import_file(self) -> None:
        """Variables of a .env file."""
        self.app.push_screen(ImportFile(), partial(self._import, self.draft))

    def action_remove(self) -> None:
        """The variable under the cursor goes."""
        name = self.query_one(VariableList).name_at
        if name is not None:
            self.draft.remove(name, self.present)
            self._changed()

    def action_undo(self) -> None:
        """The variable under the cursor stays as it is."""
        name = self.query_one(VariableList).name_at
        if name is not None:
            self.draft.undo(name)
            self._changed()

    def _put(self, draft: EnvDraft, variable: Variable | None) -> None:
        """Into the draft that was asked for: another deployment may be shown by now."""
        if variable is None:
            return
        draft.put(variable.name, variable.value)
        self._changed()
        if draft is self.draft:
            self.query_one(VariableList).go_to(variable.name)

    def _import(self, draft: EnvDraft, found: dict[str, str] | None) -> None:
        if found is None:
            return
        draft.take(found)
        self._changed()

    def _changed(self) -> None:
        self._said = None
        self.draw()

    # --- applying ----------------------------------------------------------------------------------------------------

    def action_apply(self) -> None:
        """Send all changes as one."""
        if not self.draft.changes:
            self._say(Content.styled("There is nothing to apply: nothing was changed.", "$text-muted"))
        elif self.deployment is not None and self.deployment.id not in self._applying:
            self._applying.add(self.deployment.id)
            self._said = Content.styled("Applying…", "$text-muted")
            self.draw()
            self._apply(self.deployment, self.draft)

    @work(group="applying", exclusive=False)
    async def _apply(self, deployment: "Deployment", draft: EnvDraft) -> None:
        sent, body = dict(draft.changes), draft.patch()
        try:
            answer = await self.runix.connection.call(lambda client: client.change(deployment.id, body))
        except InvalidRequest as error:
            draft.errors = {one.path.removeprefix("env."): one.message for one in error.errors}
            self._said_of(deployment, error_content(error))
            return
        except RunixError as error:
            self._said_of(deployment, error_content(error))
            return
        finally:
            self._applying.discard(deployment.id)
        draft.applied(sent)
        new = answer.latest_version
        replaced = new is not None and new != deployment.latest_version
        words = (
            f"Applied: v{new} starts with them. 2 follows it." if replaced else "Applied: the next deploy takes them."
        )
        if self.deployment is not None and self.deployment.id == deployment.id:
            self._hide()
            self.ask()
        self._said_of(deployment, Content.styled(f"✓ {words}", "$text-success"))
        self.runix.tell(f"environment of {plain(deployment.service_name)}", words)

    def _said_of(self, deployment: "Deployment", said: Content) -> None:
        """Say it where this deployment is still shown."""
        if self.deployment is not None and self.deployment.id == deployment.id:
            self._say(said)

    def _say(self, said: Content) -> None:
        self._said = said
        self.draw()


def _values(deployment_id: str, name: str | None, client: "Client") -> dict[str, Secret]:
    """The value of this name (None: of all)."""
    found = client.deployment(deployment_id, reveal=True).env
    return {each: Secret(value) for each, value in found.items() if name in (None, each)}
