"""The fields of a form by their names in the request: made, read, and told what is found or wrong. Decides nothing."""

from collections.abc import Mapping

from textual.content import Content
from textual.widgets import Select, TextArea

from runix_tui.core.terminal import plain
from runix_tui.tui.forms import Found
from runix_tui.tui.widgets.completing_input import CompletingInput
from runix_tui.tui.widgets.field import Field
from runix_tui.tui.widgets.found_input import FoundInput

Control = FoundInput | CompletingInput | Select[str] | TextArea
OF_REPOSITORY = "-of-repository"  # the class of what a service without a repository does not have


class Controls:
    """Every field with something to type or to choose."""

    def __init__(self) -> None:
        self._fields: dict[str, Field] = {}

    def __getitem__(self, path: str) -> Field:
        """The field of that name."""
        return self._fields[path]

    def add(self, path: str, label: str, control: Control, classes: str = "") -> Field:
        """A new one."""
        self._fields[path] = field = Field(path, label, control, classes)
        return field

    def line(self, path: str, label: str, placeholder: str, classes: str = OF_REPOSITORY) -> Field:
        """A new one with a line of text."""
        return self.add(path, label, FoundInput(placeholder=placeholder), classes)

    def choice(self, path: str, label: str, texts: Mapping[str, str], classes: str = "") -> Field:
        """A new one with a list to choose from."""
        options = [(Content(plain(text)), str(name)) for name, text in texts.items()]
        return self.add(path, label, Select(options, allow_blank=False, compact=True), classes)

    def text(self, path: str) -> str:
        """What was typed into a line."""
        return self.input(path).value.strip()

    def input(self, path: str) -> FoundInput:
        """The line itself."""
        control = self._fields[path].control
        assert isinstance(control, FoundInput)  # noqa: S101 - made so
        return control

    def completing(self, path: str) -> CompletingInput:
        """The line that completes."""
        control = self._fields[path].control
        assert isinstance(control, CompletingInput)  # noqa: S101 - made so
        return control

    def select(self, path: str) -> "Select[str]":
        """The list itself."""
        control = self._fields[path].control
        assert isinstance(control, Select)  # noqa: S101 - made so
        return control

    def chosen(self, path: str) -> str:
        """What is chosen in a list."""
        return str(self.select(path).value)

    def find(self, path: str, found: Found) -> None:
        """What holds in a line while nothing is typed, and where that comes from."""
        self.input(path).find(found.value)
        self._fields[path].note(found.origin)

    def wrong(self, said: Mapping[str, str], *, of: frozenset[str] | None = None) -> None:
        """What is wrong, by field; of the others (among ``of``) nothing is any more."""
        for path, field in self._fields.items():
            if path in said or of is None or path in of:
                field.wrong(said.get(path, ""))

    def first_wrong(self) -> Field | None:
        """The first one with something wrong, from the top."""
        return next((field for field in self._fields.values() if field.said), None)
