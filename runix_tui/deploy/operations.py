"""What can be done to a deployment that is there: redeploy, roll back, change, cancel, stop, start."""

import asyncio
from dataclasses import replace

from runix_tui.core import names
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment, Kind, ServiceConfig, Version
from runix_tui.core.ports import Clock, Engine, Gateway, Page
from runix_tui.core.requests import ChangeRequest
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.creation import Creation
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.launcher import Launcher, image_gone
from runix_tui.deploy.releases import reconfigure
from runix_tui.deploy.retirement import Retirement
from runix_tui.deploy.serving import Serving
from runix_tui.errors import Conflict, InvalidRequest, NotFound
from runix_tui.store.store import Store


class Operations:
    """Each takes the deployment as the store holds it, and stores what it is about to do before it does it."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        gateway: Gateway,
        launcher: Launcher,
        serving: Serving,
        retirement: Retirement,
        creation: Creation,
        lanes: Lanes,
        bus: Bus[DeploymentChanged],
        clock: Clock,
    ) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._launcher = launcher
        self._serving = serving
        self._retirement = retirement
        self._creation = creation
        self._lanes = lanes
        self._bus = bus
        self._clock = clock

    def redeploy(self, deployment: Deployment) -> None:
        """A fresh build of the branch's newest commit."""
        with self._store.transaction():
            self._save(replace(deployment, stopped=False))
            version = self._store.add_version(deployment.id, Kind.REDEPLOY, deployment.config, now=self._clock.now())
        self._lanes.queue(version)

    async def rollback(self, deployment: Deployment, number: int | None) -> None:
        """Start a stored release and make its configuration the current one. Raises ``Conflict`` (no_previous_version,
        image_gone, not_healthy), ``NotFound``."""
        target = self._target(deployment, number)
        if target.release is None or await self._engine.image(target.release.image_id) is None:
            gone = image_gone(target.number)
            raise Conflict(gone.message, code=gone.code, hint=gone.hint)
        await self._lanes.of(deployment.id).clear()
        deployment = self._fresh(deployment.id)
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

    def change(self, deployment: Deployment, request: ChangeRequest) -> None:
        """Store the new configuration; what runs is replaced by a ``config`` version where that makes a difference."""
        config = self._changed(deployment.config, request)
        project_id = request.fields.get("project_id", deployment.project_id)
        self._creation.check_size(config.instance_type)
        self._creation.check_project(project_id)
        moved = project_id != deployment.project_id
        matters = moved or replace(config, branch=deployment.config.branch) != deployment.config
        serves = self._serving.serves(deployment) or self._lanes.of(deployment.id).busy
        with self._store.transaction():
            self._save(replace(deployment, config=config, project_id=project_id))
            if not (matters and serves):
                return
            version = self._store.add_version(deployment.id, Kind.CONFIG, config, now=self._clock.now())
        self._lanes.queue(version)

    async def cancel(self, deployment: Deployment) -> None:
        """Really stop what is on its way. Raises ``Conflict`` (nothing_to_cancel)."""
        if not await self._lanes.of(deployment.id).clear():
            raise Conflict(
                f"{deployment.name} has no build to cancel",
                code="nothing_to_cancel",
                hint="Its status says what it does; `stop` stops what serves.",
            )

    async def stop(self, deployment: Deployment) -> None:
        """Stop what serves, and cancel what is on its way."""
        async with self._lanes.of(deployment.id).exclusive():
            deployment = self._fresh(deployment.id)
            version = self._serving.current(deployment)
            with self._store.transaction():
                self._save(replace(deployment, stopped=True))
                if version and version.status is VersionStatus.RUNNING:
                    self._store.save_version(replace(version, status=VersionStatus.STOPPED))
            self._bus.publish(DeploymentChanged(deployment.id))
            await self._gateway.page(deployment.subdomain, Page.STOPPED)
            await self._retirement.finish(deployment.id)
            if version and version.container_id:
                await self._launcher.retire(version.container_id)
                stored = self._store.version(deployment.id, version.number) or version
                self._store.save_version(replace(stored, container_id=None))

    async def start(self, deployment: Deployment) -> None:
        """Start what served last; a configuration that changed meanwhile makes a new version. Raises ``Conflict``,
        ``StartError``."""
        version = self._serving.current(deployment)
        if version is None or version.release is None:
            raise Conflict(
                f"{deployment.name} has never served, so there is nothing to start",
                code="no_previous_version",
                hint="Redeploy it.",
            )
        if self._serving.serves(deployment) or self._lanes.of(deployment.id).busy:
            return
        if replace(deployment.config, branch=None) != replace(version.config, branch=None):
            await self._start_changed(deployment, version)
            return
        async with self._lanes.of(deployment.id).turn():
            if version.container_id:  # a crashed one
                await self._launcher.remove(version.container_id)
            await self._serving.bring_up(deployment, version)
            self._save(replace(self._fresh(deployment.id), stopped=False))

    async def _start_changed(self, deployment: Deployment, version: Version) -> None:
        assert version.release is not None  # noqa: S101 - start has looked
        changed = self._store.add_version(
            deployment.id,
            Kind.CONFIG,
            deployment.config,
            now=self._clock.now(),
            commit=version.commit,
            plan=version.plan,
            dockerfile=version.dockerfile,
            release=reconfigure(version.release, deployment.config, version.plan),
        )
        await self._finish(self._lanes.queue(changed), changed)

    async def _finish(self, task: asyncio.Task[None], version: Version) -> None:
        """Wait for a version's end; the caller going away changes nothing. Raises ``Conflict`` when it is not live."""
        await asyncio.shield(asyncio.wait({task}))
        ended = self._store.version(version.deployment_id, version.number)
        if ended is None:
            raise NotFound("The deployment was deleted meanwhile")
        if ended.stage is Stage.LIVE:
            return
        failure = ended.failure
        if failure is None:
            raise Conflict(f"Version {version.number} was {ended.status} before it served", code=ended.status.value)
        code = failure.code if failure.code in ("image_gone", "engine_unavailable") else "not_healthy"
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

    def _changed(self, config: ServiceConfig, request: ChangeRequest) -> ServiceConfig:
        env = config.env | {name: value for name, value in request.env.items() if value is not None}
        env = {name: value for name, value in env.items() if request.env.get(name, value) is not None}
        if _size(env) > names.ENV_TOTAL_MAX:
            raise InvalidRequest.of("env", "all values together are over 1 MiB", hint="Keep large data in files.")
        fields = {name: value for name, value in request.fields.items() if name != "project_id"}
        return replace(config, env=env, **fields)

    def _save(self, deployment: Deployment) -> None:
        self._store.save_deployment(replace(deployment, updated_at=self._clock.now()))
        self._bus.publish(DeploymentChanged(deployment.id))

    def _fresh(self, deployment_id: str) -> Deployment:
        deployment = self._store.deployment(deployment_id)
        if deployment is None:
            raise NotFound("The deployment was deleted meanwhile")
        return deployment


def _size(env: dict[str, Secret]) -> int:
    return sum(len(value.reveal().encode()) for value in env.values())
