"""Who may ask: the right Host, then the bearer token. Holds for every address, known or not, before anything is read.

The token is never taken from a cookie or a query; what needs none holds no state.
"""

import hmac
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runix_tui.api.problems import respond
from runix_tui.core.secret import Secret
from runix_tui.errors import Misdirected, RunixError, Unauthorized

VERSION_HEADER = "Runix-Version"
OPEN_PATHS = ("/healthz", "/openapi.json", "/docs")
HEAD_MARK = "runix.head"
_LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})
_DEFAULT_PORT = 80


Token = Secret | Callable[[], Secret]
"""The token, or what gives the present one at each request (it can be rotated while the server runs)."""


class Guard:
    """Middleware that lets a request through, or answers 421 or 401. It also makes HEAD of every GET."""

    def __init__(self, app: ASGIApp, *, token: Token, allowed_hosts: Iterable[str], version: str) -> None:
        self._app = app
        self._token = token
        self._allowed = frozenset(host.lower() for host in allowed_hosts)
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        labelled = self._labelled(send)
        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal:
            await respond(refusal)(scope, receive, labelled)
            return
        if scope["method"] == "HEAD":
            # The server under us drops the body of a HEAD; streams look at the mark and end at once.
            scope = {**scope, "method": "GET", HEAD_MARK: True}
        await self._app(scope, receive, labelled)

    def _refusal(self, scope: Scope, headers: Headers) -> RunixError | None:
        if not self._is_ours(headers.getlist("host"), scope.get("server")):
            return Misdirected(f"This is not the server of {headers.get('host', 'no host')!r}")
        if is_open(scope["path"]):
            return None
        sent = headers.getlist("authorization")
        if not sent:
            return Unauthorized("This address needs the API's token")
        scheme, _, value = sent[0].partition(" ")
        token = self._token if isinstance(self._token, Secret) else self._token()
        good = hmac.compare_digest(value.strip().encode(), token.reveal().encode())
        if len(sent) == 1 and scheme.lower() == "bearer" and good and token:
            return None
        return Unauthorized("The token is not the one of this server")

    def _is_ours(self, hosts: list[str], server: tuple[str, int | None] | None) -> bool:
        if len(hosts) != 1:
            return False
        sent = hosts[0].lower()
        name, port = _split(sent)
        if name in _LOCAL and server is not None and port == server[1]:
            return True
        # A name without a port is also good behind a proxy that listens on another one.
        return sent in self._allowed or name in self._allowed

    def _labelled(self, send: Send) -> Send:
        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[VERSION_HEADER] = self._version
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return labelled


def is_open(path: str) -> bool:
    """Whether an address answers without a token."""
    return path in OPEN_PATHS or path.startswith("/docs/")


def _split(host: str) -> tuple[str, int | None]:
    """A Host header as name and port; a port that is none gives None, which no server has."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host, _DEFAULT_PORT
    return name, int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None
