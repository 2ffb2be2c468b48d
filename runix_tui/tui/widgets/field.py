"""One field of a form: its name, what one types into, what is said about it, and what is wrong with it."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from runix_tui.core.terminal import plain


class Field(Vertical):
    """``path`` is its name in a request. Wrong is said under it, and is more than what else was to say."""

    DEFAULT_CSS = """
    Field { height: auto; padding: 0 1; }
    Field > Horizontal { height: auto; }
    Field .field-label { width: 16; color: $text-muted; }
    Field:focus-within .field-label { color: $text-accent; text-style: bold; }
    Field .field-control { width: 1fr; }
    Field .field-note, Field .field-wrong { height: auto; padding-left: 16; display: none; }
    Field .field-note { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    Field .field-wrong { color: $text-error; }
    Field.-noted .field-note { display: block; }
    Field.-wrong .field-wrong { display: block; }
    Field.-wrong .field-note { display: none; }
    Field.-wrong .field-label { color: $text-error; }
    """

    def __init__(self, path: str, label: str, control: Widget, note: str = "") -> None:
        super().__init__()
        self.path = path
        self._label = label
        self.control = control
        self._note = note
        control.add_class("field-control")

    def compose(self) -> ComposeResult:
        """Name and control in a line, words below."""
        with Horizontal():
            yield Static(self._label, classes="field-label", markup=False)
            yield self.control
        yield Static("", classes="field-note", markup=False)
        yield Static("", classes="field-wrong", markup=False)

    def on_mount(self) -> None:
        """What there is to say from the beginning."""
        self.note(self._note)

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong with it."""
        return self.has_class("-wrong")

    def note(self, text: str) -> None:
        """Say something about it."""
        self.set_class(bool(text), "-noted")
        self.query_one(".field-note", Static).update(Content(plain(text)))

    def wrong(self, text: str) -> None:
        """Say what is wrong with it; empty: nothing is."""
        self.set_class(bool(text), "-wrong")
        self.query_one(".field-wrong", Static).update(Content("\n".join(map(plain, text.splitlines()))))
