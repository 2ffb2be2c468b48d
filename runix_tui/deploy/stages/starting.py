"""From a release to a running container."""

from runix_tui.core.ports import Container, Engine
from runix_tui.deploy.launcher import Launcher, image_gone
from runix_tui.deploy.walk import Walk


class Starting:
    """Starts the walk's release; the container is stored with the version, so that start-up knows whose it is."""

    def __init__(self, engine: Engine, launcher: Launcher) -> None:
        self._engine = engine
        self._launcher = launcher

    async def start(self, walk: Walk) -> Container:
        """A running container. Raises ``StartError``."""
        release = walk.version.release
        assert release is not None  # noqa: S101 - building, or the release that is started again, set it
        if await self._engine.image(release.image_id) is None:
            raise image_gone(walk.version.rollback_of or walk.version.number)
        container = await self._launcher.launch(walk.deployment, walk.version)
        walk.update(container_id=container.id)
        walk.say(f"Started container {container.name}, PORT={release.port}")
        return container

    async def discard(self, walk: Walk) -> None:
        """Remove the walk's container, if it has one."""
        if walk.version.container_id:
            await self._launcher.remove(walk.version.container_id)
            walk.update(container_id=None)
