"""The first look at the list of a server that runs: asked for before Textual is loaded, read after the first frame.

The typed client takes longer to load than the first frame to show, and the answer is there by then. What is seen here
the client reads again and follows: whatever is wrong, there is just nothing to see yet.
"""

import socket
from contextlib import ExitStack, suppress
from typing import Self
from urllib.parse import urlsplit

from runix_tui.core.secret import Secret

WITHIN = 1.0  # seconds
_ASKED = "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"


class Glance:
    """Two questions on their way: what is deployed, and in which projects."""

    def __init__(self, deployments: socket.socket, projects: socket.socket) -> None:
        """Connections on which each was asked."""
        self._deployments, self._projects = deployments, projects

    @classmethod
    def at(cls, url: str, token: Secret) -> Self | None:
        """None when nobody listens there."""
        with ExitStack() as opened:
            try:
                asked = [opened.enter_context(_ask(url, path, token)) for path in ("/deployments", "/projects")]
            except OSError:
                return None
            opened.pop_all()
            return cls(*asked)

    def read(self) -> tuple[bytes, bytes] | None:
        """Both answers, JSON; None when there is no good one. Blocks for as long as it takes, within limits."""
        with self._deployments, self._projects, suppress(OSError, ValueError):
            return _answer(self._deployments), _answer(self._projects)
        return None

    def close(self) -> None:
        """Let go of both: nobody will read them."""
        self._deployments.close()
        self._projects.close()


def _ask(url: str, path: str, token: Secret) -> socket.socket:
    parts = urlsplit(url)
    asked = _ASKED.format(path=path, host=parts.netloc, token=token.reveal()).encode("ascii")
    with ExitStack() as opened:
        connection = opened.enter_context(socket.create_connection((parts.hostname, parts.port or 80), timeout=WITHIN))
        connection.sendall(asked)
        opened.pop_all()
        return connection


def _answer(connection: socket.socket) -> bytes:
    """Raises ``OSError``; ``ValueError`` for an answer that is none."""
    from http.client import OK, HTTPException, HTTPResponse

    response = HTTPResponse(connection)
    try:
        response.begin()
        if response.status != OK:
            raise ValueError(response.status)
        return response.read()
    except HTTPException as error:
        raise ValueError("no answer") from error
