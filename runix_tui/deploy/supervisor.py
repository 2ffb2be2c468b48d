"""Keeps what should serve serving: a crashed service is started again with back-off, a vanished one made again."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from runix_tui.core import labels
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment, Version
from runix_tui.core.ports import Clock, Container, Engine, Gateway, Page
from runix_tui.core.stages import VersionStatus
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.clock import stamp
from runix_tui.deploy.lane import Lane, Spawn
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.serving import Serving
from runix_tui.errors import Failure, RunixError, StartError, Unavailable
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)

RESTARTS = 10  # then it is called failed (as Dokku and Railway do)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a restart, doubling
STABLE = timedelta(minutes=1)  # up this long: earlier crashes are forgotten
LOOK_EVERY = 15.0  # seconds between two looks at everything; the engine's events only make it sooner


class Supervisor:
    """Level-triggered: compares what the store says serves with what the engine runs."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        gateway: Gateway,
        launcher: Launcher,
        serving: Serving,
        logs: Logs,
        bus: Bus[DeploymentChanged],
        clock: Clock,
        spawn: Spawn,
        lane_of: Callable[[str], Lane],
    ) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._launcher = launcher
        self._serving = serving
        self._logs = logs
        self._bus = bus
        self._clock = clock
        self._spawn = spawn
        self._lane_of = lane_of
        self._crashes: dict[tuple[str, int], int] = {}
        self._recovering: set[str] = set()
        self._hint = asyncio.Event()

    def down(self, deployment_id: str) -> bool:
        """Whether the serving version is being brought back after a crash."""
        return deployment_id in self._recovering

    async def watch(self) -> None:
        """Look at everything now and then, and at once when the engine hints; never ends."""
        while True:
            try:
                await self.look()
            except RunixError as error:
                logger.warning("cannot look after services: %s", error.message)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._hint.wait()
            self._hint.clear()

    async def listen(self) -> None:
        """Engine events are hints: some may be missed while the engine is away; never ends."""
        while True:
            with suppress(Unavailable):
                async for event in self._engine.events():
                    if event.action in ("died", "remove"):
                        self._hint.set()
            await self._clock.sleep(FIRST_PAUSE)

    async def look(self) -> None:
        """One look: recover what does not run, see that the gateway answers."""
        ours = labels.of_home(self._store.home_id, role=labels.SERVICE)
        found = {container.id: container for container in await self._engine.containers(ours)}
        for deployment in self._store.deployments():
            version = self._serving.current(deployment)
            if version and version.status is VersionStatus.RUNNING and deployment.id not in self._recovering:
                container = found.get(version.container_id or "")
                if container is None or container.state not in ("running", "paused"):
                    self._recovering.add(deployment.id)
                    self._spawn(self._recover(deployment, version, container), f"recover {deployment.name}")
        if not await self._gateway.healthy():
            await self._gateway.ensure(*await self._serving.wanted())

    async def _recover(self, deployment: Deployment, version: Version, container: Container | None) -> None:
        try:
            if container is None:
                await self._make_again(deployment.id)
            else:
                await self._start_again(deployment, version, container)
        except RunixError as error:
            logger.warning("could not bring %s back: %s", deployment.name, error.message)
        finally:
            self._recovering.discard(deployment.id)
            self._bus.publish(DeploymentChanged(deployment.id))

    async def _start_again(self, deployment: Deployment, version: Version, container: Container) -> None:
        count = self._count(deployment.id, version.number, container)
        reason = f"The process ended with {container.exit_code}"
        if count > RESTARTS:
            await self._give_up(deployment, version, reason)
            return
        pause = min(FIRST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE)
        self._say(deployment.id, f"{reason}; starting it again in {pause:.0f} s ({count} of {RESTARTS})")
        self._bus.publish(DeploymentChanged(deployment.id))
        await self._clock.sleep(pause)
        if not self._still(deployment.id, version):
            return
        with suppress(StartError):  # somebody removed it meanwhile: the next look makes it again
            started = await self._launcher.resume(container, deployment.id)
            route = self._serving.route(deployment, version, started)
            if route and self._still(deployment.id, version):
                await self._gateway.switch(route)

    async def _make_again(self, deployment_id: str) -> None:
        """Its container is gone (a reboot, somebody's clean-up): a new one from the stored release."""
        async with self._lane_of(deployment_id).turn():
            deployment = self._store.deployment(deployment_id)
            version = self._serving.current(deployment) if deployment else None
            if deployment is None or version is None or version.status is not VersionStatus.RUNNING:
                return
            if version.container_id and await self._engine.inspect(version.container_id):
                return
            try:
                await self._serving.bring_up(deployment, version)
            except StartError as error:
                await self._fail(deployment, version, error.failure)

    async def _give_up(self, deployment: Deployment, version: Version, reason: str) -> None:
        failure = Failure(
            "crashed",
            f"{reason}; after {RESTARTS} restarts it is left stopped",
            "Its log has the reason. Roll back, or redeploy when it is mended.",
        )
        self._say(deployment.id, failure.message)
        await self._fail(deployment, version, failure)

    async def _fail(self, deployment: Deployment, version: Version, failure: Failure) -> None:
        if self._still(deployment.id, version):
            self._store.save_version(replace(version, status=VersionStatus.FAILED, failure=failure))
            await self._gateway.page(deployment.subdomain, Page.FAILED)

    def _count(self, deployment_id: str, number: int, container: Container) -> int:
        key = (deployment_id, number)
        began, ended = container.started_at, container.finished_at
        if began and ended and ended - began > STABLE:
            self._crashes.pop(key, None)
        self._crashes[key] = self._crashes.get(key, 0) + 1
        return self._crashes[key]

    def _still(self, deployment_id: str, version: Version) -> bool:
        now = self._store.version(deployment_id, version.number)
        deployment = self._store.deployment(deployment_id)
        return (
            now is not None
            and deployment is not None
            and now.status is VersionStatus.RUNNING
            and now.container_id == version.container_id
            and deployment.serving_version == version.number
        )

    def _say(self, deployment_id: str, line: str) -> None:
        journal = self._logs.runtime(deployment_id)
        journal.append(stamp(self._clock.now()), "runix", line)
        journal.flush()
