"""What can be done to a deployment that is there: redeploy, roll back, change, cancel, stop, start."""

import asyncio
from dataclasses import replace

from runix_tui.core import labels, names
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment, Kind, ServiceConfig, Version
from runix_tui.core.ports import Clock, Engine, Page
from runix_tui.core.requests import ChangeRequest
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.creation import Creation
from runix_tui.deploy.lane import Weight
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.launcher import Launcher, image_gone
from runix_tui.deploy.recovery import Recovery
from runix_tui.deploy.retirement import Retirement
from runix_tui.deploy.revival import Revival
from runix_tui.deploy.serving import Serving
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.errors import Conflict, InvalidRequest, NotFound, Unavailable
from runix_tui.store.store import Store


class Operations:
    """Each reads the deployment afresh after everything that it waits for, and stores what it is about to do before it
    does it. All raise ``NotFound``, and ``Conflict`` (``deleting``)."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        launcher: Launcher,
        serving: Serving,
        switchboard: Switchboard,
        revival: Revival,
        recovery: Recovery,
        retirement: Retirement,
        creation: Creation,
        lanes: Lanes,
        bus: Bus[DeploymentChanged],
        clock: Clock,
    ) -> None:
        self._store = store
        self._engine = engine
        self._launcher = launcher
        self._serving = serving
        self._switchboard = switchboard
        self._revival = revival
        self._recovery = recovery
        self._retirement = retirement
        self._creation = creation
        self._lanes = lanes
        self._bus = bus
        self._clock = clock

    def alive(self, deployment_id: str) -> Deployment:
        """The deployment as it is now."""
        deployment = self._store.deployment(deployment_id)
        if deployment is None:
            raise NotFound("No such deployment", hint="`runix status` and GET /deployments list them.")
        if deployment.deleting:
            raise Conflict(f"{deployment.name} is being deleted", code="deleting", hint="Deploy it anew.")
        return deployment

    def redeploy(self, deployment_id: str) -> None:
        """A fresh build of the branch's newest commit."""
        deployment = self.alive(deployment_id)
        with self._store.transaction():
            self._save(replace(deployment, stopped=False))
            version = self._store.add_version(deployment.id, Kind.REDEPLOY, deployment.config, now=self._clock.now())
        self._lanes.queue(version)

    async def rollback(self, deployment_id: str, number: int | None) -> None:
        """Start a stored release and make its configuration the current one. Raises ``Conflict`` (no_previous_version,
        image_gone, not_healthy), ``Unavailable``."""
        target = self._target(self.alive(deployment_id), number)
        if target.release is None or await self._engine.image(target.release.image_id) is None:
            gone = image_gone(target.number)
            raise Conflict(gone.message, code=gone.code, hint=gone.hint)
        lane = self._lanes.of(deployment_id)
        await lane.clear()
        lane.cut(Weight.STOP)  # a start
        deployment = self.alive(deployment_id)
        version = self._store.add_version(
            deployment.id,
            Kind.ROLLBACK,
            replace(target.config, branch=deployment.config.branch),
            now=self._clock.now(),
            rollback_of=target.number,
            commit=target.commit,
            plan=target.plan,
            dockerfile=target.dockerfile,
            release=target.release,
        )
        await self._finish(self._lanes.queue(version), version)

    def replaces(self, deployment_id: str, request: ChangeRequest) -> bool:
        """Whether this change replaces what runs, or will run: then it needs the engine."""
        deployment = self.alive(deployment_id)
        config, project_id = self._changed(deployment, request)
        matters = replace(config, branch=deployment.config.branch) != deployment.config
        runs = self._serving.serves(deployment) or self._lanes.of(deployment_id).busy
        return runs and (matters or project_id != deployment.project_id)

    def change(self, deployment_id: str, request: ChangeRequest) -> None:
        """Store the new configuration; what runs is replaced by a ``config`` version where that makes a difference."""
        deployment = self.alive(deployment_id)
        config, project_id = self._changed(deployment, request)
        replaces = self.replaces(deployment_id, request)
        with self._store.transaction():
            self._save(replace(deployment, config=config, project_id=project_id))
            if not replaces:
                return
            version = self._store.add_version(deployment.id, Kind.CONFIG, config, now=self._clock.now())
        self._lanes.queue(version)

    async def cancel(self, deployment_id: str) -> None:
        """Really stop what is on its way. Raises ``Conflict`` (nothing_to_cancel)."""
        deployment = self.alive(deployment_id)
        if await self._lanes.of(deployment.id).clear():
            return
        newest = self._store.versions(deployment.id)[:1]
        switching = any(version.stage is Stage.ROUTING for version in newest)
        hint = "Whether requests reach its new version already is found out as soon as the engine is there."
        raise Conflict(
            f"{deployment.name} has no build to cancel",
            code="nothing_to_cancel",
            hint=hint if switching else "Its status says what it does; `stop` stops what serves.",
        )

    async def stop(self, deployment_id: str) -> None:
        """Stop what serves, and cancel what is on its way. Whatever cuts this short finds it stored as stopped."""
        async with self._lanes.of(deployment_id).exclusive(Weight.STOP):
            deployment = self.alive(deployment_id)
            self._record_stop(deployment)
            await self._recovery.end(deployment_id)
            await self._retirement.end(deployment_id)
            await self._switchboard.show(deployment_id)
            ours = labels.of_home(self._store.home_id, deployment=deployment_id)
            await asyncio.gather(*(self._launcher.retire(each.id) for each in await self._engine.containers(ours)))

    async def start(self, deployment_id: str) -> None:
        """Start what served last; a configuration that changed meanwhile makes a new version. What is on its way may do
        it as well. Raises ``Conflict``, ``StartError``, ``Unavailable``."""
        async with self._lanes.of(deployment_id).turn(Weight.START, last=True):
            deployment = self.alive(deployment_id)
            version = self._serving.current(deployment)
            if self._serving.serves(deployment):
                return
            if version is None or version.release is None:
                raise Conflict(
                    f"{deployment.name} has never served, so there is nothing to start",
                    code="no_previous_version",
                    hint="Redeploy it.",
                )
            if replace(deployment.config, branch=None) == replace(version.config, branch=None):
                await self._start_again(deployment, version)
                return
            task, changed = self._start_changed(deployment, version)
        await self._finish(task, changed)

    async def _start_again(self, deployment: Deployment, version: Version) -> None:
        if version.container_id:  # a crashed one
            await self._launcher.remove(version.container_id)
        await self._switchboard.page(deployment, Page.STARTING)
        try:
            await self._revival.bring_up(deployment, version, allowed=lambda: not self.alive(deployment.id).deleting)
        except BaseException:
            await self._switchboard.show(deployment.id)
            raise
        self._bus.publish(DeploymentChanged(deployment.id))

    def _start_changed(self, deployment: Deployment, version: Version) -> tuple[asyncio.Task[None], Version]:
        changed = self._store.add_version(
            deployment.id,
            Kind.CONFIG,
            deployment.config,
            now=self._clock.now(),
            commit=version.commit,
            plan=version.plan,
            dockerfile=version.dockerfile,
            release=version.release,
        )
        return self._lanes.queue(changed), changed

    def _record_stop(self, deployment: Deployment) -> None:
        version = self._serving.running(deployment)
        with self._store.transaction():
            self._save(replace(deployment, stopped=True))
            if version:
                self._store.save_version(replace(version, status=VersionStatus.STOPPED, container_id=None))

    async def _finish(self, task: asyncio.Task[None], version: Version) -> None:
        """Wait for a version's end. Raises ``Conflict`` when it is not live, ``Unavailable`` if the engine was away."""
        await asyncio.wait({task})
        ended = self._store.version(version.deployment_id, version.number)
        if ended is None:
            raise NotFound("The deployment was deleted meanwhile")
        if ended.stage is Stage.LIVE:
            return
        failure = ended.failure
        if failure is None:
            raise Conflict(f"Version {version.number} was {ended.status} before it served", code=ended.status.value)
        if failure.code == Unavailable.default_code:
            raise Unavailable(failure.message, hint=failure.hint)
        code = "image_gone" if failure.code == "image_gone" else "not_healthy"
        raise Conflict(failure.message, code=code, hint=failure.hint)

    def _target(self, deployment: Deployment, number: int | None) -> Version:
        if number is not None:
            version = self._store.version(deployment.id, number)
            if version is None:
                raise NotFound(f"{deployment.name} has no version {number}", hint="The history lists its versions.")
            if version.served:
                return version
            raise Conflict(
                f"Version {number} never served", code="no_previous_version", hint="Choose one that was running once."
            )
        before = deployment.serving_version or 0
        for version in self._store.versions(deployment.id):
            if version.number < before and version.served:
                return version
        raise Conflict(
            f"{deployment.name} has no earlier version that served",
            code="no_previous_version",
            hint="The history lists its versions.",
        )

    def _changed(self, deployment: Deployment, request: ChangeRequest) -> tuple[ServiceConfig, str | None]:
        """The configuration and the project after a change. Raises ``InvalidRequest``."""
        config = deployment.config
        env = config.env | {name: value for name, value in request.env.items() if value is not None}
        env = {name: value for name, value in env.items() if request.env.get(name, value) is not None}
        if _size(env) > names.ENV_TOTAL_MAX:
            raise InvalidRequest.of("env", "all values together are over 1 MiB", hint="Keep large data in files.")
        fields = {name: value for name, value in request.fields.items() if name != "project_id"}
        changed = replace(config, env=env, **fields)
        project_id = request.fields.get("project_id", deployment.project_id)
        self._creation.check_size(changed.instance_type)
        self._creation.check_project(project_id)
        return changed, project_id

    def _save(self, deployment: Deployment) -> None:
        self._store.save_deployment(replace(deployment, updated_at=self._clock.now()))
        self._bus.publish(DeploymentChanged(deployment.id))


def _size(env: dict[str, Secret]) -> int:
    return sum(len(value.reveal().encode()) for value in env.values())
