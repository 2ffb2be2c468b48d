"""Podman as ``core.ports.Engine``: opens the room, and hands every call to the module that knows how.

No knowledge of its own: a call here is one line. The engine is opened at the first call that needs it, so that a server
starts, and answers reads, on a host where it is away.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runix_tui.config import Config, engine_url
from runix_tui.core.activity import UNTOLD, Activity
from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.core.events import EngineEvent
from runix_tui.core.models import Usage
from runix_tui.core.ports import (
    BuildRequest,
    Container,
    ContainerSpec,
    EngineInfo,
    Image,
    Listener,
    LogSink,
    ShellCommand,
)
from runix_tui.engine.bases import Bases
from runix_tui.engine.build import Builder
from runix_tui.engine.connection import Connection, Json
from runix_tui.engine.containers import Containers
from runix_tui.engine.events import container_events
from runix_tui.engine.facts import engine_info, has_init, limits_of
from runix_tui.engine.host import parse_version
from runix_tui.engine.images import Images
from runix_tui.engine.isolation import in_pool
from runix_tui.engine.listeners import listeners_of
from runix_tui.engine.networks import Networks
from runix_tui.engine.provision import Provision, provision
from runix_tui.engine.service import Service
from runix_tui.engine.usage import Usages
from runix_tui.locations import Locations

SHELL = "/bin/sh"


@dataclass(frozen=True, slots=True)
class _Open:
    """What there is once the engine answered."""

    connection: Connection
    info: EngineInfo
    bases: Bases
    builder: Builder
    containers: Containers
    images: Images
    networks: Networks
    usages: Usages


class PodmanEngine:
    """The engine of one home. ``environ`` is the user's environment; with ``RUNIX_ENGINE_URL`` in it that engine is
    used, and nothing is started or ended. What it is asked for is told to ``activity``."""

    def __init__(
        self,
        locations: Locations,
        config: Config,
        home_id: str,
        environ: Mapping[str, str],
        *,
        activity: Activity = UNTOLD,
    ) -> None:
        self._activity = activity
        self._config = config
        self._home = home_id
        self._locations = locations
        self._environ = environ
        self._url = engine_url(environ)
        self._service = None if self._url else Service(locations, environ)
        self._opened: _Open | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Have an engine that answers. Raises ``Unavailable`` saying what is missing; any later call tries again."""
        await self._room()

    async def close(self) -> None:
        """Let go of connections, and end our own service; containers go on."""
        if self._opened is not None:
            await self._opened.connection.close()
            self._opened = None
        if self._service is not None:
            await asyncio.to_thread(self._service.stop)

    async def info(self) -> EngineInfo:
        """What the engine said of itself and this host when it was opened; asks only whether it still answers."""
        room = await self._room()
        await room.connection.expect("GET", "/_ping", "ask whether it answers")
        return room.info

    async def ensure_base(self, base: BaseImage, *, variant: str, log: LogSink) -> str:
        """The local reference of a base image, made ready if need be. Raises ``BuildError``."""
        return await (await self._room()).bases.ensure(base, variant=variant, log=log)

    async def bases(self) -> list[StoredBase]:
        """The base images in local storage."""
        return await (await self._room()).bases.stored()

    async def pull_base(self, base: BaseImage, log: LogSink) -> str:
        """Take a base image from the registry, anew; gives its reference. Raises ``BuildError``."""
        return await (await self._room()).bases.pull(base, log)

    async def build_base(self, base: BaseImage, log: LogSink) -> str:
        """Build a base image here, whatever there is; gives its reference. Raises ``BuildError``."""
        return await (await self._room()).bases.build(base, log)

    async def resolve(self, reference: str, log: LogSink) -> str | None:
        """The local reference of an image named in a Dockerfile, pulled if need be; None when it is not to be had."""
        return await (await self._room()).bases.resolve(reference, log)

    async def build(self, request: BuildRequest, log: LogSink) -> Image:
        """Build an image. Cancelling the task ends the running step at once. Raises ``BuildError``."""
        return await (await self._room()).builder.build(request, log)

    async def sweep(self) -> None:
        """Remove what builds of this home left behind when their server was killed. Only while none runs."""
        await (await self._room()).builder.sweep()

    async def remove_images(self, labels: Mapping[str, str]) -> None:
        """Remove every image with all of these labels and no container, build cache too."""
        await (await self._room()).images.remove_labelled(labels)

    async def prune_layers(self, labels: Mapping[str, str]) -> None:
        """Remove the cached layers with these labels that the newest build did not use."""
        await (await self._room()).builder.prune_layers(labels)

    async def ensure_network(self, name: str, labels: Mapping[str, str]) -> None:
        """An isolated bridge with names."""
        await (await self._room()).networks.ensure(name, labels)

    async def networks(self, labels: Mapping[str, str]) -> list[str]:
        """Names of the networks that carry all of these labels."""
        return await (await self._room()).networks.named(labels)

    async def remove_network(self, name: str) -> None:
        """Remove a network if it is there."""
        await (await self._room()).networks.remove(name)

    async def leave_host(self) -> None:
        """Take back what was set on the host for every home, unless some home has networks still (``uninstall``)."""
        networks = (await self._room()).networks
        if self._service is None or any(map(in_pool, await networks.subnets())):
            return
        await asyncio.to_thread(self._service.let_networks_go)
        if any(map(in_pool, await networks.subnets())):  # another home has just made one
            await asyncio.to_thread(self._service.keep_networks_apart)

    async def image(self, reference: str) -> Image | None:
        """An image in local storage, or None."""
        return await (await self._room()).images.image(reference)

    async def images(self, labels: Mapping[str, str]) -> list[Image]:
        """The images that carry all of these labels."""
        return await (await self._room()).images.labelled(labels)

    async def remove_image(self, reference: str) -> None:
        """Remove an image if it is there; in use: left alone."""
        await (await self._room()).images.remove(reference)

    async def create(self, spec: ContainerSpec) -> Container:
        """Create a container, not started. Raises ``StartError``."""
        return await (await self._room()).containers.create(spec)

    async def start(self, container: str) -> Container:
        """Start it; gives what ``inspect`` gives. Raises ``StartError``."""
        return await (await self._room()).containers.start(container)

    async def inspect(self, container: str) -> Container | None:
        """A container by id or name, or None."""
        return await (await self._room()).containers.inspect(container)

    async def containers(self, labels: Mapping[str, str]) -> list[Container]:
        """All containers, also those that ended, that carry all of these labels."""
        return await (await self._room()).containers.labelled(labels)

    async def stop(self, container: str, *, timeout: float) -> None:  # noqa: ASYNC109 - seconds of grace, not a deadline
        """SIGTERM, then SIGKILL after ``timeout`` seconds; not there or not running: nothing to do."""
        await (await self._room()).containers.stop(container, grace=timeout)

    async def remove(self, container: str) -> None:
        """Kill and remove, at once; not there: nothing to do."""
        await (await self._room()).containers.remove(container)

    async def usage(self, containers: Sequence[str]) -> dict[str, Usage]:
        """Resources by container id; containers that do not run are left out. Waits for at most about 1 s."""
        return await (await self._room()).usages.of(containers)

    async def listeners(self, container: str) -> list[Listener]:
        """What the container's processes listen on, seen from the host without running anything inside."""
        found = await self.inspect(container)
        if found is None:
            return []
        return await asyncio.to_thread(listeners_of, found.pid, shared_network=not found.address)

    async def shell(self, container: str) -> ShellCommand:
        """What to run in a terminal of this machine for a shell inside a running container."""
        inside = ("exec", "--interactive", "--tty", container, SHELL)
        if self._service is None:
            return ShellCommand(("podman", "--url", self.url, *inside), {})
        podman, environ = await asyncio.to_thread(self._service.client)
        return ShellCommand((podman, *inside), environ)

    async def events(self) -> AsyncIterator[EngineEvent]:
        """Hints about containers of this home, as they happen; ends when the engine goes away."""
        async for event in container_events((await self._room()).connection, self._home):
            yield event

    @property
    def url(self) -> str:
        """The engine's socket."""
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return Path((self._url or "").removeprefix("unix://")) if self._url else self._locations.engine_socket

    async def _room(self) -> _Open:
        """The open room; opened here when it is not yet."""
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
            return self._opened

    async def _open(self) -> _Open:
        if self._service is not None:
            await asyncio.to_thread(self._service.begin)
        given, _, _ = await asyncio.gather(  # the service starts while libraries load
            asyncio.to_thread(provision, self._environ, self._config.build.ca_bundle),
            asyncio.to_thread(_load),
            self._heal(),
        )
        connection = Connection(self._socket, heal=self._heal if self._service else None, activity=self._activity)
        try:
            info: Json = await connection.expect("GET", "/info", "ask what it is")
        except BaseException:
            await connection.close()
            raise
        return self._with(connection, info, given)

    def _with(self, connection: Connection, info: Json, given: Provision) -> _Open:
        rootless, limits = bool(info["host"]["security"]["rootless"]), limits_of(info)
        apart = self._service.keep_networks_apart if self._service else _nothing
        version = parse_version(str(info["version"]["Version"]))
        networks = Networks(connection, self._home, version=version, keep_apart=apart)
        builder = Builder(connection, networks, home_id=self._home, rootless=rootless, limits=limits, provision=given)
        bases = Bases(connection, builder, self._config, locks=self._locations.base_locks, environ=self._environ)
        return _Open(
            connection,
            engine_info(info, self.url, named=self._service is None),
            bases,
            builder,
            Containers(connection, rootless=rootless, limits=limits, init=self._service is not None and has_init()),
            Images(connection),
            networks,
            Usages(connection),
        )

    async def _heal(self) -> None:
        if self._service is not None:
            await asyncio.to_thread(self._service.ensure)


def _nothing() -> None:
    """A named engine chooses subnets of its own: no rule of ours is about them."""


def _load() -> None:
    """Import what is slow to import, in a thread and before it is needed on the loop."""
    import aiohttp  # noqa: F401
    import podman  # noqa: F401
