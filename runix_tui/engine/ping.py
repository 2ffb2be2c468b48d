"""Does an engine answer on a Unix socket? Standard library only, so that every start-up can afford the question."""

import contextlib
import http.client
import socket
from pathlib import Path

TIMEOUT = 2.0  # seconds; a healthy engine answers in milliseconds


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ping(path: Path, *, timeout: float = TIMEOUT) -> bool:
    """Whether the engine at ``path`` says that it is well. Blocks for at most ``timeout`` seconds."""
    return get(path, "/_ping", timeout=timeout) is not None


def get(path: Path, target: str, *, timeout: float = TIMEOUT) -> str | None:
    """The text of a successful answer of the engine at ``path``, None for any other and when it is away."""
    with contextlib.closing(_UnixConnection(path, timeout)) as connection:
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            return response.read().decode("utf-8", "replace") if response.status == http.client.OK else None
        except (OSError, http.client.HTTPException):
            return None
