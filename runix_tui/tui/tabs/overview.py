"""A tab: what it is, where it answers, what it uses, and what is wrong with it."""

from textual.app import ComposeResult
from textual.widgets import Static

from runix_tui.tui.tabs.tab import Tab


class OverviewTab(Tab):
    """What it is, where it answers, what it uses, and what is wrong with it."""

    TITLE = "Overview"

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is not None:
            self.query_one(Static).update(self.deployment.service_name)
