"""A server of one home, from lock to last goodbye: the REST API over an orchestrator, in the foreground."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runix_tui import __version__, catalog
from runix_tui.api.app import create_app
from runix_tui.api.server import Server, bind
from runix_tui.bootstrap.home import CurrentToken, announced, server_lock
from runix_tui.bootstrap.wiring import opened
from runix_tui.config import environment_port, load
from runix_tui.core.secret import Secret
from runix_tui.locations import Locations

API_PORT = 7676
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the API listens. ``host`` other than loopback only when the user asks; port 0 is any free one."""

    host: str
    port: int


def listen(host: str | None, port: int | None, environ: Mapping[str, str]) -> Listen:
    """From the command line, else the environment, else the defaults. Raises ``ConfigError``."""
    chosen = environment_port(environ, "RUNIX_API_PORT") if port is None else port
    return Listen(host or LOOPBACK, API_PORT if chosen is None else chosen)


def serve(locations: Locations, where: Listen, *, token: Secret | None, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. ``say`` takes the lines for people; the first one when requests are accepted.

    Raises ``ServerRunning``, ``Conflict`` (``port_taken``), ``ConfigError``, ``StoreError``.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with server_lock(locations), bind(where.host, where.port) as listener:  # first: a taken port is said at once
        asyncio.run(_serve(locations, where, listener, token=token, say=say))


async def _serve(
    locations: Locations, where: Listen, listener: socket.socket, *, token: Secret | None, say: Callable[[str], None]
) -> None:
    config = load(locations.config_file)
    async with opened(locations, config, environ=os.environ, say=say) as orchestrator:
        app = create_app(
            orchestrator,
            token=CurrentToken(locations, token),
            allowed_hosts=(*config.api.allowed_hosts, *_named(where.host)),
            version=__version__,
            instance_types=tuple(catalog.load(locations.profiles).instances),
        )
        server = Server(app, listener)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        with announced(locations, server.url):
            say(f"Runix API on {server.url}")
            await server.serve()


def _named(host: str) -> tuple[str, ...]:
    """A host that the user named is also answered as a Host header; a wildcard names none."""
    return () if host in ("0.0.0.0", "::", LOOPBACK) else (host,)  # noqa: S104 - compared, not bound
