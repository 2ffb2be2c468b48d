"""Brings one service back: a crashed container is started again with back-off, a vanished one is made anew."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment, Version
from runix_tui.core.ports import Clock, Container, Engine, Page
from runix_tui.core.stages import VersionStatus
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.clock import stamp
from runix_tui.deploy.lane import Spawn
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.revival import Revival
from runix_tui.deploy.serving import Serving
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.errors import Conflict, Failure, RunixError, StartError
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)

RESTARTS = 10  # then it is called failed (as Dokku and Railway do)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a restart, doubling
STABLE = timedelta(minutes=1)  # up this long: earlier crashes are forgotten
KILLED = 137


@dataclass(slots=True)
class _Crashes:
    """Of one container: how many in a row, when the one that was counted last ended, and whether a restart failed."""

    count: int = 0
    ended: datetime | None = None
    failed: bool = False


class Recovery:
    """One task for each service that is down. Every step asks first whether that version is still what should serve."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        launcher: Launcher,
        serving: Serving,
        switchboard: Switchboard,
        revival: Revival,
        logs: Logs,
        bus: Bus[DeploymentChanged],
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._engine = engine
        self._launcher = launcher
        self._serving = serving
        self._switchboard = switchboard
        self._revival = revival
        self._logs = logs
        self._bus = bus
        self._clock = clock
        self._spawn = spawn
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._crashes: dict[str, _Crashes] = {}

    def at_work(self, deployment_id: str) -> bool:
        """Whether the serving version is being brought back."""
        return deployment_id in self._tasks

    def begin(self, deployment: Deployment, version: Version, container: Container | None) -> None:
        """Bring ``version`` back, whose ``container`` ended (None: is gone). At work already: nothing to do."""
        if deployment.id in self._tasks:
            return
        task = self._spawn(self._recover(deployment, version, container), f"recover {deployment.name}")
        self._tasks[deployment.id] = task
        task.add_done_callback(lambda _: self._ended(deployment.id))

    async def end(self, deployment_id: str) -> None:
        """Leave it (the service is stopped or deleted): nothing is started any more when this returns."""
        task = self._tasks.get(deployment_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def forget_but(self, containers: set[str]) -> None:
        """Forget the crashes of containers that are not there any more."""
        self._crashes = {each: crashes for each, crashes in self._crashes.items() if each in containers}

    def _ended(self, deployment_id: str) -> None:
        del self._tasks[deployment_id]
        self._bus.publish(DeploymentChanged(deployment_id))

    async def _recover(self, deployment: Deployment, version: Version, container: Container | None) -> None:
        self._bus.publish(DeploymentChanged(deployment.id))
        try:
            if container is None:
                await self._anew(deployment, version)
            else:
                await self._again(deployment, version, container)
        except Conflict:
            pass  # overtaken by a deploy, a stop or a delete
        except RunixError as error:  # the engine is away, most likely: the next look begins anew
            logger.warning("could not bring %s back: %s", deployment.name, error.message)

    async def _again(self, deployment: Deployment, version: Version, container: Container) -> None:
        reason = f"The process ended with {container.exit_code}"
        if container.exit_code == KILLED:
            reason += " (killed, most likely because it needs more memory than its instance type has)"
        count = self._count(container)
        if count > RESTARTS:
            await self._fail(version, _gave_up(reason))
            return
        pause = min(FIRST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE)
        self._say(deployment.id, f"{reason}; starting it again in {pause:.0f} s ({count} of {RESTARTS})")
        await self._switchboard.page(deployment, Page.STARTING)  # its address may soon be somebody else's
        await self._clock.sleep(pause)
        if self._serving.still(version):
            await self._start(deployment, version, container)

    async def _start(self, deployment: Deployment, version: Version, container: Container) -> None:
        try:
            started = await self._launcher.resume(container, deployment.id)
            port = await self._revival.healthy_port(deployment, version, started)
            route = self._switchboard.route(deployment, started, port)
        except StartError as error:  # the next look counts one more crash
            self._crashes.setdefault(container.id, _Crashes()).failed = True
            self._say(deployment.id, f"It did not come back: {error.message}")
            with suppress(RunixError):
                await self._engine.stop(container.id, timeout=1)
            return
        await self._switchboard.lead_if(lambda: self._serving.still(version), route, lambda: None)

    async def _anew(self, deployment: Deployment, version: Version) -> None:
        """Its container is gone (somebody's clean-up): a new one from the stored release."""
        if version.container_id:
            if await self._engine.inspect(version.container_id) is not None:
                return  # it was there all along: the look was older than the container
            await self._launcher.remove(version.container_id)  # its log, that is
        self._say(deployment.id, "Its container is gone; making a new one")
        await self._switchboard.page(deployment, Page.STARTING)
        try:
            await self._revival.bring_up(deployment, version, allowed=lambda: self._serving.still(version))
        except StartError as error:
            await self._fail(version, error.failure)

    async def _fail(self, version: Version, failure: Failure) -> None:
        if self._serving.still(version):
            self._say(version.deployment_id, failure.message)
            self._store.save_version(replace(version, status=VersionStatus.FAILED, failure=failure))
            await self._switchboard.show(version.deployment_id)

    def _count(self, container: Container) -> int:
        """Crashes of this container in a row; one that is looked at again counts once."""
        crashes = self._crashes.setdefault(container.id, _Crashes())
        began, ended = container.started_at, container.finished_at
        again = ended is not None and ended == crashes.ended
        if began and ended and ended - began > STABLE and not again and not crashes.failed:
            crashes.count = 0
        if crashes.failed or not again:
            crashes.count += 1
        crashes.ended, crashes.failed = ended, False
        return crashes.count

    def _say(self, deployment_id: str, line: str) -> None:
        journal = self._logs.runtime(deployment_id)
        journal.append(stamp(self._clock.now()), "runix", line)
        journal.flush()


def _gave_up(reason: str) -> Failure:
    return Failure(
        "crashed",
        f"{reason}; after {RESTARTS} restarts it is left stopped",
        "Its log has the reason. Roll back, or redeploy when it is mended.",
    )
