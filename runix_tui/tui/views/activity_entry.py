"""All of one entry of the activity; from here to the deployment that it is about."""

from collections.abc import Collection
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from runix_tui.core.human import local
from runix_tui.tui.views.deeds import SYMBOLS, TOLD, Deed


class ActivityEntry(ModalScreen[str | None]):
    """Gives the id of the deployment that the user wants to go to. ``there`` are the ids of those that exist."""

    DEFAULT_CSS = """
    ActivityEntry .dialog { width: 96; }
    ActivityEntry VerticalScroll { height: auto; max-height: 40vh; margin: 1 0; }
    ActivityEntry #entry-detail { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "its deployment", id="entry.go", tooltip="Go to the deployment that it is about"),
        Binding("y", "copy", "copy", id="entry.copy", tooltip="Copy all of it"),
        Binding("escape", "dismiss(None)", "back", id="entry.back", tooltip="Back to the list"),
    ]

    def __init__(self, deed: Deed, there: Collection[str]) -> None:
        super().__init__()
        self._deed = deed
        self._target = deed.deployment_id if deed.deployment_id in there else None

    def compose(self) -> ComposeResult:
        """What, how it went, all that was said, and what can be done."""
        deed = self._deed
        with Vertical(classes="dialog"):
            yield Label(f"{deed.action} {deed.subject}".strip(), classes="dialog-title", markup=False)
            yield Static(Text(self._facts()), classes="dialog-more")
            with VerticalScroll():
                yield Static(Text(deed.detail or "Nothing more was said of it."), id="entry-detail")
            yield Label(self._keys(), markup=False, classes="dialog-more")

    def on_mount(self) -> None:
        """Long ones can be scrolled at once."""
        self.query_one(VerticalScroll).focus()

    def action_go(self) -> None:
        """To its deployment, or just back."""
        self.dismiss(self._target)

    def action_copy(self) -> None:
        """All of it to the clipboard."""
        deed = self._deed
        self.app.copy_to_clipboard(f"{deed.action} {deed.subject}\n{self._facts()}\n{deed.detail}".strip())
        self.notify("Copied.", markup=False)

    def _facts(self) -> str:
        deed = self._deed
        who = "told to you" if deed.source == TOLD else f"by {deed.source}"
        parts = [f"{SYMBOLS[deed.mark]} {deed.mark}", deed.result, local(deed.at), who]
        return " · ".join(part for part in parts if part)

    def _keys(self) -> str:
        go = "Enter: go to its deployment · " if self._target else ""
        return f"{go}y: copy · Esc: back"
