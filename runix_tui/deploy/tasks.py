"""The one owner of every task of the orchestrator: none outlives it, and none takes the others down with it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from runix_tui.errors import Conflict, RunixError

LETTING_GO = 2.0  # seconds that work which was cancelled in its last step has to finish it; a server ends within 10
AGAIN_AFTER = 5.0  # seconds before a loop that broke is begun again

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Tasks:
    """A task group that lives as long as the orchestrator: leaving it cancels what still runs and waits for it.

    A bug in one task is logged and ends that task alone.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cancel()
        cancelling = asyncio.ensure_future(self._cancel_again())
        try:
            await self._group.__aexit__(kind, error, trace)
        finally:
            cancelling.cancel()

    def _cancel(self) -> None:
        for task in tuple(self._running):
            task.cancel()

    async def _cancel_again(self) -> None:
        """One that was in a step which must not stay half done may have gone on to another."""
        while True:
            await asyncio.sleep(LETTING_GO)
            self._cancel()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run ``work`` in a task of its own; what it raises is logged."""

        async def logged() -> None:
            try:
                await work
            except Exception:  # a bug of ours, or an error that whoever spawned it did not foresee
                logger.exception("%s broke", name)

        return self._own(logged(), work, name)

    async def complete(self, work: Coroutine[Any, Any, T], name: str) -> T:
        """What ``work`` gives. It goes on when the caller goes away; its errors are the caller's.

        Raises ``Conflict`` (``cut_short``) when something weightier cancelled it.
        """

        async def outcome() -> tuple[T | None, Exception | None]:
            try:
                return await work, None
            except RunixError as error:
                return None, error
            except Exception as error:
                logger.exception("%s broke", name)
                return None, error

        task = self._own(outcome(), work, name)
        await asyncio.wait({task})
        if task.cancelled():
            raise Conflict(f"{name}: cut short by another request", code="cut_short", hint="Its status says what is.")
        value, failed = task.result()
        if failed is not None:
            raise failed
        return value  # type: ignore[return-value]  # without an error it is what work gave

    def _own(self, made: Coroutine[Any, Any, T], work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[T]:
        task = self._group.create_task(made, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step, it was never begun
        return task


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Finish ``work`` though this task is cancelled, however often: it is in a step that must not stay half done.

    After the first cancel it has :data:`LETTING_GO` seconds; then it is cancelled as well.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            raise
    deadline = asyncio.get_running_loop().time() + LETTING_GO
    while not task.done():
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            task.cancel()
        try:
            await asyncio.wait({task}, timeout=max(left, 0) or None)
        except asyncio.CancelledError:
            continue
    return task.result()


async def forever(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run ``loop``, which is meant never to end; when a bug ends it, say so and begin it again."""
    while True:
        try:
            await loop()
        except Exception:
            logger.exception("%s broke; beginning it again", name)
        await asyncio.sleep(AGAIN_AFTER)
