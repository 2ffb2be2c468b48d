"""A look at what runs now: the one place where a read asks the engine. A sick engine keeps nobody waiting for long."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from runix_tui.core.models import Deployment, Usage
from runix_tui.core.ports import Engine, Gateway, ShellCommand
from runix_tui.core.requests import SystemHealth
from runix_tui.deploy.serving import Serving
from runix_tui.errors import Conflict, Unavailable
from runix_tui.store.store import Store

ANSWERS_WITHIN = 3.0  # seconds, for reads that would like to know


class Insight:
    """What the engine says of deployments, and of itself. ``starting`` tells whether start-up is on its way."""

    def __init__(
        self, store: Store, engine: Engine, gateway: Gateway, serving: Serving, *, starting: Callable[[], bool]
    ) -> None:
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._serving = serving
        self._starting = starting

    async def usage(self, deployment_ids: Sequence[str]) -> dict[str, Usage]:
        """Resources of what serves, by deployment, of those (none named: all) that run now."""
        named = (self._store.deployment(each) for each in dict.fromkeys(deployment_ids))
        deployments = [each for each in named if each] if deployment_ids else self._store.deployments()
        running = self._containers(deployments)
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                found = await self._engine.usage(list(running.values())) if running else {}
        except (Unavailable, TimeoutError):
            return {}
        return {each: found[container] for each, container in running.items() if container in found}

    async def shell(self, deployment: Deployment) -> ShellCommand:
        """What leads into the container that serves. Raises ``Conflict`` (``not_running``), ``Unavailable``."""
        container = self._containers([deployment]).get(deployment.id)
        found = await self._engine.inspect(container) if container else None
        if found is None or found.state != "running":
            raise Conflict(
                f"{deployment.name} does not run",
                code="not_running",
                hint="Start it, or deploy it: a shell needs a container that runs.",
            )
        return await self._engine.shell(found.id)

    async def health(self) -> SystemHealth:
        """The state of engine and gateway."""
        port = self._gateway.port
        url = f"http://127.0.0.1:{port}" if port else None
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                engine = await self._engine.info()
            return SystemHealth(engine, "", await self._gateway.healthy(), url, self._starting())
        except TimeoutError:
            return SystemHealth(None, "the engine does not answer", False, url, self._starting())
        except Unavailable as error:
            return SystemHealth(None, error.message, False, url, self._starting())

    def _containers(self, deployments: Iterable[Deployment]) -> dict[str, str]:
        """The containers of what serves, by deployment."""
        running = (self._serving.running(each) for each in deployments)
        return {each.deployment_id: each.container_id for each in running if each and each.container_id}
