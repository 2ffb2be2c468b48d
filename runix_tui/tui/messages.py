"""What the parts of the screen tell each other: positions and names, never lines of a log."""

from textual.message import Message

from runix_tui.errors import RunixError
from runix_tui.tui.fleet import Reach


class FleetChanged(Message):
    """Deployments came, changed or went; ``ids`` says which, None: all of them may have."""

    bubble = False

    def __init__(self, ids: frozenset[str] | None) -> None:
        super().__init__()
        self.ids = ids


class UsageChanged(Message):
    """New figures of CPU and memory."""

    bubble = False


class HealthChanged(Message):
    """Engine, gateway or the server's version are otherwise than they were; also after the first look."""

    bubble = False


class ReachChanged(Message):
    """The server was reached, or lost (``why``). ``news``: what is to be told now that it is reached."""

    bubble = False

    def __init__(self, reach: Reach, why: str = "", news: str = "") -> None:
        super().__init__()
        self.reach = reach
        self.why = why
        self.news = news


class NoServer(Message):
    """No server can be had until somebody mends ``error``."""

    bubble = False

    def __init__(self, error: RunixError) -> None:
        super().__init__()
        self.error = error


class Chosen(Message):
    """The deployment that everything is about from now on; None when there is none."""

    def __init__(self, deployment_id: str | None) -> None:
        super().__init__()
        self.deployment_id = deployment_id


class TabWanted(Message):
    """A tab of the chosen deployment is to come forward; ``version``: about this one of its versions."""

    def __init__(self, tab: str, version: int | None = None) -> None:
        super().__init__()
        self.tab = tab
        self.version = version


class Opened(Message):
    """The chosen deployment is to be looked at: where there is room for one pane only, it comes forward."""
