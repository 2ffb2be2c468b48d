"""Serving the app from inside another program: its own socket, no signal handlers, no log configuration, a clean end.

The caller decides about signals, threads and the loop that it runs in.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from runix_tui.api.listener import BACKLOG, bind
from runix_tui.api.protocol import Protocol
from runix_tui.api.sse import Streams

GRACE = 5  # seconds for answers in flight once the server is to stop
KEEP_ALIVE = 60  # seconds that an idle connection is kept; longer than any client of ours keeps it
LOOPBACK = "127.0.0.1"


class Server:
    """One app on one listening socket (see ``listener``); without one, on any free port of loopback."""

    def __init__(self, app: FastAPI, listener: socket.socket | None = None) -> None:
        self._listener = listener or bind(LOOPBACK, 0)
        self._address: tuple[str, int] = self._listener.getsockname()[:2]
        self._streams: Streams = app.state.streams
        self._uvicorn = _Uvicorn(app, self._streams)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def port(self) -> int:
        """The port, the real one when any was asked for."""
        return self._address[1]

    @property
    def url(self) -> str:
        """Where it answers, as seen from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._address[0], self._address[0])  # noqa: S104 - shown
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def should_exit(self) -> bool:
        """Whether it was asked to stop."""
        return self._uvicorn.should_exit

    async def serve(self, *, ready: Callable[[], None] | None = None) -> None:
        """Answer until :meth:`stop`; ``ready`` is called once requests are answered. Streams are ended at once, other
        answers get :data:`GRACE` seconds. Cancelling stops it likewise."""
        self._loop = asyncio.get_running_loop()
        self._uvicorn.ready = ready
        serving = asyncio.ensure_future(self._uvicorn.serve(sockets=[self._listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self.stop()
            await serving
            raise
        finally:
            self._listener.close()

    def stop(self) -> None:
        """End :meth:`serve`, from any thread."""
        self._uvicorn.should_exit = True
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._streams.close)


class _Uvicorn(uvicorn.Server):
    """Uvicorn without its hold on the process."""

    def __init__(self, app: FastAPI, streams: Streams) -> None:
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
            backlog=BACKLOG,
        )
        super().__init__(config)
        self.ready: Callable[[], None] | None = None
        self._streams = streams

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the caller's."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when requests are answered."""
        await super().startup(sockets)
        if self.ready is not None:
            self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams first: they would last for ever."""
        self._streams.close()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):  # of clients that do not read what they asked for
            connection.transport.abort()
        left = list(self.server_state.tasks)
        if left:
            await asyncio.wait(left, timeout=1)
