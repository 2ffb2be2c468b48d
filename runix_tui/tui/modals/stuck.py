"""No server can be had: why, what mends it, and the key that tries again. Takes the whole screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from runix_tui.core.terminal import plain
from runix_tui.errors import RunixError

TITLES = {  # by the error's code
    "unauthorized": "Another token",
    "not_runix": "Another program answers",
    "answer": "Another version answers",
    "config": "The settings are wrong",
    "port_taken": "The server's port is taken",
    "home_unusable": "The home cannot be used",
    "home_removed": "The home is gone",
}
CANNOT_START = "Runix's server cannot start"


class Stuck(ModalScreen[bool]):
    """Gives True when it is to be tried again, False to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r,enter",
            "dismiss(True)",
            "try again",
            id="stuck.again",
            tooltip="Try to reach or start the server once more",
        ),
        Binding("q,escape", "dismiss(False)", "leave", id="stuck.leave", tooltip="Leave; services go on"),
    ]
    DEFAULT_CSS = "Stuck { background: $background; }"

    def __init__(self, error: RunixError, home: str) -> None:
        super().__init__()
        self._error = error
        self._home = home

    def compose(self) -> ComposeResult:
        """What happened, what to do, and the keys."""
        with Vertical(classes="dialog -danger") as dialog:
            dialog.border_title = TITLES.get(self._error.code, CANNOT_START)
            said = plain(self._error.message)
            yield Label(f"{said[:1].upper()}{said[1:]}", classes="dialog-title", markup=False)
            if self._error.hint:
                yield Label(plain(self._error.hint), classes="dialog-title -hint", markup=False)
            yield Label(f"Home: {plain(self._home)}. What is deployed goes on.", classes="dialog-more", markup=False)
            yield Label(
                Content.assemble(("r", "bold $text-accent"), " try again   ", ("q", "bold $text-accent"), " leave"),
                markup=False,
            )
