"""What becomes of a version that was replaced: drained, stopped, removed; and of images that nobody can go back to."""

import asyncio
import logging

from runix_tui.config import Config
from runix_tui.core import labels, names
from runix_tui.core.models import Deployment, Route, Version
from runix_tui.core.ports import Engine, Gateway, Image
from runix_tui.core.stages import ENDED
from runix_tui.deploy.lane import Spawn
from runix_tui.deploy.launcher import Launcher
from runix_tui.errors import RunixError
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)


class Retirement:
    """Goes on behind the deploy that caused it. What the engine's absence leaves undone, the supervisor does later;
    when Runix ends meanwhile, the old version keeps its connections until the next start."""

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

    def at_work(self, deployment_id: str) -> bool:
        """Whether an old version of it still drains."""
        return deployment_id in self._tasks

    def retire(self, deployment: Deployment, previous: Version | None = None) -> None:
        """Drain and remove ``previous``'s container, then prune images, in a task of its own."""
        task = self._spawn(self._retire(deployment, previous), f"retire {deployment.name}")
        self._tasks.setdefault(deployment.id, set()).add(task)
        task.add_done_callback(lambda done: self._ended(deployment.id, done))

    async def end(self, deployment_id: str) -> None:
        """Wait for nothing that still drains (the deployment is stopped or deleted): whoever calls removes it."""
        tasks = set(self._tasks.get(deployment_id, ()))
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, deployment_id: str, task: asyncio.Task[None]) -> None:
        tasks = self._tasks[deployment_id]
        tasks.discard(task)
        if not tasks:
            del self._tasks[deployment_id]

    async def _retire(self, deployment: Deployment, previous: Version | None) -> None:
        try:
            if previous and previous.container_id:
                await self._drain(deployment, previous, previous.container_id)
                await self._launcher.retire(previous.container_id)
            await self._prune(deployment)
        except RunixError as error:
            logger.warning("could not retire a version of %s: %s", deployment.name, error.message)

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
        ours = labels.of_home(self._store.home_id, deployment=deployment.id)
        for image in await self._engine.images(ours):
            if not self._needed(image, deployment.id):  # asked right before: a rollback may want it by now
                for tag in image.tags:
                    await self._engine.remove_image(tag)
        if not self._walking(deployment.id):
            await self._engine.prune_layers(ours)

    def _needed(self, image: Image, deployment_id: str) -> bool:
        deployment, versions = self._store.deployment(deployment_id), self._store.versions(deployment_id)
        if deployment is None:
            return True  # its delete removes them all
        keep = self._config.deploy.keep_releases
        home, walking = self._store.home_id, self._walking(deployment_id)
        tags = {names.image(home, deployment.subdomain, version.number) for version in walking}
        kept = kept_images(versions, serving=deployment.serving_version, keep=keep)
        return image.id in kept or bool(tags.intersection(image.tags))

    def _walking(self, deployment_id: str) -> list[Version]:
        return [version for version in self._store.versions(deployment_id) if version.stage not in ENDED]


def kept_images(versions: list[Version], *, serving: int | None, keep: int) -> set[str]:
    """Ids of the images to keep of a history (newest first): the last ``keep`` distinct ones that ran, what serves, and
    the newest, whose layers the next build starts from."""
    ran = [version.release.image_id for version in versions if version.release and version.served]
    kept = set(list(dict.fromkeys(ran))[:keep])
    return kept | {
        version.release.image_id
        for index, version in enumerate(versions)
        if version.release and (index == 0 or version.number == serving or version.stage not in ENDED)
    }
