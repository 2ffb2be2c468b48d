"""What Runix does, followed from the server while something on the screen shows it. Draws nothing.

A server keeps its activity in memory: what another one did before stays here, what was going on there is forgotten.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Protocol

from runix_tui.errors import NotFound, RunixError
from runix_tui.tui.views.deeds import Deed, Mark, of_entry

if TYPE_CHECKING:
    from datetime import datetime

    from runix_tui.client import AsyncClient
    from runix_tui.core.wire import Activity

KEPT = 1000
AGAIN = 0.5  # seconds between two tries to follow
PATIENCE = 15.0  # seconds until another server may have come
SOON = 0.05  # seconds in which what arrives is shown at once

Streams = Callable[[], Coroutine[Any, Any, "AsyncClient"]]


class Work(Protocol):
    """Something that runs until it is cancelled."""

    @property
    def is_finished(self) -> bool:
        """Whether it ended."""
        ...

    def cancel(self) -> None:
        """End it."""
        ...


Start = Callable[[Callable[[], Coroutine[Any, Any, None]]], Work]


class Watcher(Protocol):
    """Something on the screen that shows activity."""

    def activity_changed(self) -> None:
        """Something began or ended, or nothing can be followed."""
        ...


class Feed:
    """The newest activity. ``streams`` is ``Connection.streams``; ``start`` runs work in the app."""

    def __init__(self, streams: Streams, start: Start) -> None:
        self.problem = ""  # why nothing is followed, in words; empty: all is well
        self._streams = streams
        self._start = start
        self._deeds: dict[tuple[str, int, datetime], Deed] = {}
        self._watchers: set[Watcher] = set()
        self._following: Work | None = None
        self._soon: asyncio.TimerHandle | None = None

    @property
    def deeds(self) -> list[Deed]:
        """What is known, what began last first."""
        return sorted(self._deeds.values(), key=lambda deed: deed.at, reverse=True)

    def watch(self, watcher: Watcher) -> None:
        """Follow for ``watcher``, until it looks away."""
        self._watchers.add(watcher)
        if self._following is None or self._following.is_finished:
            self._following = self._start(self._follow)

    def look_away(self, watcher: Watcher) -> None:
        """``watcher`` is not on the screen any more."""
        self._watchers.discard(watcher)
        if not self._watchers and self._following is not None:
            self._following.cancel()
            self._following = None

    def put(self, entry: "Activity") -> None:
        """One that began, or one that is known by now and ended."""
        deed = of_entry(entry)
        self._deeds[deed.key] = deed
        while len(self._deeds) > KEPT:
            del self._deeds[next(iter(self._deeds))]
        self._tell_soon()

    async def _follow(self) -> None:
        while True:
            try:
                streams = await self._streams()
                self.problem = ""
                self._forget_unfinished()
                await self._once(streams)
            except NotFound:
                self._say("This server does not tell its activity: it is older than this program. Restart it.")
                await asyncio.sleep(PATIENCE)
            except RunixError as error:
                self._say(f"{error.message}. It is followed again as soon as the server answers.")
            await asyncio.sleep(AGAIN)

    async def _once(self, streams: "AsyncClient") -> None:
        """Follow one server until it ends."""
        async with aclosing(streams.activity(tail=KEPT)) as entries:
            async for entry in entries:
                self.put(entry)

    def _forget_unfinished(self) -> None:
        """What was going on is told again by a server that still does it; one that is gone does it no more."""
        ended = {key: deed for key, deed in self._deeds.items() if deed.mark is not Mark.RUNNING}
        if len(ended) != len(self._deeds):
            self._deeds = ended
            self._tell_soon()

    def _say(self, problem: str) -> None:
        self.problem = problem
        self._tell_soon()

    def _tell_soon(self) -> None:
        """Once for many that arrive together."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON, self._tell)

    def _tell(self) -> None:
        self._soon = None
        for watcher in tuple(self._watchers):
            watcher.activity_changed()
