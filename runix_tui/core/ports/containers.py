"""Containers: what one is made of, how the engine sees it, and what leads into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from runix_tui.core.models import InstanceType


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
