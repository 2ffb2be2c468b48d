"""The switch: from here on requests reach the new version. What is stored here is what start-up believes."""

from dataclasses import replace

from runix_tui.core.models import Deployment, Kind, Route, ServiceConfig, Version
from runix_tui.core.ports import Clock, Container, Gateway
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.walk import Walk
from runix_tui.store.store import Store


class Routing:
    """Leads requests to a healthy container, and makes its version the serving one in one transaction."""

    def __init__(self, store: Store, gateway: Gateway, launcher: Launcher, clock: Clock) -> None:
        self._store = store
        self._gateway = gateway
        self._launcher = launcher
        self._clock = clock

    def route(self, deployment: Deployment, container: Container, port: int) -> Route:
        """Where requests of ``deployment`` lead when ``container`` serves them on ``port``."""
        where = self._launcher.address_of(container, port)
        assert where is not None  # noqa: S101 - the health check has just reached it there
        return Route(deployment.id, deployment.subdomain, *where)

    async def switch(self, walk: Walk, container: Container) -> Version | None:
        """Route, then store; gives the version that served until now, as it was (to be drained)."""
        deployment, release = walk.deployment, walk.version.release
        assert release is not None  # noqa: S101 - it was started and checked
        await self._gateway.switch(self.route(deployment, container, release.routed_port))
        deployment = walk.deployment  # it may have changed meanwhile
        previous = self._previous(deployment)
        with self._store.transaction():
            if previous and previous.number != walk.version.number:
                self._store.save_version(replace(previous, status=_replaced(previous.status), container_id=None))
            walk.version = replace(
                walk.version,
                stage=Stage.LIVE,
                status=VersionStatus.RUNNING,
                served=True,
                finished_at=self._clock.now(),
                stages=walk.done(),
            )
            self._store.save_version(walk.version)
            self._store.save_deployment(
                replace(
                    deployment,
                    serving_version=walk.version.number,
                    stopped=False,
                    config=_current(deployment, walk.version),
                    updated_at=self._clock.now(),
                )
            )
        return previous

    def _previous(self, deployment: Deployment) -> Version | None:
        number = deployment.serving_version
        return self._store.version(deployment.id, number) if number else None


def _replaced(status: VersionStatus) -> VersionStatus:
    """A version that gave up its place; one that had crashed stays what it was."""
    return VersionStatus.REPLACED if status in (VersionStatus.RUNNING, VersionStatus.STOPPED) else status


def _current(deployment: Deployment, version: Version) -> ServiceConfig:
    """A rollback makes its configuration the current one; the branch stays."""
    if version.kind is Kind.ROLLBACK:
        return replace(version.config, branch=deployment.config.branch)
    return deployment.config
