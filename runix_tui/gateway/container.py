"""The gateway's container: what it is made of, and whether one that runs is still the right one."""

import hashlib
import os
from pathlib import Path

from runix_tui.core import labels, names
from runix_tui.core.models import InstanceType
from runix_tui.core.ports import Container, ContainerSpec, Mount
from runix_tui.gateway import listening
from runix_tui.gateway.configuration import CONFIG_DIR, CONFIG_FILE, MASTER_SOCKET, SOCKET_DIR
from runix_tui.locations import Locations

MEBI = 1024**2
SIZE = InstanceType("gateway", cpus=0, memory=512 * MEBI, pids=64)  # no limit of CPU: it carries every service
LOG_SIZE = MEBI

_COMMAND = (
    "haproxy",
    "-W",
    "-db",
    "-S",
    f"{SOCKET_DIR}/{MASTER_SOCKET},mode,600",
    "-f",
    f"{CONFIG_DIR}/{CONFIG_FILE}",
)
_PORT = "dev.runix.port"
_MAKE = "dev.runix.make"


def log_file(locations: Locations) -> Path:
    """Where the engine writes what HAProxy says: errors, never requests."""
    return locations.engine / "gateway.log"


def identity(home: str) -> dict[str, str]:
    """The labels by which the gateway of a home is found."""
    return labels.of_home(home, role=labels.GATEWAY)


def spec(*, home: str, image: str, image_id: str, port: int, locations: Locations, rootless: bool) -> ContainerSpec:
    """The container to create.

    It has no capability (one, for a port below 1024), a read-only root, and the host's network, on which it listens on
    the loopback alone. Its user is the one who owns the home's files, since these are nobody else's to read: in a
    rootless engine that is the container's root.
    """
    user = "0:0" if rootless else f"{os.getuid()}:{os.getgid()}"
    capabilities = ("NET_BIND_SERVICE",) if listening.is_privileged(port) else ()
    mounts = (Mount(locations.gateway, CONFIG_DIR), Mount(locations.gateway_socket_dir, SOCKET_DIR, read_only=False))
    make = hashlib.sha256(repr((image_id, port, user, capabilities, mounts, _COMMAND, SIZE)).encode()).hexdigest()[:16]
    return ContainerSpec(
        name=f"runix-{names.short_home(home)}-gateway",
        image=image,
        network="host",
        labels=identity(home) | {_PORT: str(port), _MAKE: make},
        env={},
        size=SIZE,
        log_path=log_file(locations),
        log_size=LOG_SIZE,
        command=_COMMAND,
        host_network=True,
        mounts=mounts,
        user=user,
        capabilities=capabilities,
        read_only=True,
        restart=True,
    )


def fits(container: Container, wanted: ContainerSpec) -> bool:
    """Whether a container was made as ``wanted`` says (image, port, mounts, …)."""
    return container.labels.get(_MAKE) == wanted.labels[_MAKE]


def port_of(container: Container) -> int | None:
    """The port that a gateway's container listens on."""
    text = container.labels.get(_PORT, "")
    return int(text) if text.isdigit() else None
