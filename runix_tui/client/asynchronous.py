"""What an event loop follows or may give up: logs and events, logs as batches of bytes (the TUI shows millions of lines
and reads few), and plans."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import httpx
from httpx_sse import EventSource

from runix_tui.client import answers, lines
from runix_tui.client.lines import LogChunk
from runix_tui.client.sync import PATIENT, Change, Read, Shape, change, connecting, deed
from runix_tui.core import wire
from runix_tui.core.secret import Secret


class AsyncClient:
    """The streams of the API at ``url``. Each ends when the server does (``Unavailable`` when the connection broke);
    resume a log with the ``last`` of the newest chunk."""

    def __init__(self, url: str, token: Secret) -> None:
        self.url = url.rstrip("/")
        self.server_version: str | None = None
        with answers.reaching(self.url):
            self._http = httpx.AsyncClient(**connecting(self.url, token))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def plan(self, body: Mapping[str, Any]) -> wire.Planned:
        """As ``Client.plan``; who stops waiting for it also ends it on the server."""
        content = answers.sent(dict(body))
        with answers.reaching(self.url, self._http):
            response = await self._http.post("/plan", content=content, headers=answers.JSON, timeout=PATIENT)
        return answers.read(response, wire.Planned)

    def logs(
        self,
        deployment_id: str,
        *,
        tail: int | str | None = 100,
        since: str | None = None,
        follow: bool = True,
        after: int | None = None,
        before: int | None = None,
        begun: Callable[[], object] = lambda: None,
    ) -> AsyncGenerator[LogChunk, None]:
        """Run-time log lines; as ``Client.logs``. ``begun`` is called once the server answers."""
        query = lines.query(tail, since, follow, before)
        return self._chunks(f"/deployments/{deployment_id}/logs", query, after, begun)

    def build_log(
        self,
        deployment_id: str,
        *,
        version: int | None = None,
        after: int | None = None,
        follow: bool = True,
        begun: Callable[[], object] = lambda: None,
    ) -> AsyncGenerator[LogChunk, None]:
        """A build's log; as ``Client.build_log``. ``begun`` is called once the server answers."""
        query = lines.build_query(version, follow)
        return self._chunks(f"/deployments/{deployment_id}/build-stream", query, after, begun)

    def events(self, begun: Callable[[], object] = lambda: None) -> AsyncGenerator[Change, None]:
        """Every state change from the moment on in which ``begun`` is called: what is read then misses none."""
        return self._events("/events", {}, change, begun)

    def activity(self, *, tail: int = 200, follow: bool = True) -> AsyncGenerator[wire.Activity, None]:
        """As ``Client.activity``."""
        return self._events("/activity", lines.activity_query(tail, follow), deed)

    async def _events(
        self, path: str, query: Mapping[str, str], read: Read[Shape], begun: Callable[[], object] = lambda: None
    ) -> AsyncGenerator[Shape, None]:
        async with self._stream(path, query, {"Accept": "text/event-stream"}) as response:
            begun()
            async for event in EventSource(response).aiter_sse():
                yield read(event, self.server_version)

    async def _chunks(
        self, path: str, query: Mapping[str, str], after: int | None, begun: Callable[[], object]
    ) -> AsyncGenerator[LogChunk, None]:
        splitter = lines.Splitter()
        async with self._stream(path, query, lines.headers(after)) as response:
            begun()
            async for part in response.aiter_raw():
                chunk = splitter.feed(part)
                if chunk:
                    yield chunk

    @asynccontextmanager
    async def _stream(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        with answers.reaching(self.url, self._http):
            async with self._http.stream("GET", path, params=query, headers=headers, timeout=PATIENT) as response:
                self.server_version = response.headers.get(answers.VERSION_HEADER, self.server_version)
                if not response.is_success:
                    await response.aread()
                    raise answers.error_of(response)
                yield response
