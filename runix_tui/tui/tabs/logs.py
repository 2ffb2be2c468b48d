"""A tab: the run-time log."""

from textual.app import ComposeResult
from textual.widgets import Static

from runix_tui.tui.tabs.tab import Tab


class LogsTab(Tab):
    """The run-time log."""

    TITLE = "Logs"

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is not None:
            self.query_one(Static).update(self.deployment.service_name)
