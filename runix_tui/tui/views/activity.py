"""A view: what Runix is doing and was asked to do."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from runix_tui.tui.notices import Notice


class ActivityView(Vertical, can_focus=True):
    """What Runix is doing and was asked to do."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("activity", markup=False)

    def noticed(self, notice: Notice) -> None:
        """Something was told to the user."""
