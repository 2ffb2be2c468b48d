"""What nothing needs any more, and nobody has removed: after a crash, or because the engine was away at the time."""

import logging
from collections.abc import Callable, Sequence

from runix_tui.core import labels
from runix_tui.core.ports import Container, Engine
from runix_tui.deploy.deletion import Deletion
from runix_tui.deploy.lane import Spawn
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.serving import Serving
from runix_tui.errors import RunixError
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)


class Leftovers:
    """``in_hand`` says of a deployment whether something works on it at this moment: its containers are left alone."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        launcher: Launcher,
        serving: Serving,
        deletion: Deletion,
        spawn: Spawn,
        in_hand: Callable[[str], bool],
    ) -> None:
        self._store = store
        self._engine = engine
        self._launcher = launcher
        self._serving = serving
        self._deletion = deletion
        self._spawn = spawn
        self._in_hand = in_hand
        self._going: set[str] = set()

    def containers(self, found: Sequence[Container]) -> None:
        """Begin to remove those of ``found`` that no version owns. (One that served may have connections still: it gets
        its time to finish.)"""
        for container in found:
            if container.id not in self._going and not self._owned(container):
                logger.info("removing container %s, which no version owns", container.name)
                self._going.add(container.id)
                self._spawn(self._remove(container), f"remove {container.name}")

    async def deletes(self) -> None:
        """Finish deletes that were cut off. Raises ``Unavailable``."""
        for deployment in self._store.deployments():
            if deployment.deleting and not self._in_hand(deployment.id):
                await self._deletion.delete(deployment)

    async def images(self) -> None:
        """Remove images of deployments that are gone. Raises ``Unavailable``."""
        home = self._store.home_id
        owners = {image.labels.get(labels.DEPLOYMENT, "") for image in await self._engine.images(labels.of_home(home))}
        for owner in owners - {""}:
            if self._store.deployment(owner) is None:
                await self._engine.remove_images(labels.of_home(home, deployment=owner))

    async def _remove(self, container: Container) -> None:
        try:
            await self._launcher.retire(container.id)
        except RunixError as error:  # the engine is away: the next look tries again
            logger.warning("container %s stays for now: %s", container.name, error.message)
        finally:
            self._going.discard(container.id)

    def _owned(self, container: Container) -> bool:
        owner = container.labels.get(labels.DEPLOYMENT, "")
        deployment = self._store.deployment(owner)
        if deployment is None:
            return False
        if deployment.deleting or self._in_hand(owner):
            return True  # whoever works on it removes it
        version = self._serving.running(deployment)
        return version is not None and version.container_id == container.id
