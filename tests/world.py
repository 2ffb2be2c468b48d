"""A whole orchestrator over fakes, with a real service to probe: a tiny HTTP server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from runix_tui import catalog
from runix_tui.bootstrap.given import Outside
from runix_tui.bootstrap.wiring import orchestrating
from runix_tui.config import Config, Deploy
from runix_tui.core.models import ServiceConfig, ServiceType
from runix_tui.core.requests import CreateRequest, DeploymentView
from runix_tui.core.stages import ENDED, Status, VersionStatus
from runix_tui.deploy.clock import SystemClock
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.locations import locate
from runix_tui.store.store import Store
from tests.fakes import ADDRESSES, FakeEngine, FakeGateway, FakeSource, Faults, Killed

REPO = "https://git.example/shop.git"
FILES = {"main.py": "import http.server\nhttp.server.test()\n"}


class MortalStore(Store):
    """A store whose every write is an effect: the process may end at it, and writes nothing afterwards."""

    faults: Faults

    def transaction(self) -> Any:
        self.faults("transaction")
        return super().transaction()

    def save_version(self, version: Any) -> None:
        self.faults("save_version")
        super().save_version(version)

    def save_deployment(self, deployment: Any) -> None:
        self.faults("save_deployment")
        super().save_deployment(deployment)

    def remove_deployment(self, deployment_id: str) -> None:
        self.faults("remove_deployment")
        super().remove_deployment(deployment_id)

    def end_build(self, deployment_id: str, version: int, last_seq: int) -> None:
        self.faults("end_build")
        super().end_build(deployment_id, version, last_seq)


@dataclass
class World:
    """What outlives Runix: the home's folder, the engine, the gateway, the repositories. ``port`` answers HTTP."""

    home: Path
    port: int
    engine: FakeEngine = field(default_factory=FakeEngine)
    gateway: FakeGateway = field(default_factory=FakeGateway)
    source: FakeSource = field(default_factory=FakeSource)
    config: Config = field(default_factory=lambda: Config(deploy=Deploy(listen_timeout=0.3, drain_timeout=1)))

    dying_at: Faults | None = None  # of the next start

    @asynccontextmanager
    async def runix(self) -> AsyncIterator[Orchestrator]:
        """Runix on this world, until the block ends or a fault ends the process."""
        found = locate({"RUNIX_HOME": str(self.home)})
        locations = replace(found, runtime=self.home / "run")  # a fake engine has no sockets: it goes with the home
        locations.prepare()
        store = MortalStore.open(locations.database)
        store.faults = Faults()
        if self.dying_at:
            self.engine.faults = self.gateway.faults = self.source.faults = store.faults = self.dying_at
        self.gateway.restarted()
        outside = Outside(self.engine, self.gateway, self.source, SystemClock())
        profiles = catalog.load()
        begun = False
        try:
            async with orchestrating(locations, self.config, store, profiles, outside) as found:
                self.store = store
                begun = True
                yield found
        except BaseExceptionGroup as group:
            if not group.split(Killed)[0]:
                raise
            if not begun:
                raise Killed from None
        finally:
            store.close()

    def kill_at(self, number: int | None) -> Faults:
        """End the process at the ``number``-th effect from now; None: never."""
        faults = Faults(at=number)
        self.engine.faults = self.gateway.faults = self.source.faults = self.store.faults = faults
        return faults

    def faults(self) -> Faults:
        """Faults of the whole world outside, the store excepted."""
        faults = Faults()
        self.engine.faults = self.gateway.faults = self.source.faults = faults
        return faults

    def request(self, name: str = "shop", **changes: Any) -> CreateRequest:
        config = replace(ServiceConfig(REPO, port=self.port), **changes)
        return CreateRequest(name, ServiceType.WEB_SERVICE, None, config)

    async def deployed(self, runix: Orchestrator, name: str = "shop", **changes: Any) -> DeploymentView:
        """A service that runs."""
        created = await runix.create(self.request(name, **changes))
        return await ended(runix, created.deployment.id)


async def ended(runix: Orchestrator, deployment_id: str) -> DeploymentView:
    """The deployment when nothing is on its way any more."""
    async with asyncio.timeout(10):
        while True:
            found = runix.get(deployment_id)
            if found.status is not Status.BUILDING and all(v.stage in ENDED for v in runix.history(deployment_id)):
                return found
            await asyncio.sleep(0.005)


def disorder(world: World, runix: Orchestrator) -> str:
    """What is not as it should be when nothing is on its way, in words; empty: all is in order."""
    expected: set[str] = set()
    for view in runix.deployments():
        history = runix.history(view.deployment.id)
        running = [version for version in history if version.status is VersionStatus.RUNNING]
        if any(version.stage not in ENDED for version in history) or view.status is Status.BUILDING:
            return f"{view.deployment.name} is still on its way"
        if view.deployment.deleting:
            return f"{view.deployment.name} is half deleted"
        subdomain = view.deployment.subdomain
        if view.status is not Status.RUNNING:
            if running or subdomain in world.gateway.routes or subdomain not in world.gateway.pages:
                return f"{view.status}, but {running}, {world.gateway.routes}, {world.gateway.pages}"
            continue
        if len(running) != 1 or running[0].number != view.deployment.serving_version:
            return f"running are {[version.number for version in running]}"
        container = world.engine.made.get(running[0].container_id or "")
        if container is None or container.state != "running":
            return f"what serves does not run: {container}"
        if subdomain not in world.gateway.routes:
            return f"no route: {world.gateway.pages}"
        if world.gateway.routes[subdomain].address != container.address:
            return f"the route leads to {world.gateway.routes[subdomain]}, not to {container}"
        expected.add(container.id)
    if set(world.engine.made) != expected:
        return f"containers are {[each.name for each in world.engine.made.values()]}, expected {expected}"
    return ""


async def orderly(world: World, runix: Orchestrator, why: str = "", *, within: float = 10) -> None:
    """Wait until all is in order."""
    try:
        await until(lambda: not disorder(world, runix), within=within)
    except TimeoutError:
        raise AssertionError(f"{why}: {disorder(world, runix)}") from None


async def until(condition: Callable[[], bool], *, within: float = 10) -> None:
    """Wait for something that must come true."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def new_world(folder: Path) -> AsyncIterator[World]:
    """A world with one repository, whose services answer."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # who only looks whether somebody listens
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()

    first = await asyncio.start_server(answer, ADDRESSES[0], 0)
    port = first.sockets[0].getsockname()[1]
    others = await asyncio.start_server(answer, ADDRESSES[1:], port)
    async with first, others:
        made = World(folder / "home", port)
        made.source.push(REPO, FILES)
        yield made
