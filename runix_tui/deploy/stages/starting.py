"""From a release to a running container."""

from runix_tui.core.ports import Container, Engine
from runix_tui.deploy.launcher import Launcher, image_gone
from runix_tui.deploy.retry import retrying
from runix_tui.deploy.stages.checking import release_of
from runix_tui.deploy.walk import Walk


class Starting:
    """Starts the walk's release; the container is stored with the version, so that start-up knows whose it is."""

    def __init__(self, engine: Engine, launcher: Launcher) -> None:
        self._engine = engine
        self._launcher = launcher

    async def start(self, walk: Walk) -> Container:
        """A running container. Raises ``StartError``, ``Unavailable``."""
        container = await retrying(lambda: self._start(walk), walk)
        walk.update(container_id=container.id)
        walk.say(f"Started container {container.name}, PORT={release_of(walk.version).port}")
        return container

    async def _start(self, walk: Walk) -> Container:
        if await self._engine.image(release_of(walk.version).image_id) is None:
            raise image_gone(walk.version.rollback_of or walk.version.number)
        return await self._launcher.launch(walk.deployment, walk.version)

    async def discard(self, walk: Walk) -> None:
        """Remove the walk's container, if it has one."""
        if walk.version.container_id:
            await self._launcher.discard(walk.version.container_id)
            walk.update(container_id=None)
