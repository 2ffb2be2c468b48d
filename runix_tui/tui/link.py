"""How the front end comes by the server of its home. Only the shape: the real one is wired in ``bootstrap``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from runix_tui.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server answers and what opens it. ``owned``: this program started it, and it ends with this program."""

    url: str
    token: Secret
    owned: bool


class Link(Protocol):
    """Calls block: make them in a thread."""

    @property
    def home(self) -> str:
        """The home's folder, as a person knows it."""
        ...

    @property
    def state_file(self) -> Path:
        """Where the front end keeps what the last visit looked like."""
        ...

    def connect(self) -> Door:
        """Attach to the server that runs on this home, else start an own one. Called again after a connection broke:
        the same server, another one, or an own one that takes over. Raises ``RunixError``."""
        ...

    def glance(self) -> tuple[bytes, bytes] | None:
        """A first look at a server that ran when this program began: what ``GET /deployments`` and ``GET /projects``
        answered, JSON. None when there is nothing to see; once only."""
        ...

    def leave(self, *, keep: bool) -> None:
        """Let go of the own server, if there is one: it ends; ``keep``: it goes on in the background."""
        ...


@dataclass(frozen=True, slots=True)
class StartOptions:
    """What the front end begins with. ``select``: ``name`` or ``project/name`` of a deployment to stand on."""

    select: str = ""
