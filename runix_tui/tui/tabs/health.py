"""A tab: how it is probed and what came of it; of a database, how to connect."""

from textual.app import ComposeResult
from textual.widgets import Static

from runix_tui.tui.tabs.tab import Tab


class HealthTab(Tab):
    """How it is probed and what came of it; of a database, how to connect."""

    TITLE = "Health"

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is not None:
            self.query_one(Static).update(self.deployment.service_name)
