"""Keys typed faster than the screen follows: each waits until what the one before it did is there to be seen.

Textual gives a key to who has the focus when it arrives, also while the key before it is about to open a window or to
move the focus. A key goes from queue to queue, from the focused widget up to the app; what is sent after it on that way
arrives after it, and so says that it was dealt with. What is asked of the server is not waited for.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

from textual.app import App, ScreenStackError
from textual.events import Key, Paste
from textual.message_pump import MessagePump

PATIENCE = 2.0  # seconds; then the next key goes on all the same
ROUNDS = 3  # a key, what it asked for, and the focus that was moved by that
MOST_ROUNDS = 9


class TypedAhead:
    """The keys of ``app`` that wait for their turn."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Key | Paste] = deque()
        self._turn: Key | Paste | None = None  # let go, and on its way back to the app
        self._following: asyncio.Task[None] | None = None

    def passes(self, event: Key | Paste) -> bool:
        """Whether ``event`` goes its way now; else it is kept, and comes once more when it does."""
        if event is self._turn:
            self._turn = None
        elif self._following is not None or self._turn is not None:
            self._waiting.append(event)
            return False
        self._following = asyncio.create_task(self._follow(), name="a key's way")
        return True

    async def _follow(self) -> None:
        """Behind a key, until the focus stays where it is. However that ends, the next one gets its turn."""
        try:
            with suppress(TimeoutError, ScreenStackError):  # that when the app ends meanwhile
                async with asyncio.timeout(PATIENCE):
                    await self._settled()
        finally:
            self._following = None
            if self._waiting:
                self._turn = self._waiting.popleft()
                self._app.post_message(self._turn)

    async def _settled(self) -> None:
        before = None
        for number in range(MOST_ROUNDS):
            now = self._app.screen, self._app.focused
            if number >= ROUNDS and now == before:
                return
            before = now
            await self._along(self._app.focused or self._app.screen)

    async def _along(self, node: MessagePump) -> None:
        """The way of a key that ``node`` gets."""
        here: MessagePump | None = node
        while here is not None:
            after, passed = here._parent, asyncio.Event()  # there is no public name for it
            if here.call_later(passed.set):  # else it is closing
                await passed.wait()
            here = after
