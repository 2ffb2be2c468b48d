"""Questions, by weight: Enter for what can be undone, the name typed for what can't. Esc: nothing happens."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, OptionList
from textual.widgets.option_list import Option


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: ``key`` is what the question gives back."""

    key: str
    label: str
    more: str = ""


class Question(ModalScreen[str | None]):
    """A question with a few answers; the first is chosen by Enter. Gives the answer's key, None for Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "down", show=False, id="question.down", tooltip="The next answer"),
        Binding("k", "cursor_up", "up", show=False, id="question.up", tooltip="The one before"),
        Binding("escape", "dismiss(None)", "back", id="question.back", tooltip="Nothing happens"),
    ]

    def __init__(self, what: str, more: str, choices: tuple[Choice, ...]) -> None:
        super().__init__()
        self._what = what
        self._more = more
        self._choices = choices

    def compose(self) -> ComposeResult:
        """The question, and its answers as a list."""
        with Vertical(classes="dialog"):
            yield Label(self._what, classes="dialog-title", markup=False)
            if self._more:
                yield Label(self._more, classes="dialog-more", markup=False)
            yield OptionList(*(Option(_shown(each), id=each.key) for each in self._choices), classes="dialog-choices")

    def on_mount(self) -> None:
        """Ready for Enter."""
        self.query_one(OptionList).focus()

    def action_cursor_down(self) -> None:
        """The next answer."""
        self.query_one(OptionList).action_cursor_down()

    def action_cursor_up(self) -> None:
        """The answer before."""
        self.query_one(OptionList).action_cursor_up()

    @on(OptionList.OptionSelected)
    def answer(self, event: OptionList.OptionSelected) -> None:
        """Give the answer back."""
        self.dismiss(event.option.id)


class TypeTheName(ModalScreen[bool]):
    """For what cannot be undone: happens only once ``words`` are typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "back", id="question.back", tooltip="Nothing happens")
    ]

    def __init__(self, what: str, words: str) -> None:
        super().__init__()
        self._what = what
        self._words = words

    def compose(self) -> ComposeResult:
        """What will happen, and where the words go."""
        with Vertical(classes="dialog -danger"):
            yield Label(self._what, classes="dialog-title", markup=False)
            yield Label(
                f"Type {self._words} and press Enter; Esc: nothing happens.", classes="dialog-more", markup=False
            )
            yield Input(placeholder=self._words, id="typed")
            yield Button("Delete", variant="error", disabled=True, id="sure")

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Only the right words open the way."""
        self.query_one(Button).disabled = event.value.strip() != self._words

    @on(Input.Submitted)
    @on(Button.Pressed)
    def sure(self) -> None:
        """Do it, when the words are right."""
        if self.query_one(Input).value.strip() == self._words:
            self.dismiss(True)


def _shown(choice: Choice) -> Text:
    shown = Text(choice.label, style="bold")
    return shown.append(f"\n  {choice.more}", style="not bold dim") if choice.more else shown
