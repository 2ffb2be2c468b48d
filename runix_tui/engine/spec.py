"""What the engine is asked for when a container is created: a ``ContainerSpec`` as its REST body, hardened. Pure.

The one place that decides on capabilities, limits and mounts (architecture, decision 10).
"""

from dataclasses import dataclass

from runix_tui.core.ports import ContainerSpec, Mount
from runix_tui.engine.connection import Json

OWN_DOCKERFILE_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETUID", "SETGID", "NET_BIND_SERVICE")
CPU_PERIOD = 100_000  # microseconds, the kernel's own default
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Limits:
    """Which limits this engine can set."""

    cpu: bool = True
    memory: bool = True
    pids: bool = True

    @property
    def all(self) -> bool:
        """Whether none is missing."""
        return self.cpu and self.memory and self.pids


def create_body(spec: ContainerSpec, limits: Limits, *, rootless: bool, init: bool = False) -> dict[str, Json]:
    """The body of ``POST /libpod/containers/create`` (Podman's SpecGenerator).

    ``init``: the engine has an init, which our own images run under: as process 1 a program would ignore SIGTERM unless
    it handles it, and leave zombies. A repository's own Dockerfile may bring an init that must itself be process 1.
    """
    body: dict[str, Json] = {
        "name": spec.name,
        "image": spec.image,
        "labels": dict(spec.labels),
        "env": dict(spec.env),
        "httpproxy": False,
        "cap_drop": ["all"],
        "cap_add": _capabilities(spec),
        "no_new_privileges": True,
        "init": init and not spec.own_dockerfile and not spec.host_network,
        "read_only_filesystem": spec.read_only,
        "mounts": [_tmpfs("/tmp"), *(_bind(mount) for mount in spec.mounts)],  # noqa: S108 - inside the container
        "log_configuration": {"driver": "k8s-file", "path": str(spec.log_path), "size": spec.log_size},
        "restart_policy": "always" if spec.restart else "no",
        "resource_limits": _resources(spec, limits),
        "healthconfig": {"Test": ["NONE"]},  # health is probed from outside; no timers in the host's systemd
        **_network(spec, rootless=rootless),
    }
    if spec.command is not None:
        body |= {"entrypoint": list(spec.command), "command": []}
    if spec.user is not None:
        body["user"] = spec.user
    return body


def _capabilities(spec: ContainerSpec) -> list[str]:
    own = OWN_DOCKERFILE_CAPABILITIES if spec.own_dockerfile else ()
    return [f"CAP_{name}" for name in dict.fromkeys((*own, *spec.capabilities))]


def _resources(spec: ContainerSpec, limits: Limits) -> dict[str, Json]:
    """CPU by quota (a count of CPUs is silently ignored by Podman 4.3); no swap beyond the memory; zero: no limit."""
    size = spec.size
    resources: dict[str, Json] = {}
    if limits.cpu and size.cpus:
        resources["cpu"] = {"period": CPU_PERIOD, "quota": int(size.cpus * CPU_PERIOD)}
    if limits.memory and size.memory:
        resources["memory"] = {"limit": size.memory, "swap": size.memory}
    if limits.pids and size.pids:
        resources["pids"] = {"limit": size.pids}
    return resources


def _network(spec: ContainerSpec, *, rootless: bool) -> dict[str, Json]:
    if spec.host_network:
        return {"netns": {"nsmode": "host"}}
    body: dict[str, Json] = {
        "netns": {"nsmode": "bridge"},
        "networks": {spec.network: {"aliases": list(spec.aliases)}},
    }
    if rootless and spec.port:
        body["portmappings"] = [{"container_port": spec.port, "host_ip": LOOPBACK, "host_port": 0}]
    return body


def _tmpfs(target: str) -> dict[str, Json]:
    """Memory instead of disk; executable, as runtimes unpack libraries there."""
    options = ["rw", "nosuid", "nodev", "mode=1777"]
    return {"destination": target, "type": "tmpfs", "source": "tmpfs", "options": options}


def _bind(mount: Mount) -> dict[str, Json]:
    options = ["rbind", "nosuid", "nodev", "ro" if mount.read_only else "rw"]
    return {"destination": mount.target, "type": "bind", "source": str(mount.source), "options": options}
