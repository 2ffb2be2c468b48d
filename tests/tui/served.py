"""The real API over a fake engine, in a thread of its own: what the front end is tried against."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from runix_tui import __version__
from runix_tui.api.app import create_app
from runix_tui.api.server import Server
from runix_tui.core.ports import ContainerSpec
from runix_tui.core.secret import Secret
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.tui.link import Door
from tests.serverthread import ServerThread
from tests.world import World, ended, new_world

TOKEN = Secret("test-token-0123456789")
Result = TypeVar("Result")


@dataclass
class Served:
    """A running server and the world behind it. ``do`` runs a coroutine in the server's loop."""

    url: str
    world: World
    runix: Orchestrator
    loop: asyncio.AbstractEventLoop
    thread: ServerThread

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run in the server's loop; gives what comes of it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(15)

    def deploy(self, name: str = "shop", **config: Any) -> str:
        """A service that runs; its id."""
        return self.do(self.world.deployed(self.runix, name, **config)).deployment.id

    def settle(self, deployment_id: str) -> None:
        """Wait until nothing of it is on its way."""
        self.do(ended(self.runix, deployment_id))

    def write(self, name: str, *lines: str) -> None:
        """Have the newest container of a service write lines, as the engine's log driver does."""
        spec = self._spec(name)
        with spec.log_path.open("a") as log:
            for line in lines:
                log.write(f"2026-02-25T10:00:00.000000000+00:00 stdout F {line}\n")

    def _spec(self, name: str) -> ContainerSpec:
        specs = [spec for spec in self.world.engine.specs.values() if name in spec.aliases]
        return specs[-1]


@dataclass
class ServedLink:
    """A link to a served world; ``gone`` plays that no server can be had."""

    url: str
    folder: Path
    home: str = "~/.local/state/runix"
    gone: Exception | None = None
    owned: bool = False
    left: list[bool] = field(default_factory=list)

    @property
    def state_file(self) -> Path:
        """Where the front end keeps its state."""
        return self.folder / "tui.json"

    def connect(self) -> Door:
        """The door of the served world."""
        if self.gone:
            raise self.gone
        return Door(self.url, TOKEN, self.owned)

    def glance(self) -> tuple[bytes, bytes] | None:
        """Nothing ran before this program began."""
        return None

    def leave(self, *, keep: bool) -> None:
        """Remember how it was left."""
        self.left.append(keep)


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A server over a new world."""
    made: list[tuple[World, Orchestrator, asyncio.AbstractEventLoop]] = []

    async def run(answering: Callable[[Server], None]) -> None:
        async with new_world(folder) as world, world.runix() as runix:
            made.append((world, runix, asyncio.get_running_loop()))
            server = Server(create_app(runix, token=TOKEN, version=__version__))
            await server.serve(ready=lambda: answering(server))

    thread = ServerThread(run)
    server = thread.start()
    world, runix, loop = made[0]
    try:
        yield Served(server.url, world, runix, loop, thread)
    finally:
        assert thread.stop(), "the server does not end"
