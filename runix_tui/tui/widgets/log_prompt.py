"""The line in which a reader types what to look for, to keep or to leave out. Says what is wrong while it is typed."""

from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from runix_tui.tui.logs.search import BadPattern, Query

REST = 0.15  # seconds without a key after which what was typed is looked for: no log is searched for every letter


class Purpose(StrEnum):
    """What the typed text is for; the value is what the reader sees."""

    SEARCH = "Search"
    KEEP = "Keep only"
    DROP = "Leave out"


class LogPrompt(Horizontal):
    """Hidden until :meth:`ask`. Tells what was typed by :class:`Typed`, and how it ended by :class:`Ended`."""

    DEFAULT_CSS = """
    LogPrompt {
        height: 1; display: none; padding: 0 1;
        &.-open { display: block; }
        & > Static { width: auto; color: $text-muted; }
        & > #log-prompt-wrong { color: $text-error; max-width: 50%; }
        & > Input { width: 1fr; height: 1; border: none; padding: 0 1; background: $surface; }
        & > Input:focus { border: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="log.prompt.cancel", tooltip="Leave it as it was"),
        Binding(
            "ctrl+r,alt+r", "regex", "regex", id="log.prompt.regex", tooltip="Text as it is, or a regular expression"
        ),
    ]

    class Typed(Message):
        """The text so far; ``query`` is None while it is empty or no regular expression."""

        def __init__(self, purpose: Purpose, query: Query | None) -> None:
            super().__init__()
            self.purpose = purpose
            self.query = query

    class Ended(Typed):
        """Typed to the end, or (``kept`` is false) left."""

        def __init__(self, purpose: Purpose, query: Query | None, *, kept: bool) -> None:
            super().__init__(purpose, query)
            self.kept = kept

    def __init__(self) -> None:
        super().__init__()
        self.purpose = Purpose.SEARCH
        self.regex = False
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """What for, the text, what is wrong with it."""
        yield Static("", id="log-prompt-purpose", markup=False)
        yield Input(select_on_focus=True)
        yield Static("", id="log-prompt-wrong", markup=False)

    def ask(self, purpose: Purpose, text: str = "") -> None:
        """Open, with ``text`` to change."""
        self.purpose = purpose
        with self.prevent(Input.Changed):
            self.query_one(Input).value = text
        self.add_class("-open")
        self._label("")
        self.query_one(Input).focus()

    @property
    def is_open(self) -> bool:
        """Whether it is being typed into."""
        return self.has_class("-open")

    def action_cancel(self) -> None:
        """Leave."""
        self._end(None, kept=False)

    def action_regex(self) -> None:
        """The other way to read the text."""
        self.regex = not self.regex
        self.post_message(self.Typed(self.purpose, self._read()))

    def on_input_changed(self, event: Input.Changed) -> None:
        """As it is typed."""
        event.stop()
        query = self._read()
        self._stop_rest()
        self._rest = self.set_timer(REST, lambda: self.post_message(self.Typed(self.purpose, query)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Typed to the end; a broken expression stays to be mended."""
        event.stop()
        query = self._read()
        if query is not None or not event.value:
            self._end(query, kept=True)

    def close(self) -> None:
        """Hide, without a word."""
        self._stop_rest()
        self.remove_class("-open")

    def _stop_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None

    def _end(self, query: Query | None, *, kept: bool) -> None:
        self.close()
        self.post_message(self.Ended(self.purpose, query, kept=kept))

    def _read(self) -> Query | None:
        text = self.query_one(Input).value
        try:
            query = Query(text, self.regex) if text else None
        except BadPattern as error:
            self._label(str(error))
            return None
        self._label("")
        return query

    def _label(self, wrong: str) -> None:
        kind = "regex" if self.regex else "text"
        self.query_one("#log-prompt-purpose", Static).update(f"{self.purpose} ({kind}, ^r):")
        self.query_one("#log-prompt-wrong", Static).update(wrong)
