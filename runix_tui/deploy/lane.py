"""One deployment does one thing at a time: its lane orders versions, supersedes queued ones, and really cancels."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from runix_tui.core.models import Kind
from runix_tui.core.stages import Stage
from runix_tui.deploy.walk import Walk
from runix_tui.errors import Failure

Why = Callable[[Kind], Failure]
Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
"""Makes a task that the one owner of all tasks waits for; the text names it."""


class Weight(IntEnum):
    """What holds a lane without being a version; a heavier one cuts a lighter one short."""

    START = 1
    STOP = 2
    DELETE = 3


@dataclass(slots=True)
class _Entry:
    """A version in the lane. ``waits`` until its turn comes."""

    walk: Walk
    task: asyncio.Task[None]
    waits: bool = True


class Lane:
    """The versions of one deployment that wait or walk. ``run`` takes a version through the pipeline and never raises
    but ``CancelledError``."""

    def __init__(self, run: Callable[[Walk], Awaitable[None]], spawn: Spawn) -> None:
        self._run = run
        self._spawn = spawn
        self._lock = asyncio.Lock()
        self._entries: dict[int, _Entry] = {}
        self._holds: dict[asyncio.Task[Any], Weight] = {}

    @property
    def busy(self) -> bool:
        """Whether a version waits or walks."""
        return bool(self._entries)

    @property
    def held(self) -> bool:
        """Whether anything at all works on the deployment."""
        return bool(self._entries or self._holds)

    def add(self, walk: Walk) -> asyncio.Task[None]:
        """Queue a version; it supersedes queued ones of its kind (a deploy and a redeploy are one kind)."""
        for other in list(self._entries.values()):
            if other.waits and _builds(other.walk) == _builds(walk) and other.walk.version.kind is not Kind.ROLLBACK:
                self._drop(other, Stage.SUPERSEDED)
        number = walk.version.number
        task = self._spawn(self._turn(number), f"{walk.version.deployment_id} v{number}")
        self._entries[number] = _Entry(walk, task)
        return task

    async def clear(self, ending: Stage = Stage.CANCELLED, why: Why | None = None) -> bool:
        """Cancel every version that waits or walks, also those that come meanwhile, and wait until they have ended.
        ``why`` gives the failure of each. Whether one was kept from going live."""
        kept = False
        while self._entries:
            entries = list(self._entries.values())
            for entry in entries:
                failure = why(entry.walk.version.kind) if why else None
                if entry.waits:
                    self._drop(entry, ending, failure)
                else:
                    entry.walk.ending, entry.walk.ending_failure = ending, failure
                    entry.task.cancel()
            await asyncio.wait([entry.task for entry in entries])
            kept = kept or any(entry.walk.version.stage is not Stage.LIVE for entry in entries)
        return kept

    def cut(self, weight: Weight) -> None:
        """Cancel what holds the lane, or waits to, and is lighter."""
        for task, other in self._holds.items():
            if other < weight:
                task.cancel()

    @asynccontextmanager
    async def exclusive(self, weight: Weight) -> AsyncIterator[None]:
        """Cancel what waits or walks and what is lighter, then hold the lane. Versions that come meanwhile wait."""
        await self.clear()
        self.cut(weight)
        async with self.turn(weight):
            yield

    @asynccontextmanager
    async def turn(self, weight: Weight, *, last: bool = False) -> AsyncIterator[None]:
        """Hold the lane after what is in it has ended, with ``last`` also what came to it meanwhile. The task that
        holds it may be cancelled: see :meth:`cut`."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._holds[task] = weight
        try:
            await self._lock.acquire()
            while last and self._entries:
                self._lock.release()
                await asyncio.wait([entry.task for entry in self._entries.values()])
                await self._lock.acquire()
            try:
                yield
            finally:
                self._lock.release()
        finally:
            del self._holds[task]

    async def _turn(self, number: int) -> None:
        try:
            async with self._lock:
                entry = self._entries.get(number)
                if entry is not None:  # else it was dropped just now
                    entry.waits = False
                    await self._run(entry.walk)
        finally:
            self._entries.pop(number, None)

    def _drop(self, entry: _Entry, ending: Stage, failure: Failure | None = None) -> None:
        """Take a version out that never had its turn."""
        del self._entries[entry.walk.version.number]
        entry.task.cancel()
        entry.walk.finish(ending, failure)


def _builds(walk: Walk) -> bool:
    return walk.version.kind in (Kind.DEPLOY, Kind.REDEPLOY)
