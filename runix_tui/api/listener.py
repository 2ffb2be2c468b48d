"""A listening socket, or why there is none: who holds the port. What is served on it, and its libraries, stay out."""

import contextlib
import errno
import socket
from typing import Any

from runix_tui.errors import ConfigError, Conflict

BACKLOG = 512
PORT_MAX = 65535


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on ``host`` and ``port`` (0: any free one): had before anything else begins, so that a taken
    port is known at once.

    Raises ``Conflict`` (``port_taken``) naming who holds the port, ``ConfigError`` for an address that is not this
    machine's or not permitted.
    """
    family, address = _resolve(host, port)
    # With the protocol named, asyncio turns Nagle's algorithm off; else every answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _not_bound(error, host, port) from error
    return listener


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    name = host.removeprefix("[").removesuffix("]")
    if not 0 <= port <= PORT_MAX:  # getaddrinfo takes it modulo 65536
        raise ConfigError(f"{port} is not a port", hint=f"Choose a number from 0 to {PORT_MAX}.")
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{host!r} is not an address", hint="Give an address of this machine.") from error
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)  # 127.0.0.1 for localhost
    return family, address


def _not_bound(error: OSError, host: str, port: int) -> Conflict | ConfigError:
    if error.errno == errno.EADDRINUSE:
        return Conflict(
            f"port {port} is taken by {holder(port)}",
            code="port_taken",
            hint="End that program, or choose another port: RUNIX_API_PORT or --port, 0 for any free one.",
        )
    if error.errno == errno.EACCES:
        return ConfigError(f"port {port} is not permitted", hint="Choose a port above 1023.")
    return ConfigError(f"{host} port {port}: {error.strerror}", hint="Give an address of this machine.")


def holder(port: int) -> str:
    """Who listens on a TCP port of this machine: ``nginx (pid 123)``, as far as this user may know."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            local: tuple[Any, ...] = connection.laddr  # (address, port); empty for sockets without one
            if connection.status == psutil.CONN_LISTEN and local[1:] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return "another program"
