"""A server beside a test: in a thread with a loop of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from runix_tui.api.server import Server


class ServerThread:
    """A thread with its own event loop for a server and what is behind it.

    ``run`` makes everything, calls what it is given with the server once that answers, and returns when it has ended.
    """

    def __init__(self, run: Callable[[Callable[[Server], None]], Coroutine[Any, Any, None]]) -> None:
        self._run = run
        self._answers = threading.Event()
        self._server: Server | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name="runix-server", daemon=True)

    def start(self) -> Server:
        """Start, and wait until it answers. Raises what ``run`` raised before that."""
        self._thread.start()
        self._answers.wait()
        if self._server is None:
            self._thread.join()
            raise self._error or RuntimeError("the server ended before it answered")
        return self._server

    def stop(self, timeout: float = 10.0) -> bool:
        """Stop, and wait at most ``timeout`` seconds; whether it has ended."""
        if self._server is not None:
            self._server.stop()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._thread.is_alive()

    def _main(self) -> None:
        try:
            asyncio.run(self._run(self._answering))
        except BaseException as error:
            self._error = error
            if self._answers.is_set():
                raise
        finally:
            self._answers.set()

    def _answering(self, server: Server) -> None:
        self._server = server
        self._answers.set()
