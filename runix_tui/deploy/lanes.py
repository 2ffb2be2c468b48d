"""Where the lane of a deployment is found, and how a stored version gets onto it."""

import asyncio
from contextlib import suppress

from runix_tui.core.activity import Activity
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Version
from runix_tui.core.ports import Clock
from runix_tui.core.stages import Stage
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.ending import Runner
from runix_tui.deploy.interruption import interrupted
from runix_tui.deploy.lane import Lane, Spawn
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.walk import Walk
from runix_tui.store.store import Store

INTERRUPT_WITHIN = 2.5  # seconds; beside the API's own 5, as a server ends within 10


class Lanes:
    """One lane for each deployment."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus[DeploymentChanged],
        clock: Clock,
        logs: Logs,
        runner: Runner,
        spawn: Spawn,
        activity: Activity,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._logs = logs
        self._runner = runner
        self._spawn = spawn
        self._activity = activity
        self._lanes: dict[str, Lane] = {}

    def of(self, deployment_id: str) -> Lane:
        """The lane of a deployment."""
        if deployment_id not in self._lanes:
            self._lanes[deployment_id] = Lane(self._runner.run, self._spawn)
        return self._lanes[deployment_id]

    def held(self, deployment_id: str) -> bool:
        """Whether anything works on a deployment."""
        return deployment_id in self._lanes and self._lanes[deployment_id].held

    @property
    def walking(self) -> bool:
        """Whether any version of any deployment is on its way."""
        return any(lane.busy for lane in self._lanes.values())

    def forget(self, deployment_id: str) -> None:
        """The deployment is gone."""
        self._lanes.pop(deployment_id, None)

    def queue(self, version: Version) -> asyncio.Task[None]:
        """Send a stored version on its way."""
        credential = self._store.credential(version.deployment_id)
        walk = Walk(
            version,
            store=self._store,
            bus=self._bus,
            clock=self._clock,
            journal=self._logs.build(version.deployment_id),
            secrets=(credential,) if credential else (),
            activity=self._activity,
        )
        task = self.of(version.deployment_id).add(walk)
        walk.tell()
        return task

    async def interrupt(self) -> None:
        """The server ends: what is on its way becomes failed, as interrupted. What does not let go within
        :data:`INTERRUPT_WITHIN` seconds is left to the next start, which finds the same."""
        with suppress(TimeoutError):
            async with asyncio.timeout(INTERRUPT_WITHIN):
                await asyncio.gather(*(lane.clear(Stage.FAILED, interrupted) for lane in self._lanes.values()))
