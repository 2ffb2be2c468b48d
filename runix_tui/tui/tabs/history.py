"""A tab: every version, what changed between two, and the way back."""

from textual.app import ComposeResult
from textual.widgets import Static

from runix_tui.tui.tabs.tab import Tab


class HistoryTab(Tab):
    """Every version, what changed between two, and the way back."""

    TITLE = "History"

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is not None:
            self.query_one(Static).update(self.deployment.service_name)
