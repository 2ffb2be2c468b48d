"""A tab: the Dockerfile of a version, and where each choice came from."""

from textual.app import ComposeResult
from textual.widgets import Static

from runix_tui.tui.tabs.tab import Tab


class DockerfileTab(Tab):
    """The Dockerfile of a version, and where each choice came from."""

    TITLE = "Dockerfile"

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is not None:
            self.query_one(Static).update(self.deployment.service_name)
