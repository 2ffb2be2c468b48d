"""One deployment does one thing at a time: its lane orders versions, supersedes queued ones, and really cancels."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from runix_tui.core.models import Kind
from runix_tui.core.stages import Stage
from runix_tui.deploy.walk import Walk
from runix_tui.errors import Failure

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
"""Makes a task that the one owner of all tasks waits for; the text names it."""


class Lane:
    """The versions of one deployment that wait or walk. ``run`` takes a version through the pipeline and never raises
    but ``CancelledError``."""

    def __init__(self, run: Callable[[Walk], Awaitable[None]], spawn: Spawn) -> None:
        self._run = run
        self._spawn = spawn
        self._lock = asyncio.Lock()
        self._waiting: dict[int, Walk] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._walks: dict[int, Walk] = {}

    @property
    def busy(self) -> bool:
        """Whether a version waits or walks."""
        return bool(self._walks)

    def add(self, walk: Walk) -> asyncio.Task[None]:
        """Queue a version; it supersedes queued ones of its kind (a deploy and a redeploy are one kind)."""
        for other in list(self._waiting.values()):
            if _builds(other) == _builds(walk) and other.version.kind is not Kind.ROLLBACK:
                self._drop(other, Stage.SUPERSEDED)
        number = walk.version.number
        self._waiting[number] = self._walks[number] = walk
        task = self._spawn(self._turn(walk), f"{walk.version.deployment_id} v{number}")
        self._tasks[number] = task
        return task

    async def clear(self, ending: Stage = Stage.CANCELLED, failure: Failure | None = None) -> int:
        """Cancel everything that waits or walks, and wait until it has ended; gives how many there were."""
        tasks = list(self._tasks.values())
        count = len(self._walks)
        for walk in list(self._waiting.values()):
            self._drop(walk, ending, failure)
        for number, walk in list(self._walks.items()):
            walk.ending, walk.ending_failure = ending, failure
            self._tasks[number].cancel()
        if tasks:
            await asyncio.wait(tasks)
        return count

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Cancel what waits or walks, then hold the lane: nothing starts before the block ends."""
        await self.clear()
        async with self._lock:
            yield

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold the lane after what is in it has ended."""
        async with self._lock:
            yield

    async def _turn(self, walk: Walk) -> None:
        number = walk.version.number
        try:
            async with self._lock:
                if self._waiting.pop(number, None):
                    await self._run(walk)
        except asyncio.CancelledError:
            if self._waiting.pop(number, None):  # cancelled while it waited for its turn
                walk.finish(walk.ending, walk.ending_failure)
        finally:
            self._walks.pop(number, None)
            self._tasks.pop(number, None)

    def _drop(self, walk: Walk, ending: Stage, failure: Failure | None = None) -> None:
        number = walk.version.number
        self._waiting.pop(number, None)
        self._walks.pop(number, None)
        walk.finish(ending, failure)
        self._tasks[number].cancel()


def _builds(walk: Walk) -> bool:
    return walk.version.kind in (Kind.DEPLOY, Kind.REDEPLOY)
