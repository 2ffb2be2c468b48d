"""One field of a form: its name, what one types into, what is said about it, and what is wrong with it.

Few widgets, since a form has many fields and opens at once: the field draws its name, words are mounted when there are.
"""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from runix_tui.core.terminal import plain
from runix_tui.tui.widgets.cursor import CURSOR


class Field(Vertical):
    """``path`` is its name in a request. Wrong is said under it, in place of what else was to say."""

    DEFAULT_CSS = """
    Field { height: auto; padding: 0 1 0 0; color: $text-muted; }
    Field:focus-within { color: $text-accent; }
    Field.-wrong { color: $text-error; }
    Field > * { margin-left: 17; color: $foreground; }
    Field > .field-words { height: auto; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    Field.-wrong > .field-words { color: $text-error; text-wrap: wrap; }
    """

    def __init__(self, path: str, label: str, control: Widget, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.path = path
        self.control = control
        self._label = label
        self._note = ""
        self._wrong = ""
        self._words: Static | None = None

    def compose(self) -> ComposeResult:
        """What one types into."""
        yield self.control

    def render(self) -> Content:
        """Its name, left of what one types into; before it the cursor."""
        return Content(f"{CURSOR if self.has_focus_within else ' '}{self._label}")

    @property
    def said(self) -> str:
        """What is wrong with it; empty: nothing is."""
        return self._wrong

    def note(self, text: str) -> None:
        """Say something about it."""
        self._note = plain(text)
        self._say()

    def wrong(self, text: str) -> None:
        """Say what is wrong with it; empty: nothing is."""
        self._wrong = "\n".join(map(plain, text.splitlines()))
        self.set_class(bool(text), "-wrong")
        self._say()

    def _say(self) -> None:
        words = self._wrong or self._note
        if self._words is None and words and self.is_attached:
            self._words = Static("", classes="field-words", markup=False)
            self.mount(self._words)
        if self._words is not None:
            self._words.display = bool(words)
            self._words.update(Content(words))
