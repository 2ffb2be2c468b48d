"""Deleting a deployment: everything of its own goes, nothing of anybody else's. Safe to do twice."""

import asyncio
import logging
from dataclasses import replace

from runix_tui.core import labels, names
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment
from runix_tui.core.ports import Engine, Source
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.collector import Collector
from runix_tui.deploy.lane import Weight
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.recovery import Recovery
from runix_tui.deploy.retirement import Retirement
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.errors import DeployError
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)


class Deletion:
    """Store first (``deleting``), then the effects, then the record goes: the supervisor finishes what was cut off."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        source: Source,
        switchboard: Switchboard,
        recovery: Recovery,
        retirement: Retirement,
        lanes: Lanes,
        logs: Logs,
        collector: Collector,
        bus: Bus[DeploymentChanged],
    ) -> None:
        self._store = store
        self._engine = engine
        self._source = source
        self._switchboard = switchboard
        self._recovery = recovery
        self._retirement = retirement
        self._lanes = lanes
        self._logs = logs
        self._collector = collector
        self._bus = bus

    async def delete(self, deployment: Deployment) -> None:
        """Cancel what runs, then remove everything. Raises ``Unavailable``: then it is finished later."""
        if not self._mark(deployment.id):
            return
        async with self._lanes.of(deployment.id).exclusive(Weight.DELETE):
            await self._recovery.end(deployment.id)
            await self._retirement.end(deployment.id)
            if self._store.deployment(deployment.id) is not None:  # else another delete was faster
                await self._remove(deployment)
        self._lanes.forget(deployment.id)

    def _mark(self, deployment_id: str) -> bool:
        deployment = self._store.deployment(deployment_id)
        if deployment is None:
            return False
        self._store.save_deployment(replace(deployment, deleting=True))
        self._bus.publish(DeploymentChanged(deployment_id))
        return True

    async def _remove(self, deployment: Deployment) -> None:
        """Everything that nothing works on any more; the record last, as without it nobody would know of the rest."""
        await self._switchboard.forget(deployment)
        ours = labels.of_home(self._store.home_id, deployment=deployment.id)
        for container in await self._engine.containers(ours):
            await self._engine.remove(container.id)
        await self._engine.remove_images(ours)
        self._collector.forget(deployment.id)
        self._logs.remove(deployment.id)
        await self._forget_source(deployment)
        await self.unused_networks(but=deployment.id)
        self._store.remove_deployment(deployment.id)
        self._bus.publish(DeploymentChanged(deployment.id, deleted=True))

    async def _forget_source(self, deployment: Deployment) -> None:
        url = deployment.config.repo_url
        others = (other for other in self._store.deployments() if other.id != deployment.id)
        if all(other.config.repo_url != url for other in others):
            await asyncio.to_thread(self._source.forget, url)

    async def unused_networks(self, *, but: str | None = None) -> None:
        """Remove this home's project networks that no deployment needs (``but`` is on its way out)."""
        home = self._store.home_id
        for network in await self._engine.networks(labels.of_home(home)):
            needed = {names.network(home, each.project_id) for each in self._store.deployments() if each.id != but}
            if names.is_project_network(home, network) and network not in needed:
                try:
                    await self._engine.remove_network(network)
                except DeployError as error:  # an old version still drains in it: the next delete or start removes it
                    logger.info("network %s stays for now: %s", network, error.message)
