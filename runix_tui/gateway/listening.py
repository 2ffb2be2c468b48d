"""Which port of the loopback the gateway takes: asked for, kept from before, or the first free one."""

import asyncio
import errno
import socket
from collections.abc import Callable, Collection
from pathlib import Path

from runix_tui.errors import ConfigError

DEFAULT = 8080
AUTOMATIC = range(DEFAULT, 8100)  # where a port is looked for when none was asked for
VARIABLE = "RUNIX_HTTP_PORT"
_ANSWER_TIME = 5.0  # seconds
_UNPRIVILEGED = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


def choose(wanted: int | None, kept: int | None, *, ours: Collection[int], say: Callable[[str], None]) -> int:
    """The port to listen on.

    ``wanted`` is ``RUNIX_HTTP_PORT`` (0: any free one; None: not set), ``kept`` what this home chose before, ``ours``
    the ports that its own gateway holds. A port other than the one to be expected is told to ``say``.
    Raises ``ConfigError`` naming who holds the port.
    """
    if wanted:
        return _required(wanted, ours, hint=f"Stop it, or set {VARIABLE} to another port (0: any free one).")
    if kept is not None and (kept in ours or is_free(kept)):
        return kept
    if wanted == 0:
        return _any(kept, say)
    if kept is not None:
        hint = f"Stop it; or set {VARIABLE} to another port (0: any free one), which changes the services' URLs."
        return _required(kept, ours, hint=hint)
    for port in AUTOMATIC:
        if is_free(port):
            if port != DEFAULT:
                say(f"Port {DEFAULT} is held by {holder(DEFAULT)}: web services answer on port {port}.")
            return port
    raise ConfigError(
        f"Every port from {AUTOMATIC[0]} to {AUTOMATIC[-1]} is taken.",
        hint=f"Set {VARIABLE} to a free port, or to 0 for any free one.",
        code="port_taken",
    )


def is_free(port: int) -> bool:
    """Whether nothing listens on this port, on either loopback (browsers try ``::1`` for ``*.localhost`` too)."""
    return _can_bind(socket.AF_INET, "127.0.0.1", port) and _can_bind(socket.AF_INET6, "::1", port)


def holder(port: int) -> str:
    """Who listens on a port, for people: ``nginx (pid 812)``, or ``another program`` when that cannot be seen."""
    import psutil

    try:
        sockets = psutil.net_connections(kind="tcp")
        pids = [s.pid for s in sockets if s.laddr and s.laddr.port == port and s.status == psutil.CONN_LISTEN and s.pid]
        return f"{psutil.Process(pids[0]).name()} (pid {pids[0]})" if pids else "another program"
    except (psutil.Error, OSError):
        return "another program"


async def answers(port: int) -> bool:
    """Whether something answers HTTP on 127.0.0.1 at this port."""
    try:
        async with asyncio.timeout(_ANSWER_TIME):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"HEAD / HTTP/1.1\r\nHost: gateway.localhost\r\nConnection: close\r\n\r\n")
                return (await reader.readline()).startswith(b"HTTP/1.")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def is_privileged(port: int) -> bool:
    """Whether binding this port takes a capability on this host."""
    try:
        return port < int(_UNPRIVILEGED.read_text())
    except (OSError, ValueError):
        return port < 1024


def taken(port: int, *, hint: str) -> ConfigError:
    """The error that a port is held by another program."""
    return ConfigError(
        f"Port {port} on 127.0.0.1, where web services answer, is held by {holder(port)}.", hint=hint, code="port_taken"
    )


def _required(port: int, ours: Collection[int], *, hint: str) -> int:
    if port not in ours and not _can_bind(socket.AF_INET, "127.0.0.1", port):
        raise taken(port, hint=hint)
    return port


def _any(kept: int | None, say: Callable[[str], None]) -> int:
    for _ in range(20):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if is_free(port):
            if kept is not None:
                say(f"Port {kept} is held by {holder(kept)}: web services answer on port {port} from now on.")
            return port
    raise ConfigError("No free port was found.", hint=f"Set {VARIABLE} to a free port.", code="port_taken")


def _can_bind(family: socket.AddressFamily, address: str, port: int) -> bool:
    """Whether ``port`` is not in use; lacking the right to bind it, or IPv6, is not being in use."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a closed connection's rest holds nothing
            probe.bind((address, port))
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    return True
