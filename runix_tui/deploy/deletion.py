"""Deleting a deployment: everything of its own goes, nothing of anybody else's. Safe to do twice."""

from dataclasses import replace

from runix_tui.core import labels, names
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment
from runix_tui.core.ports import Engine, Gateway, Source
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.collector import Collector
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.retirement import Retirement
from runix_tui.store.store import Store


class Deletion:
    """Store first (``deleting``), then the effects, then the record goes: start-up finishes one that was cut off."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        gateway: Gateway,
        source: Source,
        logs: Logs,
        collector: Collector,
        retirement: Retirement,
        bus: Bus[DeploymentChanged],
        lanes: Lanes,
    ) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._source = source
        self._logs = logs
        self._collector = collector
        self._retirement = retirement
        self._bus = bus
        self._lanes = lanes

    async def delete(self, deployment: Deployment) -> None:
        """Cancel what runs, then remove everything. Raises ``Unavailable``: then start-up finishes it."""
        self._store.save_deployment(replace(deployment, deleting=True))
        self._bus.publish(DeploymentChanged(deployment.id))
        async with self._lanes.of(deployment.id).exclusive():
            await self._retirement.finish(deployment.id)
            await self.finish(deployment)

    async def finish(self, deployment: Deployment) -> None:
        """Remove what is left of a deployment that nothing works on any more."""
        if self._store.deployment(deployment.id) is None:
            return
        await self._gateway.page(deployment.subdomain, None)
        ours = labels.of_home(self._store.home_id, deployment=deployment.id)
        for container in await self._engine.containers(ours):
            await self._engine.remove(container.id)
        await self._engine.remove_images(ours)
        self._collector.forget(deployment.id)
        self._logs.remove(deployment.id)
        self._store.remove_deployment(deployment.id)
        self._lanes.forget(deployment.id)
        if all(other.config.repo_url != deployment.config.repo_url for other in self._store.deployments()):
            self._source.forget(deployment.config.repo_url)
        await self.unused_networks()
        self._bus.publish(DeploymentChanged(deployment.id, deleted=True))

    async def unused_networks(self) -> None:
        """Remove this home's project networks that no deployment needs."""
        home = self._store.home_id
        needed = {names.network(home, deployment.project_id) for deployment in self._store.deployments()}
        for network in await self._engine.networks(labels.of_home(home)):
            if names.is_project_network(home, network) and network not in needed:
                await self._engine.remove_network(network)
