"""What the orchestrator needs of the outside world, as Protocols: engine, source, gateway, clock, installation.

A second engine is a new package beside ``engine/``; tests put fakes here and nowhere else.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.core.checkup import Check
from runix_tui.core.events import EngineEvent
from runix_tui.core.models import Commit, InstanceType, Route, Usage
from runix_tui.core.secret import Secret
from runix_tui.core.settings import Settings

LogSink = Callable[[str, str], None]
"""Takes ``(stream, text)``: a line, or in a flood many of them with newlines in between. Stream is ``stdout``,
``stderr`` or ``runix``. Never blocks, never raises."""


class Clock(Protocol):
    """Time, injected."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


# --- source ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository to reach. ``credential`` is the user info that came with the URL (``user:password``), kept apart."""

    url: str  # normalised, without user info
    branch: str | None = None
    root_dir: str = ""
    credential: Secret | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    """A fetched tree on disk. ``root`` is the app's folder (``root_dir`` applied) inside ``top``, the whole checkout.

    ``tracked`` are the paths of the files that git tracks, relative to ``root`` (None for a folder without git).
    """

    top: Path
    root: Path
    commit: Commit | None
    branch: str | None
    tracked: frozenset[str] | None


MAX_TEXT = 256 * 1024  # bytes of a file that planning reads


class SourceTree(Protocol):
    """A read-only, bounded view of a checkout: what planning sees. Paths are relative, with ``/``."""

    def exists(self, path: str) -> bool:
        """Whether there is a file of this path."""
        ...

    def size(self, path: str) -> int | None:
        """A file's bytes, or None when there is no such file."""
        ...

    def text(self, path: str) -> str | None:
        """A file's text (UTF-8, at most :data:`MAX_TEXT` bytes, a byte order mark dropped), or None when there is no
        such text."""
        ...

    def head(self, path: str) -> str:
        """The first 4 KiB of a file of any size (what is no UTF-8 as U+FFFD); empty when there is none."""
        ...

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Paths of files that match, sorted, bounded; ``**`` as in pathlib. Never leaves the tree."""
        ...

    def entries(self) -> tuple[str, ...]:
        """Names at the top, folders with a trailing ``/``, sorted."""
        ...

    def through_link(self, path: str) -> bool:
        """Whether the path itself, or a folder on the way to it, is a symbolic link (also one that leads nowhere). What
        the engine would resolve on the host must not go through one (CVE-2024-1753)."""
        ...


class Source(Protocol):
    """Git, and folders without git."""

    def parse(self, repo_url: str) -> tuple[str, Secret | None]:
        """A user's ``repo_url`` as ``(normalised url without user info, user info)``. Pure.

        Raises ``InvalidRequest`` on ``repo_url`` for what is not https, ssh, scp-style, ``file://`` or an absolute
        folder (``ext::``, options, …)."""
        ...

    async def check(self, remote: Remote, *, timeout: float) -> None:
        """List the remote's refs within ``timeout`` seconds.

        Raises ``InvalidRequest`` on ``repo_url`` or ``branch`` (not found, needs credentials, empty, no such branch);
        returns silently on a time-out or network fault, which the stage ``fetching`` reports."""
        ...

    async def fetch(self, remote: Remote, into: Path, log: LogSink) -> Checkout:
        """Bring the branch's tree into ``into`` (which must not exist). Raises ``SourceError``."""
        ...

    def tree(self, root: Path) -> SourceTree:
        """The read-only view of a checkout's folder."""
        ...

    def forget(self, url: str) -> None:
        """Drop the cached mirror of a repository that no deployment uses any more."""
        ...


# --- engine ----------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """An image to build from a folder.

    ``dockerfile`` is the text to build by, whatever the folder holds; ``ignore`` are lines in .dockerignore's syntax.
    ``args`` are build arguments; ``timeout`` is in seconds; ``no_cache`` builds every layer again.
    """

    context: Path
    dockerfile: str
    ignore: tuple[str, ...]
    tag: str
    labels: Mapping[str, str]
    args: Mapping[str, str] = field(default_factory=dict)
    cpus: float = 2
    memory: int = 4 * 1024**3
    timeout: float = 1800
    build_id: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image in local storage. ``port`` is the lowest TCP port it EXPOSEs; ``size`` in bytes."""

    id: str
    size: int
    tags: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of the host inside a container, by a bind (rootless: as the user's own). ``source`` exists already."""

    source: Path
    target: str
    read_only: bool = True


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """A container to create. Hardened always; ``own_dockerfile`` grants the six capabilities of decision 10.

    ``aliases`` are the names by which services of the same network reach it. ``port`` is published on a loopback port
    that the engine chooses only where the gateway cannot reach the bridge (rootless). ``log_path`` takes k8s-file
    lines.
    ``command`` replaces the image's command and entry point.

    The rest is for the gateway and is left at its defaults by services. ``host_network``: the host's own network
    namespace; ``network``, ``aliases`` and ``port`` are ignored, ``address`` and ``published`` of it stay empty.
    ``mounts`` are bind mounts. ``user`` is ``uid:gid`` inside the container (None: the image's own).
    ``capabilities`` are granted beyond none (names without ``CAP_``). ``read_only``: the root file system.
    ``restart``: the engine starts it again whenever it ends by itself (policy ``always``; not after ``stop``).
    A zero in ``size`` sets no limit of that kind.
    """

    name: str
    image: str
    network: str
    labels: Mapping[str, str]
    env: Mapping[str, str]
    size: InstanceType
    log_path: Path
    log_size: int
    command: Sequence[str] | None = None
    aliases: Sequence[str] = ()
    port: int | None = None
    own_dockerfile: bool = False
    host_network: bool = False
    mounts: Sequence[Mount] = ()
    user: str | None = None
    capabilities: Sequence[str] = ()
    read_only: bool = False
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """A container as the engine sees it now. ``address``/``host_port``: how the gateway and health probes reach it.

    ``state`` is ``created``, ``running``, ``exited``, …; times are aware. ``pid`` is 0 when it does not run.
    """

    id: str
    name: str
    state: str
    labels: Mapping[str, str]
    image_id: str = ""
    exit_code: int | None = None
    oom_killed: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    address: str = ""  # where to connect: the bridge address (rootful) or 127.0.0.1 (rootless)
    published: Mapping[int, int] = field(default_factory=dict)  # container port → loopback port (rootless)
    pid: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP socket that a container's processes listen on. ``loopback``: nothing outside the container reaches it."""

    port: int
    address: str
    loopback: bool


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """An argv to run in a terminal, and what to set in the environment beside the terminal's own."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


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


# --- gateway ---------------------------------------------------------------------------------------------------------


class Page(StrEnum):
    """What a host without a route answers."""

    STARTING = "starting"
    FAILED = "failed"
    STOPPED = "stopped"


class Gateway(Protocol):
    """The reverse proxy in front of every web service."""

    @property
    def port(self) -> int | None:
        """The port on 127.0.0.1, known once the gateway was set up; kept for the home."""
        ...

    async def ensure(self, routes: Sequence[Route], pages: Mapping[str, Page]) -> None:
        """Have it run with exactly these routes, and ``pages`` (subdomain → Page) for hosts that have none. Adopts a
        gateway that already runs without dropping a connection."""
        ...

    async def switch(self, route: Route) -> None:
        """Lead a host to a new address: from here on every new request goes there; nothing is lost."""
        ...

    async def leads(self, route: Route) -> bool:
        """Whether requests to its host reach its address now, by what the gateway itself says: also before it was set
        up by this process. False while it is away."""
        ...

    async def drain(self, route: Route, *, timeout: float) -> None:
        """Wait until the addresses that the host of ``route`` left have no connection, at most ``timeout`` seconds."""
        ...

    async def page(self, subdomain: str, page: Page | None) -> None:
        """Take the route of a host away and show a page; None: the host is unknown again."""
        ...

    async def healthy(self) -> bool:
        """Whether it answers."""
        ...

    async def remove(self) -> None:
        """Remove the gateway's container (``uninstall``)."""
        ...


# --- the installation ------------------------------------------------------------------------------------------------


class Installation(Protocol):
    """What is around the deployments: the machine's health and the user's settings."""

    async def checkup(self) -> list[Check]:
        """What works on this machine and what does not; works without an engine, and takes 10 s at most."""
        ...

    async def settings(self) -> Settings:
        """config.toml. Raises ``Conflict`` (``config``) while it cannot be read or is wrong."""
        ...

    async def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        """Set keys (``build.cpus``), or (None) take them out; everything else in the file stays as it is. Raises
        ``InvalidRequest`` naming each key that is wrong or changed by hand alone, ``Conflict``."""
        ...
