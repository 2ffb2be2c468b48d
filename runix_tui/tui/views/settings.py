"""A view: config.toml, edited with its comments kept."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static


class SettingsView(Vertical, can_focus=True):
    """config.toml, edited with its comments kept."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("settings", markup=False)
