"""A view: what works on this machine and what does not, each with its remedy."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static


class DoctorView(Vertical, can_focus=True):
    """What works on this machine and what does not, each with its remedy."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("doctor", markup=False)
