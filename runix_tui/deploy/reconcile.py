"""After a start, also one after ``kill -9``: the store is right, and the engine is brought in line with it."""

import shutil
from dataclasses import replace
from datetime import datetime

from runix_tui.core import labels
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Kind, ServiceConfig, StageTime, Version
from runix_tui.core.ports import Clock
from runix_tui.core.stages import ENDED, Stage, VersionStatus
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.clock import stamp
from runix_tui.deploy.deletion import Deletion
from runix_tui.deploy.interruption import interrupted
from runix_tui.deploy.journal import Journal
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.leftovers import Leftovers
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.promotion import promote
from runix_tui.deploy.releases import rebased
from runix_tui.deploy.supervisor import Supervisor
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.errors import RunixError
from runix_tui.locations import Locations
from runix_tui.store.store import Store

SWITCHED = "Runix ended during the switch; requests reach this version, so it is live"


class Reconciliation:
    """``records`` needs no engine and comes first; ``engine`` follows as soon as there is one. Both may be cut off
    anywhere and done again."""

    def __init__(
        self,
        *,
        store: Store,
        launcher: Launcher,
        switchboard: Switchboard,
        supervisor: Supervisor,
        leftovers: Leftovers,
        deletion: Deletion,
        logs: Logs,
        bus: Bus[DeploymentChanged],
        clock: Clock,
        locations: Locations,
    ) -> None:
        self._store = store
        self._launcher = launcher
        self._switchboard = switchboard
        self._supervisor = supervisor
        self._leftovers = leftovers
        self._deletion = deletion
        self._logs = logs
        self._bus = bus
        self._clock = clock
        self._locations = locations
        self._unsettled: list[tuple[Version, ServiceConfig]] = []  # and what its deployment's was when Runix started

    async def records(self) -> None:
        """No version stays on its way but those that only the gateway knows of, no build log without its end; logs and
        checkouts that belong to nobody go."""
        deployments = self._store.deployments()
        for deployment in deployments:
            for version in self._store.versions(deployment.id):
                if version.stage is Stage.ROUTING and not deployment.deleting:
                    self._unsettled.append(
                        (version, deployment.config)
                    )  # the switch may have been made, and not been stored any more
                elif version.stage not in ENDED:
                    await self._interrupt(version)
                else:
                    await self._end_log(version, version.status)
        for stranger in self._logs.strangers({deployment.id for deployment in deployments}):
            self._logs.remove(stranger)
        for left in self._locations.checkouts.iterdir():
            shutil.rmtree(left, ignore_errors=True)

    async def engine(self) -> None:
        """Settle what was being switched, have the gateway lead to what serves, finish deletes, remove what no record
        knows, start what does not run.

        Raises ``RunixError`` when engine or gateway are away; what does not need the one that is away is done."""
        await self._settle()
        failed: RunixError | None = None
        try:
            await self._switchboard.bring_in_line()
        except RunixError as error:
            failed = error
        await self._follow_logs()
        await self._leftovers.images()
        await self._deletion.unused_networks()
        await self._supervisor.look()
        if failed:
            raise failed

    async def _settle(self) -> None:
        """A version that requests reach is live: going back would be one more switch that nobody asked for. Raises
        ``Unavailable``."""
        while self._unsettled:
            version, found = self._unsettled[-1]
            deployment = self._store.deployment(version.deployment_id)
            if deployment is not None:
                if await self._switchboard.leads_to(deployment, version):
                    await self._go_live(version, found)
                else:
                    await self._interrupt(version)
                self._bus.publish(DeploymentChanged(deployment.id))
            self._unsettled.pop()

    async def _go_live(self, version: Version, found: ServiceConfig) -> None:
        """What was changed since ``found`` stays."""
        deployment = self._store.deployment(version.deployment_id)  # as it is now, after the gateway was asked
        if deployment is None:
            return
        now = self._clock.now()
        done = replace(version, stages=tuple(_ended(stage, now, "done") for stage in version.stages))
        back = version.kind is Kind.ROLLBACK
        config = rebased(version.config, base=found, now=deployment.config) if back else deployment.config
        live, _ = promote(self._store, deployment, done, config=config, now=now)
        await self._end_log(live, live.status, SWITCHED, routed=True)

    async def _interrupt(self, version: Version) -> None:
        now, failure = self._clock.now(), interrupted(version.kind)
        ended = replace(
            version,
            stage=Stage.FAILED,
            status=VersionStatus.FAILED,
            finished_at=now,
            failure=failure,
            container_id=None,
            stages=tuple(_ended(stage, now, "failed") for stage in version.stages),
        )
        self._store.save_version(ended)
        await self._end_log(ended, VersionStatus.FAILED, failure.message, failure.hint)

    async def _end_log(self, version: Version, status: VersionStatus, *lines: str, routed: bool = False) -> None:
        begun = self._store.build_range(version.deployment_id, version.number)
        if begun is None or begun[1] is not None:
            return
        now = stamp(self._clock.now())
        journal = self._logs.build(version.deployment_id)
        last = await _written_end(journal, begun[0])
        if last is None:
            for line in lines:
                journal.append(now, "runix", line)
            if routed:
                journal.mark(now, Stage.ROUTING.value, "done")
            last = journal.end(now, status.value)
            journal.flush()
        self._store.end_build(version.deployment_id, version.number, last)

    async def _follow_logs(self) -> None:
        for container in await self._supervisor.containers():
            owner = container.labels.get(labels.DEPLOYMENT)
            if owner:
                self._launcher.follow(container, owner)
        self._launcher.sweep_logs({deployment.id for deployment in self._store.deployments()})


def _ended(stage: StageTime, now: datetime, result: str) -> StageTime:
    return stage if stage.finished_at else replace(stage, finished_at=now, result=result)


async def _written_end(journal: Journal, first: int) -> int | None:
    """The seq of the ``End`` of a log that begins at ``first``, if it was written before Runix ended."""
    async for batch in journal.read(after=first - 1, through_end=True):
        if batch.through_end()[1]:
            return batch.last
    return None
