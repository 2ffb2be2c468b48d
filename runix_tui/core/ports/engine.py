"""A container engine. A second one is a new package beside ``engine/``."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.core.events import EngineEvent
from runix_tui.core.models import Usage
from runix_tui.core.ports.containers import Container, ContainerSpec, Listener, ShellCommand
from runix_tui.core.ports.images import BuildRequest, Image
from runix_tui.core.ports.log import LogSink


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the engine is. ``warnings`` are for people: what does not work on this host, and the remedy."""

    name: str
    version: str
    rootless: bool
    cgroup_version: int
    limits: bool  # CPU, memory and pids limits can be set
    url: str
    warnings: tuple[str, ...] = ()


class Engine(Protocol):
    """A container engine. Every call raises ``Unavailable`` when the engine is away."""

    async def info(self) -> EngineInfo:
        """What the engine is and what works on this host."""
        ...

    async def ensure_base(self, base: BaseImage, *, variant: str, log: LogSink) -> str:
        """The local reference of a base image, made ready if need be: local storage, the registry or mirror, then built
        from the distribution's packages, which is said in ``log``. ``variant`` ``run`` or ``build`` (compilers, CA).
        Raises ``BuildError``."""
        ...

    async def bases(self) -> list[StoredBase]:
        """The base images in local storage."""
        ...

    async def resolve(self, reference: str, log: LogSink) -> str | None:
        """The local reference of an image that a repository's own Dockerfile names in FROM, pulled if need be; None
        when it is neither local nor reachable. Never a substitute."""
        ...

    async def build(self, request: BuildRequest, log: LogSink) -> Image:
        """Build an image. Cancelling the task ends the running step at once. Raises ``BuildError``."""
        ...

    async def image(self, reference: str) -> Image | None:
        """An image in local storage, or None."""
        ...

    async def images(self, labels: Mapping[str, str]) -> list[Image]:
        """The images that carry all of these labels."""
        ...

    async def remove_image(self, reference: str) -> None:
        """Remove an image if it is there (its tags too); in use by a container: left alone."""
        ...

    async def remove_images(self, labels: Mapping[str, str]) -> None:
        """Remove every image that carries all of these labels, also those kept as build cache; in use by a container:
        left alone."""
        ...

    async def prune_layers(self, labels: Mapping[str, str]) -> None:
        """Remove the build cache of these labels (those of ``BuildRequest``) that its newest build did not use; nothing
        when none was built since start-up."""
        ...

    async def ensure_network(self, name: str, labels: Mapping[str, str]) -> None:
        """An isolated bridge with names."""
        ...

    async def networks(self, labels: Mapping[str, str]) -> list[str]:
        """Names of the networks that carry all of these labels."""
        ...

    async def remove_network(self, name: str) -> None:
        """Remove a network if it is there."""
        ...

    async def create(self, spec: ContainerSpec) -> Container:
        """Create a container, not started. Raises ``StartError``."""
        ...

    async def start(self, container: str) -> Container:
        """Start it; gives what ``inspect`` gives. Raises ``StartError``."""
        ...

    async def inspect(self, container: str) -> Container | None:
        """A container by id or name, or None."""
        ...

    async def containers(self, labels: Mapping[str, str]) -> list[Container]:
        """All containers, also those that ended, that carry all of these labels."""
        ...

    async def stop(self, container: str, *, timeout: float) -> None:
        """SIGTERM, then SIGKILL after ``timeout`` seconds; not there or not running: nothing to do."""
        ...

    async def remove(self, container: str) -> None:
        """Kill and remove, at once; not there: nothing to do."""
        ...

    async def usage(self, containers: Sequence[str]) -> dict[str, Usage]:
        """Resources by container id; containers that do not run are left out. Waits for at most about 1 s."""
        ...

    async def listeners(self, container: str) -> list[Listener]:
        """What the container's processes listen on, seen from the host without running anything inside."""
        ...

    async def shell(self, container: str) -> ShellCommand:
        """What to run in a terminal of this machine for a shell inside a running container."""
        ...

    def events(self) -> AsyncIterator[EngineEvent]:
        """Hints about containers of this home, as they happen; ends when the engine goes away."""
        ...

    async def close(self) -> None:
        """Let go of connections; containers go on."""
        ...
