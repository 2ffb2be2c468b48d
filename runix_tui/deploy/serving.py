"""What serves now: whether a deployment does, its route, and how a stored version is brought back without a walk."""

from dataclasses import replace

from runix_tui.core.models import Deployment, Route, Version
from runix_tui.core.ports import Container, Engine, Gateway, Page
from runix_tui.core.stages import ENDED, VersionStatus
from runix_tui.deploy.launcher import Launcher, image_gone
from runix_tui.deploy.stages.checking import Checking
from runix_tui.errors import StartError
from runix_tui.store.store import Store


class Serving:
    """The serving version of a deployment and its container."""

    def __init__(self, store: Store, engine: Engine, gateway: Gateway, launcher: Launcher, checking: Checking) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._launcher = launcher
        self._checking = checking

    def current(self, deployment: Deployment) -> Version | None:
        """The version that serves or, while stopped or crashed, served last."""
        number = deployment.serving_version
        return self._store.version(deployment.id, number) if number else None

    def serves(self, deployment: Deployment) -> bool:
        """Whether a version serves."""
        version = self.current(deployment)
        return version is not None and version.status is VersionStatus.RUNNING

    def route(self, deployment: Deployment, version: Version, container: Container) -> Route | None:
        """Where requests of a running version lead; None when its port cannot be reached."""
        where = self._launcher.address_of(container, version.release.routed_port) if version.release else None
        return Route(deployment.id, deployment.subdomain, *where) if where else None

    async def wanted(self) -> tuple[list[Route], dict[str, Page]]:
        """What the gateway should lead where, and which page every host without a route should show."""
        routes, pages = [], {}
        for deployment in self._store.deployments():
            version = self.current(deployment)
            route = await self._route_of(deployment, version) if version else None
            if route:
                routes.append(route)
            else:
                pages[deployment.subdomain] = _page(deployment, working=self._working(deployment))
        return routes, pages

    def _working(self, deployment: Deployment) -> bool:
        newest = self._store.version(deployment.id, deployment.latest_version)
        return newest is not None and newest.stage not in ENDED

    async def restore(self, deployment: Deployment) -> None:
        """Lead requests to the version that the store says is serving."""
        version = self.current(deployment)
        route = await self._route_of(deployment, version) if version else None
        if route:
            await self._gateway.switch(route)

    async def _route_of(self, deployment: Deployment, version: Version) -> Route | None:
        """Where ``version`` is reached now; None when it does not serve."""
        if version.status is not VersionStatus.RUNNING or not version.container_id:
            return None
        container = await self._engine.inspect(version.container_id)
        return self.route(deployment, version, container) if container else None

    async def bring_up(self, deployment: Deployment, version: Version) -> Version:
        """Start ``version``'s release in a new container and route to it once it is healthy.

        The version is stored as running only then. Raises ``StartError``; nothing of the attempt stays.
        """
        if version.release is None or await self._engine.image(version.release.image_id) is None:
            raise image_gone(version.number)
        container = await self._launcher.launch(deployment, version)
        try:
            port = (await self._checking.of(deployment, version, container).wait(container)).port
            await self._gateway.switch(self._reached(deployment, container, port))
        except BaseException:
            await self._launcher.remove(container.id)
            raise
        version = replace(
            version,
            status=VersionStatus.RUNNING,
            container_id=container.id,
            failure=None,
            release=replace(version.release, listen_port=port if port != version.release.port else None),
        )
        self._store.save_version(version)
        return version

    def _reached(self, deployment: Deployment, container: Container, port: int) -> Route:
        where = self._launcher.address_of(container, port)
        if where is None:
            raise StartError(f"Port {port} is not published", code="not_healthy", hint="Redeploy the service.")
        return Route(deployment.id, deployment.subdomain, *where)


def _page(deployment: Deployment, *, working: bool) -> Page:
    if working:
        return Page.STARTING
    return Page.STOPPED if deployment.stopped else Page.FAILED
