"""How a stored version is brought back without a walk: started in a new container, checked, and led to."""

from collections.abc import Callable
from dataclasses import replace

from runix_tui.core.models import Deployment, Version
from runix_tui.core.ports import Container, Engine
from runix_tui.core.stages import VersionStatus
from runix_tui.deploy.health import Elsewhere
from runix_tui.deploy.launcher import Launcher, image_gone
from runix_tui.deploy.stages.checking import Checking, found_on, release_of
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.errors import Conflict, StartError
from runix_tui.store.store import Store


class Revival:
    """Brings versions back."""

    def __init__(
        self, store: Store, engine: Engine, launcher: Launcher, checking: Checking, switchboard: Switchboard
    ) -> None:
        self._store = store
        self._engine = engine
        self._launcher = launcher
        self._checking = checking
        self._switchboard = switchboard

    async def bring_up(self, deployment: Deployment, version: Version, *, allowed: Callable[[], bool]) -> None:
        """Start ``version``'s release in a new container and lead requests to it once it is healthy, if ``allowed``
        still says so. Only then the version is stored as running, in the new container.

        Raises ``StartError``, ``Conflict`` (``overtaken``); nothing of the attempt stays.
        """
        if await self._engine.image(release_of(version).image_id) is None:
            raise image_gone(version.number)
        container = await self._launcher.launch(deployment, version)
        try:
            port = await self.healthy_port(deployment, version, container)
            await self._lead(deployment, version, container, port, allowed)
        except BaseException:
            await self._launcher.discard(container.id)
            raise

    async def healthy_port(self, deployment: Deployment, version: Version, container: Container) -> int:
        """The port on which a started container of ``version`` answers. Raises ``StartError``."""
        found = await self._checking.of(deployment, version, container).wait(container)
        if isinstance(found, Elsewhere):
            raise StartError(
                f"It listens on port {found.port} now, which is not published",
                code="not_listening",
                hint="Redeploy the service, so that its port is found anew.",
            )
        return found.port

    async def _lead(
        self, deployment: Deployment, version: Version, container: Container, port: int, allowed: Callable[[], bool]
    ) -> None:
        revived = replace(
            version,
            status=VersionStatus.RUNNING,
            container_id=container.id,
            failure=None,
            release=found_on(release_of(version), port),
        )
        route = self._switchboard.route(deployment, container, port)
        if not await self._switchboard.lead_if(allowed, route, lambda: self._record(revived)):
            raise Conflict(f"{deployment.name} was changed meanwhile", code="overtaken", hint="Look at its status.")

    def _record(self, version: Version) -> None:
        with self._store.transaction():
            self._store.save_version(version)
            deployment = self._store.deployment(version.deployment_id)
            if deployment is not None and deployment.stopped:
                self._store.save_deployment(replace(deployment, stopped=False))
