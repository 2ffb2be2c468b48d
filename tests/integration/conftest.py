"""What tests on the real engine share: a home of their own, its engine, an image to run, and the cleaning up."""

import asyncio
import contextlib
import inspect
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from runix_tui.config import Config
from runix_tui.core import labels
from runix_tui.core.models import InstanceType
from runix_tui.core.ports import ContainerSpec
from runix_tui.engine import roots
from runix_tui.engine.engine import PodmanEngine
from runix_tui.errors import RunixError
from runix_tui.locations import Locations
from tests.integration.homes import a_home, engine_environ, home_with_caches

SUITE = "bookworm"
SMALL = InstanceType("small", 0.5, 128 * 1024**2, 64)

Eventually = Callable[..., Awaitable[object]]
SpecMaker = Callable[..., ContainerSpec]


@pytest.fixture(scope="session", autouse=True)
def ctrl_c() -> None:
    """It ends what tests start, as from a terminal. A shell that runs the tests in the background has it ignored, which
    every program inherits."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home_id() -> Iterator[str]:
    with home_with_caches() as made:
        yield made


@pytest.fixture
def locations() -> Iterator[Locations]:
    with a_home() as made:
        yield made


@pytest.fixture
async def engine(locations: Locations, home_id: str) -> AsyncIterator[PodmanEngine]:
    """The engine of that home; whatever a test left in it is removed, also when the test failed."""
    engine = PodmanEngine(locations, Config(), home_id, engine_environ())
    try:
        await engine.open()
        yield engine
    finally:
        try:
            await remove_everything(engine, home_id)
        finally:
            await engine.close()


async def remove_everything(engine: PodmanEngine, home_id: str) -> None:
    """Remove what carries the label of this home."""
    ours = labels.of_home(home_id)
    for container in await engine.containers(ours):
        await engine.remove(container.id)
    for network in await engine.networks(ours):
        with contextlib.suppress(RunixError):
            await engine.remove_network(network)
    for image in await engine.images(ours):
        for reference in image.tags or (image.id,):
            await engine.remove_image(reference)


@pytest.fixture
async def image(engine: PodmanEngine) -> str:
    """An image with a shell and perl, without a user of its own: what base images stand on, made once for them all."""
    await (await engine._room()).bases._root(SUITE, lambda *_: None)
    return roots.reference(SUITE)


@pytest.fixture
async def network(engine: PodmanEngine, home_id: str) -> str:
    """A project's network."""
    name = f"runix-{home_id[:8]}-default"
    await engine.ensure_network(name, labels.of_home(home_id, project="default"))
    return name


@pytest.fixture
def unused_port() -> int:
    """A TCP port on loopback that nothing uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def eventually() -> Eventually:
    """Asks until the answer is true, at most 20 s, and gives it. Containers tell nobody when they begin to listen."""

    async def ask(question: Callable[[], object], *, within: float = 20) -> object:
        async with asyncio.timeout(within):
            while True:
                answer = question()
                if inspect.isawaitable(answer):
                    answer = await answer
                if answer:
                    return answer
                await asyncio.sleep(0.02)

    return ask


@pytest.fixture
def make_spec(locations: Locations, home_id: str, image: str, network: str) -> SpecMaker:
    """Makes a small container's specification; keywords replace what it would be."""

    def make(*command: str, **changes: object) -> ContainerSpec:
        name = f"runix-{home_id[:8]}-{uuid.uuid4().hex[:6]}"
        values: dict[str, object] = {
            "name": name,
            "image": image,
            "network": network,
            "labels": labels.of_home(home_id, role=labels.SERVICE),
            "env": {},
            "size": SMALL,
            "log_path": locations.container_logs / f"{name}.log",
            "log_size": 10 * 1024**2,
            "command": command or ("sleep", "60"),
        }
        return ContainerSpec(**(values | changes))  # type: ignore[arg-type]  # a test's own keywords

    return make
