"""The background of an orchestrator: opens the engine, brings it in line once, then looks after what serves."""

import asyncio
import logging
from typing import Protocol

from runix_tui.deploy.reconcile import Reconciliation
from runix_tui.deploy.supervisor import Supervisor
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
    its way then goes on, or fails with the reason."""

    def __init__(self, engine: Opens, collector: Collects) -> None:
        self.ready = asyncio.Event()
        self._engine = engine
        self._collector = collector

    async def run(self, reconciliation: Reconciliation, supervisor: Supervisor) -> None:
        """Never ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._collector.run(), name="run-time logs")
            await self._bring_in_line(reconciliation)
            group.create_task(supervisor.listen(), name="engine events")
            group.create_task(supervisor.watch(), name="supervisor")

    async def _bring_in_line(self, reconciliation: Reconciliation) -> None:
        while True:
            try:
                await self._engine.open()
                await self._engine.sweep()
                await reconciliation.engine()
            except RunixError as error:
                logger.warning("%s %s", error.message, error.hint)
            else:
                return
            finally:
                self.ready.set()
            await asyncio.sleep(TRY_AGAIN)
