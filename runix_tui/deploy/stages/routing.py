"""The switch: from here on requests reach the new version. What is stored here is what start-up believes."""

from dataclasses import replace

from runix_tui.core.models import Deployment, Kind, ServiceConfig, Version
from runix_tui.core.ports import Clock, Container
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.deploy.releases import rebased
from runix_tui.deploy.stages.checking import release_of
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.deploy.walk import Walk
from runix_tui.store.store import Store


class Routing:
    """Leads requests to a healthy container, and makes its version the serving one in one transaction."""

    def __init__(self, store: Store, switchboard: Switchboard, clock: Clock) -> None:
        self._store = store
        self._switchboard = switchboard
        self._clock = clock

    async def switch(self, walk: Walk, container: Container) -> Version | None:
        """Route, then store; gives the version that served until now, as it was (to be drained)."""
        route = self._switchboard.route(walk.deployment, container, release_of(walk.version).routed_port)
        return await self._switchboard.lead(route, lambda: self._record(walk))

    def _record(self, walk: Walk) -> Version | None:
        deployment = walk.deployment
        previous = self._previous(deployment)
        live = replace(
            walk.version,
            stage=Stage.LIVE,
            status=VersionStatus.RUNNING,
            served=True,
            finished_at=self._clock.now(),
            stages=walk.done(),
        )
        with self._store.transaction():
            if previous and previous.number != live.number:
                self._store.save_version(replace(previous, status=_replaced(previous.status), container_id=None))
            self._store.save_version(live)
            self._store.save_deployment(
                replace(
                    deployment,
                    serving_version=live.number,
                    stopped=False,
                    config=_current(deployment, walk),
                    updated_at=self._clock.now(),
                )
            )
        walk.version = live  # only now: until it is stored, the walk may still fail
        return previous

    def _previous(self, deployment: Deployment) -> Version | None:
        number = deployment.serving_version
        return self._store.version(deployment.id, number) if number else None


def _replaced(status: VersionStatus) -> VersionStatus:
    """A version that gave up its place; one that had crashed stays what it was."""
    return VersionStatus.REPLACED if status in (VersionStatus.RUNNING, VersionStatus.STOPPED) else status


def _current(deployment: Deployment, walk: Walk) -> ServiceConfig:
    """A rollback makes its configuration the current one, with what was changed since it was asked for."""
    if walk.version.kind is Kind.ROLLBACK:
        return rebased(walk.version.config, base=walk.accepted, now=deployment.config)
    return deployment.config
