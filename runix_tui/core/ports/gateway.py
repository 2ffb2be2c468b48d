"""The reverse proxy in front of every web service."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from runix_tui.core.models import Route


class Page(StrEnum):
    """What a host without a route answers."""

    STARTING = "starting"
    FAILED = "failed"
    STOPPED = "stopped"


class Gateway(Protocol):
    """The reverse proxy in front of every web service."""

    @property
    def port(self) -> int | None:
        """The port on 127.0.0.1, known once the gateway was set up; kept for the home."""
        ...

    async def ensure(self, routes: Sequence[Route], pages: Mapping[str, Page]) -> None:
        """Have it run with exactly these routes, and ``pages`` (subdomain → Page) for hosts that have none. Adopts a
        gateway that already runs without dropping a connection."""
        ...

    async def switch(self, route: Route) -> None:
        """Lead a host to a new address: from here on every new request goes there; nothing is lost."""
        ...

    async def leads(self, route: Route) -> bool:
        """Whether requests to its host reach its address now, by what the gateway itself says: also before it was set
        up by this process. False while it is away."""
        ...

    async def drain(self, route: Route, *, timeout: float) -> None:
        """Wait until the addresses that the host of ``route`` left have no connection, at most ``timeout`` seconds."""
        ...

    async def page(self, subdomain: str, page: Page | None) -> None:
        """Take the route of a host away and show a page; None: the host is unknown again."""
        ...

    async def healthy(self) -> bool:
        """Whether it answers."""
        ...

    async def remove(self) -> None:
        """Remove the gateway's container (``uninstall``)."""
        ...
