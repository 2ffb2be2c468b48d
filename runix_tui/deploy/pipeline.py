"""The story of a deploy. Each step is told in its own module; what happens when one fails is told in ``ending.py``."""

import asyncio

from runix_tui.core.ports import Container
from runix_tui.core.stages import Stage
from runix_tui.deploy.retirement import Retirement
from runix_tui.deploy.stages.building import Building
from runix_tui.deploy.stages.checking import Checking
from runix_tui.deploy.stages.fetching import Fetching
from runix_tui.deploy.stages.planning import Planning
from runix_tui.deploy.stages.routing import Routing
from runix_tui.deploy.stages.starting import Starting
from runix_tui.deploy.tasks import uninterrupted
from runix_tui.deploy.walk import Walk


class Pipeline:
    """From a repository's URL to a route, left to right."""

    def __init__(
        self,
        *,
        slots: asyncio.Semaphore,
        fetching: Fetching,
        planning: Planning,
        building: Building,
        starting: Starting,
        checking: Checking,
        routing: Routing,
        retirement: Retirement,
    ) -> None:
        self._slots = slots
        self._fetching = fetching
        self._planning = planning
        self._building = building
        self._starting = starting
        self._checking = checking
        self._routing = routing
        self._retirement = retirement

    async def deploy(self, walk: Walk) -> None:
        """Source, plan, image; then release it. Raises ``DeployError``, ``Unavailable``."""
        async with self._slots, self._fetching.checkout(walk) as checkout:
            with walk.stage(Stage.PLANNING):
                planned = await self._planning.plan(walk, checkout)
            with walk.stage(Stage.BUILDING):
                await self._building.build(walk, checkout, planned)
        await self.release(walk)

    async def release(self, walk: Walk) -> None:
        """Start, check, switch, drain, stop: the old version serves until the new one does, and not longer."""
        container = await self._healthy(walk)
        with walk.stage(Stage.ROUTING):
            previous = await uninterrupted(self._routing.switch(walk, container))
        walk.end(walk.version.status)
        self._retirement.retire(walk.deployment, previous)

    async def _healthy(self, walk: Walk) -> Container:
        """A container that answers; one on another port than asked is started again where that needs publishing."""
        while True:
            with walk.stage(Stage.STARTING):
                container = await self._starting.start(walk)
            with walk.stage(Stage.CHECKING):
                if await self._checking.check(walk, container):
                    return container
            await self._starting.discard(walk)
