"""A real gateway for each test, and services for it to lead to: small aiohttp servers on the loopback."""

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, TCPConnector, WSMsgType, web

from runix_tui import catalog
from runix_tui.config import Config
from runix_tui.core import labels
from runix_tui.core.models import Route
from runix_tui.deploy.clock import SystemClock
from runix_tui.engine.engine import PodmanEngine
from runix_tui.gateway import HaproxyGateway
from runix_tui.locations import Locations
from tests.integration.homes import a_home, engine_environ

GatewayMaker = Callable[..., HaproxyGateway]


@dataclass(frozen=True, slots=True)
class Room:
    """The engine that all of these tests share, and the image of HAProxy; every test has a home of its own in it."""

    engine: PodmanEngine
    image: str


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def room() -> AsyncIterator[Room]:
    with a_home() as locations:
        engine = PodmanEngine(locations, Config(), str(uuid.uuid4()), engine_environ())
        try:
            base = catalog.load(locations.profiles).gateway
            yield Room(engine, await engine.ensure_base(base, variant="run", log=lambda *_: None))
        finally:
            await engine.close()


@pytest_asyncio.fixture(loop_scope="session")
async def engine(room: Room, home_id: str) -> AsyncIterator[PodmanEngine]:
    """The shared engine; what the test's home left in it is removed."""
    yield room.engine
    for container in await room.engine.containers(labels.of_home(home_id)):
        await room.engine.remove(container.id)


@pytest.fixture
def make_gateway(room: Room, engine: PodmanEngine, locations: Locations, home_id: str) -> GatewayMaker:
    """Makes the gateway of the test's home, as a starting Runix does; keywords replace what it would be given."""

    async def base_image() -> str:
        return room.image

    def make(**changes: object) -> HaproxyGateway:
        values = {
            "locations": locations,
            "engine": engine,
            "base_image": base_image,
            "home": home_id,
            "clock": SystemClock(),
            "wanted_port": 0,
        }
        return HaproxyGateway(**(values | changes))

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(make_gateway: GatewayMaker) -> HaproxyGateway:
    """A gateway that runs and leads nowhere yet."""
    made = make_gateway()
    await made.ensure([], {})
    return made


@dataclass(slots=True)
class Service:
    """A version of a service. ``gone`` counts the streams whose client went away, ``seen`` the paths asked for."""

    version: str
    port: int = 0
    gone: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    runner: web.AppRunner | None = None

    def route(self, subdomain: str) -> Route:
        return Route(subdomain, subdomain, "127.0.0.1", self.port)

    async def start(self, port: int = 0) -> "Service":
        app = web.Application(client_max_size=2**30)
        app.router.add_get("/sse", self.sse)
        app.router.add_get("/ws", self.websocket)
        app.router.add_get("/slow", self.slow)
        app.router.add_route("*", "/{path:.*}", self.echo)
        self.runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        self.port = self.runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    async def echo(self, request: web.Request) -> web.Response:
        self.seen[request.path] += 1
        size = 0
        async for chunk in request.content.iter_any():
            size += len(chunk)
        return web.json_response(
            {"version": self.version, "path": request.path, "size": size, "headers": list(request.headers.items())}
        )

    async def slow(self, request: web.Request) -> web.Response:
        await asyncio.sleep(float(request.query["seconds"]))
        return web.Response(text=self.version)

    async def sse(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        try:
            for number in range(100_000):
                await stream.write(f"data: {self.version} {number}\n\n".encode())
                await asyncio.sleep(float(request.query.get("every", "0.05")))
        finally:
            self.gone += 1
        return stream

    async def websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await socket.send_str(f"{self.version} {message.data}")
        finally:
            self.gone += 1
        return socket


@pytest_asyncio.fixture(loop_scope="session")
async def serve() -> AsyncIterator[Callable[..., object]]:
    """Starts a service that answers with its version."""
    started: list[Service] = []

    async def start(version: str, port: int = 0) -> Service:
        service = Service(version)
        started.append(service)
        return await service.start(port)

    yield start
    for service in started:
        await service.stop()


class Client:
    """Asks a gateway for hosts: glibc does not resolve ``*.localhost``, so the host goes into the header."""

    def __init__(self, session: ClientSession, gateway: HaproxyGateway) -> None:
        self._session = session
        self._gateway = gateway

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._gateway.port}{path}"

    def host(self, subdomain: str) -> str:
        return f"{subdomain}.localhost:{self._gateway.port}"

    def ask(self, subdomain: str, path: str = "/", *, method: str = "GET", headers=None, **options):
        return self._session.request(
            method, self.url(path), headers={"Host": self.host(subdomain), **(headers or {})}, **options
        )

    async def version(self, subdomain: str, path: str = "/") -> str:
        async with self.ask(subdomain, path) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.json())["version"]

    async def status(self, subdomain: str) -> int:
        async with self.ask(subdomain) as answer:
            return answer.status

    def websocket(self, subdomain: str) -> "contextlib.AbstractAsyncContextManager[ClientWebSocketResponse]":
        return self._session.ws_connect(self.url("/ws"), headers={"Host": self.host(subdomain)})


@pytest_asyncio.fixture(loop_scope="session")
async def client(gateway: HaproxyGateway) -> AsyncIterator[Client]:
    async with ClientSession(timeout=ClientTimeout(total=30), connector=TCPConnector(limit=0)) as session:
        yield Client(session, gateway)


@dataclass(slots=True)
class Load:
    """Requests in a loop over kept-alive connections, and what came of them."""

    client: Client
    subdomain: str
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.answers.total() + len(self.failures)

    async def worker(self, stop: asyncio.Event, method: str) -> None:
        while not stop.is_set():
            try:
                body = b"x" * 2048 if method == "POST" else None
                async with self.client.ask(self.subdomain, "/load", method=method, data=body) as answer:
                    text = await answer.text()
                    if answer.status == 200:
                        self.answers[(await answer.json())["version"]] += 1
                    else:
                        self.failures.append(f"{answer.status} {text[:200]}")
            except Exception as error:  # noqa: BLE001 - every way to fail counts
                self.failures.append(repr(error))

    async def until(self, count: int) -> None:
        """Wait until so many more requests were answered."""
        goal = self.total + count
        async with asyncio.timeout(60):
            while self.total < goal:
                await asyncio.sleep(0.01)


@pytest.fixture
def load(client: Client):
    """``async with load("sub")`` keeps requests coming, half of them with a body."""

    @contextlib.asynccontextmanager
    async def run(subdomain: str, *, workers: int = 8) -> AsyncIterator[Load]:
        found, stop = Load(client, subdomain), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for number in range(workers):
                group.create_task(found.worker(stop, "POST" if number % 2 else "GET"))
            try:
                yield found
            finally:
                stop.set()

    return run
