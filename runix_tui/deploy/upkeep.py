"""The background of an orchestrator: opens the engine, brings it in line once, then looks after what serves."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from runix_tui.deploy.reconcile import Reconciliation
from runix_tui.deploy.supervisor import Supervisor
from runix_tui.deploy.tasks import forever
from runix_tui.errors import RunixError

logger = logging.getLogger(__name__)

TRY_AGAIN = 5.0  # seconds between two tries to reach the engine


class Opens(Protocol):
    """An engine that has to be opened."""

    async def open(self) -> None:
        """Reach it, starting it if need be. Raises ``Unavailable``."""
        ...

    async def sweep(self) -> None:
        """Remove what interrupted builds of this home left behind. Only while none runs. Raises ``Unavailable``."""
        ...


class Collects(Protocol):
    """What takes over run-time logs."""

    async def run(self) -> None:
        """Never ends."""
        ...


class Upkeep:
    """``ready`` is set after the first try to bring the engine in line, whether there is an engine or not: what is on
    its way then goes on, or fails with the reason. ``starting`` is true until then, and once more when an engine that
    was away is reached: what does not answer meanwhile need not yet. ``building`` tells whether a version may be in its
    build."""

    def __init__(self, engine: Opens, collector: Collects, *, building: Callable[[], bool]) -> None:
        self.ready = asyncio.Event()
        self.starting = True
        self._engine = engine
        self._collector = collector
        self._building = building
        self._reached = False
        self._swept = False

    async def run(self, reconciliation: Reconciliation, supervisor: Supervisor) -> None:
        """Never ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(forever("run-time logs", self._collector.run), name="run-time logs")
            await self._bring_in_line(reconciliation)
            group.create_task(forever("engine events", supervisor.listen), name="engine events")
            group.create_task(forever("supervisor", supervisor.watch), name="supervisor")

    async def _bring_in_line(self, reconciliation: Reconciliation) -> None:
        while True:
            try:
                await self._engine.open()
                self.starting, self._reached = self.starting or not self._reached, True
                await self._sweep()
                await reconciliation.engine()
            except RunixError as error:
                logger.warning("%s %s", error.message, error.hint)
            else:
                return
            finally:
                self.starting = False
                self.ready.set()
            await asyncio.sleep(TRY_AGAIN)

    async def _sweep(self) -> None:
        """Once, and never under a running build, which it would take for one that was interrupted: what comes to be
        built meanwhile waits."""
        if self._swept or (self.ready.is_set() and self._building()):
            return
        self.ready.clear()
        await self._engine.sweep()
        self._swept = True
