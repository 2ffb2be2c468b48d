"""Streams: batches of a log, and events, as server-sent events or NDJSON. No line is looked at here: a batch is bytes.

A stream frees what it holds when its client goes away, and ends when the server does.
"""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, TypeVar

import anyio
from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runix_tui.api.auth import HEAD_MARK
from runix_tui.deploy.journal import Batch
from runix_tui.errors import RunixError

KEEP_ALIVE = 15.0  # seconds between comments; the outside contract
NDJSON = "application/x-ndjson"
SSE = "text/event-stream"
Item = TypeVar("Item")
_FAREWELL = 0.5  # seconds to tell a client of the end


class Streams:
    """The open streams of one app. :meth:`close` ends them all, and those that come later at once."""

    def __init__(self) -> None:
        self._open: set[anyio.CancelScope] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        """End every stream; call it in the server's event loop."""
        self._closed = True
        for scope in list(self._open):
            scope.cancel()

    async def run(self, chunks: "Chunks[Any]", serve: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until it ends, its client goes or the server closes. Its source is always let go of."""
        sent = _Sent(send)
        try:
            with anyio.CancelScope() as life:
                self._open.add(life)
                if self._closed:
                    life.cancel()
                await serve(scope, receive, sent)
            if life.cancelled_caught:
                await sent.finish()
        finally:
            self._open.discard(life)
            with anyio.CancelScope(shield=True):
                await chunks.aclose()


class _Sent:
    """``send`` that knows how far the response got."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = False
        self._ended = False

    async def __call__(self, message: Message) -> None:
        self._started = True
        await self._send(message)
        self._ended = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def finish(self) -> None:
        """The end of a body that was cut off, so that the client sees an end and not a broken connection."""
        with anyio.move_on_after(_FAREWELL):
            if not self._started:
                await self._send({"type": "http.response.start", "status": 200, "headers": []})
            if not self._ended:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})


class _SseResponse(EventSourceResponse):
    def __init__(self, chunks: "Chunks[Any]", streams: Streams) -> None:
        super().__init__(chunks, ping=KEEP_ALIVE, ping_message_factory=_Comment, sep="\n")
        self._run = functools.partial(streams.run, chunks, super().__call__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._run(scope, receive, send)


class _NdjsonResponse(StreamingResponse):
    def __init__(self, chunks: "Chunks[Any]", streams: Streams) -> None:
        super().__init__(chunks, media_type=NDJSON, headers={"X-Accel-Buffering": "no"})
        self._run = functools.partial(streams.run, chunks, super().__call__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._run(scope, receive, send)


class _Comment(ServerSentEvent):
    """A comment without the blank line that ends an event: some clients take that line for an event without data."""

    def encode(self) -> bytes:
        return b": keep-alive\n"


def wants_ndjson(request: Request) -> bool:
    """Whether ``Accept`` asks for NDJSON at least as much as for server-sent events (the default)."""
    weights = dict(_accepted(",".join(request.headers.getlist("accept"))))
    return weights.get(NDJSON, 0.0) > 0 and weights.get(NDJSON, 0.0) >= weights.get(SSE, 0.0)


def _accepted(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        found.append((media, float(quality) if quality.replace(".", "", 1).isdecimal() and quality.isascii() else 1.0))
    return found


class Chunks(Generic[Item]):
    """The bytes of a stream: each item of ``source`` through ``encode``. Close it, also when it was never read."""

    def __init__(self, source: AsyncIterator[Item], encode: Callable[[Item], bytes]) -> None:
        self._source = source
        self._encode = encode
        self._first: asyncio.Future[Item] | None = None

    async def begin(self) -> None:
        """Take the first step: what the source subscribes to is subscribed before the answer begins, and what it raises
        before it waits for anything is raised here."""
        self._first = asyncio.ensure_future(anext(self._source))
        await asyncio.sleep(0)
        error = self._first.exception() if self._first.done() else None
        if error is not None and not isinstance(error, StopAsyncIteration):
            raise error

    def __aiter__(self) -> "Chunks[Item]":
        return self

    async def __anext__(self) -> bytes:
        if self._first is None:
            return self._encode(await anext(self._source))
        first, self._first = self._first, None
        return self._encode(await first)

    async def aclose(self) -> None:
        """Let go of the source."""
        if self._first is not None:
            self._first.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration, RunixError):
                await self._first
        await let_go(self._source)


async def let_go(source: AsyncIterator[Any]) -> None:
    """Close an async iterator, if it can be closed."""
    aclose = getattr(source, "aclose", None)
    if aclose is not None:
        await aclose()


async def stream_log(request: Request, batches: AsyncIterator[Batch]) -> Response:
    """A log as the client wants it. What the log raises at its very beginning is raised here, before the answer."""
    ndjson = wants_ndjson(request)
    return await respond(request, Chunks(batches, Batch.ndjson if ndjson else Batch.sse), ndjson=ndjson)


async def respond(request: Request, chunks: Chunks[Item], *, ndjson: bool) -> Response:
    """The streaming answer; to HEAD, its headers alone."""
    streams: Streams = request.app.state.streams
    response = _NdjsonResponse(chunks, streams) if ndjson else _SseResponse(chunks, streams)
    await chunks.begin()
    if not request.scope.get(HEAD_MARK):
        return response
    await chunks.aclose()
    headers = {key: value for key, value in response.headers.items() if key != "content-length"}
    return Response(headers=headers)


def encode_event(event_id: int, name: str, data: str) -> bytes:
    """One server-sent event; ``data`` is JSON without newlines."""
    return f"id: {event_id}\nevent: {name}\ndata: {data}\n\n".encode()


class Ids:
    """Numbers that only grow, also from one run of the server to the next: microseconds since 1970, or one more."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """The next one."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last
