"""The top line: engine, gateway and model at a glance, and which home and server this is."""

from rich.text import Text
from textual.widgets import Static

from runix_tui.tui.fleet import Fleet, Reach


class HeaderBar(Static):
    """One line; changes only when something did."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__("runix", markup=False)
        self._fleet = fleet

    def reach(self, reach: Reach, why: str) -> None:
        """How things stand with the server."""
        self.update(Text(f"runix  {reach}  {why}", no_wrap=True, overflow="ellipsis"))
