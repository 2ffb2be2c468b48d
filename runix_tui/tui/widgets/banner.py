"""A line under the header while the server is away: what happened, and that nothing need be done."""

from textual.content import Content
from textual.widgets import Static

from runix_tui.core.terminal import plain
from runix_tui.tui.fleet import Reach

GOES_ON = "Services go on. It is being reached again; until then what is shown may be old."


class Banner(Static):
    """Takes no room while all is well."""

    DEFAULT_CSS = """
    Banner { height: auto; max-height: 3; padding: 0 1; display: none; background: $warning 20%; }
    Banner.-away { display: block; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def reach(self, reach: Reach, why: str) -> None:
        """The server was reached, or lost because of ``why``."""
        self.set_class(reach is Reach.AWAY, "-away")
        if reach is Reach.AWAY:
            said = f"{plain(why).rstrip('.')}. {GOES_ON}"
            self.update(Content.assemble(("▲ ", "$text-warning bold"), ("server away", "bold"), "   ", said))
