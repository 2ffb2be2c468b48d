"""What becomes of a version that was replaced: drained, stopped, removed; and of images that nobody can go back to."""

import asyncio
import logging

from runix_tui.config import Config
from runix_tui.core import labels, names
from runix_tui.core.models import Deployment, Route, Version
from runix_tui.core.ports import Engine, Gateway
from runix_tui.core.stages import ENDED
from runix_tui.deploy.lane import Spawn
from runix_tui.deploy.launcher import Launcher
from runix_tui.errors import Unavailable
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)


class Retirement:
    """Goes on behind the deploy that caused it. What the engine's absence leaves undone, start-up does."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        gateway: Gateway,
        launcher: Launcher,
        config: Config,
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._launcher = launcher
        self._config = config
        self._spawn = spawn
        self._tasks: dict[str, set[asyncio.Task[None]]] = {}

    def retire(self, deployment: Deployment, previous: Version | None) -> None:
        """Drain and remove ``previous``'s container, then prune images, in a task of its own."""
        task = self._spawn(self._retire(deployment, previous), f"retire {deployment.name}")
        running = self._tasks.setdefault(deployment.id, set())
        running.add(task)
        task.add_done_callback(running.discard)

    async def finish(self, deployment_id: str) -> None:
        """End what still drains at once (the deployment is stopped or deleted)."""
        tasks = self._tasks.pop(deployment_id, set())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _retire(self, deployment: Deployment, previous: Version | None) -> None:
        container = previous.container_id if previous else None
        try:
            if previous and container:
                await self._drain(deployment, previous, container)
                await self._launcher.retire(container)
            await self._prune(deployment)
        except Unavailable as error:
            logger.warning("could not retire a version of %s: %s", deployment.name, error.message)
        except asyncio.CancelledError:
            if container:
                await self._launcher.remove(container)

    async def _drain(self, deployment: Deployment, previous: Version, container_id: str) -> None:
        container = await self._engine.inspect(container_id)
        port = previous.release.routed_port if previous.release else 0
        where = self._launcher.address_of(container, port) if container and container.state == "running" else None
        if where:
            old = Route(deployment.id, deployment.subdomain, *where)
            await self._gateway.drain(old, timeout=self._config.deploy.drain_timeout)

    async def _prune(self, deployment: Deployment) -> None:
        """Remove the images that nobody can go back to, and none of a version that is on its way.

        Then the cached layers that the newest build did not use, unless the next one is looking through them.
        """
        versions = self._store.versions(deployment.id)
        kept = kept_images(versions, serving=deployment.serving_version, keep=self._config.deploy.keep_releases)
        home = self._store.home_id
        walking = {names.image(home, deployment.subdomain, v.number) for v in versions if v.stage not in ENDED}
        ours = labels.of_home(home, deployment=deployment.id)
        for image in await self._engine.images(ours):
            if image.id not in kept and not walking.intersection(image.tags):
                for tag in image.tags:
                    await self._engine.remove_image(tag)
        if not walking:
            await self._engine.prune_layers(ours)


def kept_images(versions: list[Version], *, serving: int | None, keep: int) -> set[str]:
    """Ids of the images to keep of a history (newest first): the last ``keep`` distinct ones that ran, what serves, and
    the newest, whose layers the next build starts from."""
    ran = [version.release.image_id for version in versions if version.release and version.served]
    kept = set(list(dict.fromkeys(ran))[:keep])
    return kept | {
        version.release.image_id
        for index, version in enumerate(versions)
        if version.release and (index == 0 or version.number == serving)
    }
