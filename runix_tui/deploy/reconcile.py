"""After a start, also one after ``kill -9``: the store is right, and the engine is brought in line with it."""

import logging
import shutil
from dataclasses import replace

from runix_tui.core import labels
from runix_tui.core.models import Version
from runix_tui.core.ports import Clock, Container, Engine, Gateway
from runix_tui.core.stages import ENDED, Stage, VersionStatus
from runix_tui.deploy.clock import stamp
from runix_tui.deploy.deletion import Deletion
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.serving import Serving
from runix_tui.deploy.supervisor import Supervisor
from runix_tui.errors import Failure
from runix_tui.locations import Locations
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)

INTERRUPTED = Failure(
    "interrupted",
    "Runix ended while this version was on its way",
    "Redeploy to build it again; what served before still serves.",
)


class Reconciliation:
    """``records`` needs no engine and comes first; ``engine`` follows as soon as there is one."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        gateway: Gateway,
        launcher: Launcher,
        serving: Serving,
        supervisor: Supervisor,
        deletion: Deletion,
        lanes: Lanes,
        logs: Logs,
        clock: Clock,
        locations: Locations,
    ) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._launcher = launcher
        self._serving = serving
        self._supervisor = supervisor
        self._deletion = deletion
        self._lanes = lanes
        self._logs = logs
        self._clock = clock
        self._locations = locations

    def records(self) -> None:
        """No version stays on its way; logs and checkouts that belong to nobody go."""
        deployments = self._store.deployments()
        for deployment in deployments:
            for version in self._store.versions(deployment.id):
                if version.stage not in ENDED:
                    self._interrupt(version)
        for stranger in self._logs.strangers({deployment.id for deployment in deployments}):
            self._logs.remove(stranger)
        for left in self._locations.checkouts.iterdir():
            shutil.rmtree(left, ignore_errors=True)

    async def engine(self) -> None:
        """Have the gateway lead to what serves, finish deletes, remove what no record knows, start what does not run.

        Raises ``Unavailable``."""
        await self._gateway.ensure(*await self._serving.wanted())
        for deployment in self._store.deployments():
            if deployment.deleting:
                await self._deletion.finish(deployment)
        await self._remove_orphans()
        self._follow_logs(await self._containers())
        await self._supervisor.look()

    def _interrupt(self, version: Version) -> None:
        now = self._clock.now()
        self._store.save_version(
            replace(
                version,
                stage=Stage.FAILED,
                status=VersionStatus.FAILED,
                finished_at=now,
                failure=INTERRUPTED,
                container_id=None,
            )
        )
        begun = self._store.build_range(version.deployment_id, version.number)
        if begun and begun[1] is None:
            journal = self._logs.build(version.deployment_id)
            journal.append(stamp(now), "runix", INTERRUPTED.message)
            last = journal.end(stamp(now), VersionStatus.FAILED.value)
            self._store.end_build(version.deployment_id, version.number, last)
            journal.flush()

    async def _containers(self) -> list[Container]:
        return await self._engine.containers(labels.of_home(self._store.home_id, role=labels.SERVICE))

    async def _remove_orphans(self) -> None:
        home = labels.of_home(self._store.home_id)
        expected = {version.container_id for version in self._serving_versions()}
        for container in await self._containers():
            if container.id not in expected and not self._lanes.of(container.labels.get(labels.DEPLOYMENT, "")).busy:
                logger.info("removing container %s, which no version owns", container.name)
                await self._engine.remove(container.id)
        deployments = {deployment.id for deployment in self._store.deployments()}
        owners = {image.labels.get(labels.DEPLOYMENT, "") for image in await self._engine.images(home)}
        for gone in owners - deployments - {""}:
            await self._engine.remove_images(labels.of_home(self._store.home_id, deployment=gone))
        await self._deletion.unused_networks()

    def _serving_versions(self) -> list[Version]:
        found = (self._serving.current(deployment) for deployment in self._store.deployments())
        return [version for version in found if version and version.status is VersionStatus.RUNNING]

    def _follow_logs(self, containers: list[Container]) -> None:
        for container in containers:
            owner = container.labels.get(labels.DEPLOYMENT)
            if owner:
                self._launcher.follow(container, owner)
        self._launcher.sweep_logs({deployment.id for deployment in self._store.deployments()})
