"""Keeps what the engine runs as the store says it should be. Level-triggered: it looks, and hands on what is not so."""

import asyncio
import logging
from contextlib import suppress

from runix_tui.core import labels
from runix_tui.core.ports import Clock, Container, Engine
from runix_tui.deploy.leftovers import Leftovers
from runix_tui.deploy.recovery import Recovery
from runix_tui.deploy.serving import Serving
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.errors import RunixError
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)

LOOK_EVERY = 30.0  # seconds between two looks at everything; the engine's events only make it sooner
LISTEN_AGAIN = 1.0  # seconds before the engine's events are followed again
_UP = ("running", "paused", "stopping")


class Supervisor:
    """Looks at everything now and then, and at once when the engine hints that something ended."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        serving: Serving,
        switchboard: Switchboard,
        recovery: Recovery,
        leftovers: Leftovers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._engine = engine
        self._serving = serving
        self._switchboard = switchboard
        self._recovery = recovery
        self._leftovers = leftovers
        self._clock = clock
        self._hint = asyncio.Event()

    def down(self, deployment_id: str) -> bool:
        """Whether the serving version is being brought back after a crash."""
        return self._recovery.at_work(deployment_id)

    async def watch(self) -> None:
        """Look again and again; never ends."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._hint.wait()
            self._hint.clear()
            try:
                await self.look()
            except RunixError as error:
                logger.warning("cannot look after services: %s", error.message)

    async def listen(self) -> None:
        """Take the engine's events for hints: some may be missed while it is away; never ends."""
        while True:
            with suppress(RunixError):
                async for event in self._engine.events():
                    if event.action in ("died", "remove"):
                        self._hint.set()
            await self._clock.sleep(LISTEN_AGAIN)
            self._hint.set()

    async def look(self) -> None:
        """One look at everything. Raises ``RunixError`` when engine or gateway are away."""
        found = await self.containers()
        self._recover({container.id: container for container in found})
        self._leftovers.containers(found)
        await self._leftovers.deletes()
        await self._switchboard.look()

    async def containers(self) -> list[Container]:
        """This home's containers of services. Raises ``Unavailable``."""
        return await self._engine.containers(labels.of_home(self._store.home_id, role=labels.SERVICE))

    def _recover(self, found: dict[str, Container]) -> None:
        self._recovery.forget_but(set(found))
        for deployment in self._store.deployments():
            version = self._serving.running(deployment)
            container = found.get(version.container_id or "") if version else None
            if version and not deployment.deleting and (container is None or container.state not in _UP):
                self._recovery.begin(deployment, version, container)
