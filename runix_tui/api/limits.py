"""No request is larger than :data:`MAX_BODY`: told by its length before a byte is read, or by counting."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runix_tui.api.problems import respond
from runix_tui.errors import Refused, RunixError, TooLarge

MAX_BODY = 1024 * 1024  # bytes; the outside contract
_LINGER_BYTES = 8 * MAX_BODY  # read and dropped after a refusal, so that the client gets to read it
_LINGER_SECONDS = 2.0
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class BodyLimit:
    """Middleware that reads the body, up to the limit, and hands it on whole; answers 413 beyond."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or not _has_body(headers):
            await self._app(scope, receive, send)
            return
        refusal = _declared_wrong(headers)
        if refusal is None:
            try:
                body = await _read(receive)
            except TooLarge as error:
                refusal = error
        if refusal:
            await _refuse(refusal, scope, receive, send)
        elif scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, _Replay(body, receive), send)


class _Replay:
    """``receive`` that gives a body that was already read, then what comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._first: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        if self._first is None:
            return await self._receive()
        message, self._first = self._first, None
        return message


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _declared_wrong(headers: Headers) -> RunixError | None:
    length = headers.get("content-length")
    if length is None:
        return None
    if not length.isascii() or not length.isdigit():
        return Refused(f"Content-Length is {length[:40]!r}, not a number")
    if len(length) > 10 or int(length) > MAX_BODY:
        return TooLarge(f"The body has {length[:40]} bytes, more than {MAX_BODY}")
    return None


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the client went away
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise TooLarge(f"The body has more than {MAX_BODY} bytes")
        if not message.get("more_body", False):
            return b"".join(parts)


async def _refuse(error: RunixError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, then drop some of what still comes: a client that is still sending would see only a broken connection."""
    response = respond(error, {"Connection": "close"})
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": bytes(response.body), "more_body": True})
    expecting = Headers(scope=scope).get("expect", "").lower() == "100-continue"
    if not expecting:  # who asked first has sent nothing yet, and reading would invite it
        await _linger(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _linger(receive: Receive) -> None:
    left = _LINGER_BYTES
    try:
        async with asyncio.timeout(_LINGER_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return
