"""Forms for the environment: one variable, or a .env file. What is typed goes with them when they close."""

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, TextArea

from runix_tui.core.names import ENV_RULE, is_env_name
from runix_tui.core.terminal import plain
from runix_tui.core.variables import of_text
from runix_tui.errors import InvalidRequest
from runix_tui.tui import env_file


@dataclass(frozen=True, slots=True)
class Variable:
    """A name with its value, which prints as nothing."""

    name: str
    value: str = field(repr=False)


class ValueArea(TextArea):
    """Enter is done; Ctrl+J (and Shift+Enter where the terminal tells) begins another line."""

    class Done(Message):
        """The value is as it should be."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Done())
        elif event.key in ("ctrl+j", "shift+enter"):
            event.stop()
            event.prevent_default()
            self.insert("\n")
        else:
            await super()._on_key(event)


class EditVariable(ModalScreen[Variable | None]):
    """Gives the variable, None for Esc. ``name`` None: a new one; ``value`` None: it stays hidden."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="variable.back", tooltip="Nothing changes")
    ]
    DEFAULT_CSS = """
    EditVariable ValueArea { height: auto; min-height: 3; max-height: 10; }
    EditVariable .field-error { color: $text-error; width: 1fr; height: auto; }
    """

    def __init__(
        self, name: str | None = None, value: str | None = None, *, taken: frozenset[str] = frozenset()
    ) -> None:
        super().__init__()
        self._name_given = name
        self._value = value
        self._taken = taken
        self._touched = False

    def compose(self) -> ComposeResult:
        """Name and value."""
        hidden = self._name_given is not None and self._value is None
        with Vertical(classes="dialog"):
            yield Label(
                f"Change {self._name_given}" if self._name_given else "A new variable",
                classes="dialog-title",
                markup=False,
            )
            yield Input(self._name_given or "", placeholder="NAME", id="name", disabled=self._name_given is not None)
            yield Label("", id="name-error", classes="field-error", markup=False)
            yield ValueArea(
                self._value or "",
                id="value",
                placeholder="the new value; the present one stays hidden" if hidden else "its value",
                soft_wrap=True,
            )
            yield Label("Enter: done · Ctrl+J: another line · Esc: back", classes="dialog-more", markup=False)

    def on_mount(self) -> None:
        """Ready to type."""
        self.query_one("#value" if self._name_given else "#name").focus()

    @on(TextArea.Changed)
    def touched(self, event: TextArea.Changed) -> None:
        """Something was typed; what was taken away again is an empty value."""
        self._touched = self._touched or event.text_area.text != (self._value or "")

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with the name."""
        self.query_one("#name-error", Label).update(self._wrong(event.value) if event.value else "")

    @on(Input.Submitted)
    def named(self, event: Input.Submitted) -> None:
        """On to the value; NAME=VALUE is taken apart."""
        name, given, value = event.value.partition("=")
        if given and is_env_name(name.strip()):
            event.input.value = name.strip()
            self.query_one(ValueArea).text = value
        self.query_one(ValueArea).focus()

    @on(ValueArea.Done)
    def done(self) -> None:
        """Give it back, when the name can be one."""
        name = self._name_given or self.query_one("#name", Input).value.strip()
        wrong = self._wrong(name) if self._name_given is None else ""
        self.query_one("#name-error", Label).update(wrong)
        if wrong:
            self.query_one("#name", Input).focus()
        elif self._name_given is not None and not self._touched:
            self.dismiss(None)  # Enter, Enter: it stays as it is
        else:
            self.dismiss(Variable(name, self.query_one(ValueArea).text))

    def _wrong(self, name: str) -> str:
        name = name.partition("=")[0].strip()
        if not is_env_name(name):
            return f"This cannot be the name of an environment variable: {ENV_RULE}."
        return f"{name} is there already: Enter on its line changes it." if name in self._taken else ""


class ImportFile(ModalScreen[dict[str, str] | None]):
    """Gives the variables of a .env file, None for Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="import.back", tooltip="Nothing changes")
    ]
    DEFAULT_CSS = "ImportFile .field-error { color: $text-error; width: 1fr; height: auto; }"

    def compose(self) -> ComposeResult:
        """A path."""
        with Vertical(classes="dialog"):
            yield Label("Take variables from a .env file", classes="dialog-title", markup=False)
            yield Input(placeholder="~/project/.env", id="path")
            yield Label("", id="path-error", classes="field-error", markup=False)
            yield Label("Enter: read it, nothing is applied yet · Esc: back", classes="dialog-more", markup=False)

    def on_mount(self) -> None:
        """Ready to type."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Read it."""
        self._read(event.value.strip())

    @work(exclusive=True)
    async def _read(self, named: str) -> None:
        """Give back what it says; when that is no use, say why under the field."""
        try:
            text = await asyncio.to_thread(env_file.read, named)
            found = of_text(text, {}, where=named)
        except InvalidRequest as error:
            said = "\n".join(part for part in (error.message, error.hint) if part)
            self.query_one("#path-error", Label).update(plain(said.replace("\n", " ")))
        else:
            self.dismiss(found)
