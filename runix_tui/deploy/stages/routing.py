"""The switch: from here on requests reach the new version."""

from dataclasses import replace

from runix_tui.core.models import Deployment, Kind, ServiceConfig, Version
from runix_tui.core.ports import Clock, Container
from runix_tui.deploy.promotion import promote
from runix_tui.deploy.releases import rebased
from runix_tui.deploy.stages.checking import release_of
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.deploy.walk import Walk
from runix_tui.store.store import Store


class Routing:
    """Leads requests to a healthy container, and makes its version the serving one."""

    def __init__(self, store: Store, switchboard: Switchboard, clock: Clock) -> None:
        self._store = store
        self._switchboard = switchboard
        self._clock = clock

    async def switch(self, walk: Walk, container: Container) -> Version | None:
        """Route, then store; gives the version that served until now, as it was (to be drained)."""
        route = self._switchboard.route(walk.deployment, container, release_of(walk.version).routed_port)
        return await self._switchboard.lead(route, lambda: self._record(walk))

    def _record(self, walk: Walk) -> Version | None:
        deployment, version = walk.deployment, replace(walk.version, stages=walk.done())
        live, previous = promote(
            self._store, deployment, version, config=_current(deployment, walk), now=self._clock.now()
        )
        walk.version = live  # only now: until it is stored, the walk may still fail
        return previous


def _current(deployment: Deployment, walk: Walk) -> ServiceConfig:
    """A rollback makes its configuration the current one, with what was changed since it was asked for."""
    if walk.version.kind is Kind.ROLLBACK:
        return rebased(walk.version.config, base=walk.accepted, now=deployment.config)
    return deployment.config
