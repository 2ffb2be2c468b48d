"""A server of one home, from lock to last goodbye: the REST API over an orchestrator, in the foreground."""

import asyncio
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runix_tui import __version__, catalog
from runix_tui.api.app import create_app
from runix_tui.api.listener import bind
from runix_tui.api.server import Server
from runix_tui.bootstrap.home import Hold, announced, server_lock, withdraw
from runix_tui.bootstrap.token import CurrentToken
from runix_tui.bootstrap.wiring import opened
from runix_tui.config import Config, environment_port, load
from runix_tui.core.secret import Secret
from runix_tui.locations import Locations

API_PORT = 7676
LOOPBACK = "127.0.0.1"
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared and shown, not bound
ENDS_WITHIN = 9.5  # seconds from the signal; 10 are promised
LOOK_EVERY = 2.0  # seconds between two looks whether the home is still there

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the API listens. ``host`` other than loopback only when the user asks; port 0 is any free one."""

    host: str
    port: int


def listen(host: str | None, port: int | None, environ: Mapping[str, str]) -> Listen:
    """From the command line, else the environment, else the defaults. Raises ``ConfigError``."""
    chosen = environment_port(environ, "RUNIX_API_PORT") if port is None else port
    return Listen(host or LOOPBACK, API_PORT if chosen is None else chosen)


def serve(
    locations: Locations,
    where: Listen,
    *,
    token: Secret | None,
    ready: Callable[[str], None],
    say: Callable[[str], None],
    patient: bool = False,
) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP. ``ready`` takes the URL once requests are accepted, ``say`` what a person
    should be told. ``patient`` takes over from a server that ends.

    Raises ``ServerRunning``, ``Conflict`` (``port_taken``), ``ConfigError``, ``StoreError``.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("runix_tui").setLevel(logging.INFO)
    with server_lock(locations, patient=patient) as hold:
        config = load(locations.config_file)
        with bind(where.host, where.port) as listener:  # before all else: a taken port is said at once
            asyncio.run(_serve(locations, config, hold, where, listener, token=token, ready=ready, say=say))


async def _serve(
    locations: Locations,
    config: Config,
    hold: Hold,
    where: Listen,
    listener: socket.socket,
    *,
    token: Secret | None,
    ready: Callable[[str], None],
    say: Callable[[str], None],
) -> None:
    asked = _signals()
    async with opened(locations, config, environ=os.environ, say=say) as orchestrator:
        app = create_app(
            orchestrator,
            token=CurrentToken(locations, token),
            allowed_hosts=(*config.api.allowed_hosts, *_named(where.host)),
            version=__version__,
            instance_types=tuple(catalog.load(locations.profiles).instances),
        )
        server = Server(app, listener)
        if where.host in ANYWHERE:
            say("Open to other machines; names other than localhost must be in api.allowed_hosts of config.toml.")
        ending = asyncio.create_task(_end(server, asked, hold, locations), name="end of the server")
        with announced(locations, server.url):
            await server.serve(ready=lambda: ready(server.url))
        ending.cancel()


def _signals() -> asyncio.Event:
    """An event that is set by the first signal to end; what is not over in time from then on is ended hard."""
    asked = asyncio.Event()

    def ask() -> None:
        if not asked.is_set():
            asked.set()
            limit = threading.Timer(ENDS_WITHIN, _give_up)
            limit.daemon = True
            limit.start()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ask)
    return asked


def _give_up() -> None:
    """The next start brings everything in line, as after any kill."""
    _log.error("The server did not end within %s s; this is where it was:", ENDS_WITHIN)
    faulthandler.dump_traceback(file=sys.stderr)
    os._exit(1)


async def _end(server: Server, asked: asyncio.Event, hold: Hold, locations: Locations) -> None:
    """Stop the server when a signal asks for it, or when the home was removed under it."""
    while not asked.is_set():
        try:
            await asyncio.wait_for(asked.wait(), LOOK_EVERY)
        except TimeoutError:
            if not hold.intact():
                _log.error("The home of this server was removed: it ends")
                break
    withdraw(locations)  # before the streams end: who comes again must not be sent here
    server.stop()


def _named(host: str) -> tuple[str, ...]:
    """A host that the user named is also answered as a Host header; a wildcard names none."""
    return () if host in (*ANYWHERE, LOOPBACK) else (host,)
