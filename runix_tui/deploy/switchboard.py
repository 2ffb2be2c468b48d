"""The one who tells the gateway: what a host shows follows what the store says. One change at a time, so that what was
worked out a moment ago never overwrites a newer route."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from runix_tui.core.models import Deployment, Route, Version
from runix_tui.core.ports import Container, Engine, Gateway, Page
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.serving import Serving
from runix_tui.errors import RunixError, StartError
from runix_tui.store.store import Store

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Switchboard:
    """Routes and pages. A page that could not be shown is remembered, and shown by the next :meth:`look`."""

    def __init__(self, store: Store, engine: Engine, gateway: Gateway, launcher: Launcher, serving: Serving) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._launcher = launcher
        self._serving = serving
        self._lock = asyncio.Lock()
        self._amiss = False

    def route(self, deployment: Deployment, container: Container, port: int) -> Route:
        """Where requests lead when ``container`` serves them on ``port``. Raises ``StartError``."""
        where = self._launcher.address_of(container, port)
        if where is None:
            raise StartError(
                f"Port {port} of the container cannot be reached",
                code="not_reachable",
                hint="The container ended, or its port is not published. Redeploy.",
                transient=True,
            )
        return Route(deployment.id, deployment.subdomain, *where)

    async def lead(self, route: Route, record: Callable[[], T]) -> T:
        """Lead requests to ``route``, then ``record`` it in the store: one step for everybody else. Raises
        ``Unavailable`` (nothing changed), and what ``record`` raises (the caller then shows what the store says)."""
        async with self._lock:
            await self._gateway.switch(route)
            return record()

    async def lead_if(self, allowed: Callable[[], bool], route: Route, record: Callable[[], object]) -> bool:
        """:meth:`lead`, if ``allowed`` says so when its turn has come; whether it did."""
        async with self._lock:
            if not allowed():
                return False
            await self._gateway.switch(route)
            record()
            return True

    async def leads_to(self, deployment: Deployment, version: Version) -> bool:
        """Whether requests reach ``version`` now, whatever the store says. Raises ``Unavailable``: it is not known."""
        route = await self._route_to(deployment, version)
        return route is not None and await self._gateway.leads(route)

    async def show(self, deployment_id: str) -> None:
        """Have the deployment's host show what the store says: its service, or a page."""
        async with self._lock:
            deployment = self._store.deployment(deployment_id)
            if deployment is None:
                return
            try:
                route = await self._route_of(deployment)
                if route:
                    await self._gateway.switch(route)
                else:
                    await self._gateway.page(deployment.subdomain, self._page(deployment))
            except RunixError as error:
                self._failed(deployment, error)

    async def forget(self, deployment: Deployment) -> None:
        """The host is unknown again."""
        async with self._lock:
            try:
                await self._gateway.page(deployment.subdomain, None)
            except RunixError as error:
                self._failed(deployment, error)

    async def page(self, deployment: Deployment, page: Page) -> None:
        """Show a page for a while, whatever the store says, until :meth:`show` or :meth:`lead`."""
        async with self._lock:
            try:
                await self._gateway.page(deployment.subdomain, page)
            except RunixError as error:
                self._failed(deployment, error)

    async def look(self) -> None:
        """Mend the gateway when it does not answer, or did not take a change. Raises ``RunixError``."""
        if self._amiss or not await self._gateway.healthy():
            await self.bring_in_line()

    async def bring_in_line(self) -> None:
        """Have the gateway run, with exactly what the store says. Raises ``RunixError``."""
        async with self._lock:
            self._amiss = True
            await self._gateway.ensure(*await self._wanted())
            self._amiss = False

    async def _wanted(self) -> tuple[list[Route], dict[str, Page]]:
        routes, pages = [], {}
        for deployment in self._store.deployments():
            if deployment.deleting:
                continue
            route = await self._route_of(deployment)
            if route:
                routes.append(route)
            else:
                pages[deployment.subdomain] = self._page(deployment)
        return routes, pages

    async def _route_of(self, deployment: Deployment) -> Route | None:
        """Where the serving version is reached now; None when nothing serves, or its container does not run."""
        version = self._serving.running(deployment)
        return await self._route_to(deployment, version) if version else None

    async def _route_to(self, deployment: Deployment, version: Version) -> Route | None:
        container = await self._container_of(version)
        if version.release is None or container is None:
            return None
        where = self._launcher.address_of(container, version.release.routed_port)
        return Route(deployment.id, deployment.subdomain, *where) if where else None

    async def _container_of(self, version: Version) -> Container | None:
        found = await self._engine.inspect(version.container_id) if version.container_id else None
        return found if found is not None and found.state == "running" else None

    def _page(self, deployment: Deployment) -> Page:
        if self._serving.working(deployment) or self._serving.serves(deployment):
            return Page.STARTING  # on its way, or being brought back
        return Page.STOPPED if deployment.stopped else Page.FAILED

    def _failed(self, deployment: Deployment, error: RunixError) -> None:
        self._amiss = True
        logger.warning("the gateway does not show %s as it should: %s", deployment.name, error.message)
