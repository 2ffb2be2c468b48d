"""The engine's own configuration as text: what ``CONTAINERS_CONF`` and the environment of our Podman service say.

Pure: a function of the host's facts. With ``CONTAINERS_CONF`` set Podman reads no other containers.conf, so nothing of
the host's files matters, and none is edited.
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runix_tui.engine.host import Host, search_path
from runix_tui.engine.isolation import NETWORK_SIZE, POOL

# Limits inside containers: enough for real services, low enough to be settable without CAP_SYS_RESOURCE on small hosts.
NOFILE = 65536
NPROC = 32768

# What the service needs of the user's environment. Nothing else is handed on: no token, no password of the shell.
_HANDED_ON = (
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REGISTRY_AUTH_FILE",
    "DOCKER_CONFIG",
    "CONTAINERS_STORAGE_CONF",
    "CONTAINERS_REGISTRIES_CONF",
    "STORAGE_DRIVER",
    "STORAGE_OPTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


_SHARED = (
    "CONTAINERS_CONF",
    "CONTAINERS_STORAGE_CONF",
    "STORAGE_DRIVER",
    "STORAGE_OPTS",
    "PATH",
    "HOME",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)


@dataclass(frozen=True, slots=True)
class Extra:
    """What other parts of the room add: ``volumes`` (``SOURCE:TARGET:ro``) go into every container and build step;
    ``environ`` is added to the service's own environment (``CONTAINERS_REGISTRIES_CONF`` and the like)."""

    volumes: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)


NOTHING = Extra()


def containers_conf(host: Host, runtime: tuple[str, str] | None, extra: Extra = NOTHING) -> str:
    """The text of containers.conf for this host; ``runtime`` is the OCI runtime's (name, path)."""
    lines = [
        "# Written by Runix at every start of its engine; changes here are lost.",
        "[containers]",
        f"default_ulimits = {_array([_ulimit('nofile', NOFILE, host.nofile), _ulimit('nproc', NPROC, host.nproc)])}",
        "http_proxy = false",
        'log_driver = "k8s-file"',
    ]
    if extra.volumes:
        lines.append(f"volumes = {_array(extra.volumes)}")
    lines += ["", "[network]", 'network_backend = "netavark"']
    lines.append(f"default_subnet_pools = [{{base = {_text(POOL)}, size = {NETWORK_SIZE}}}]")
    if bool(host.iptables) != bool(host.nft):  # with both there the engine's own choice is best; Podman 4 has none
        lines.append(f'firewall_driver = "{"iptables" if host.iptables else "nftables"}"')
    if host.rootless and host.slirp4netns and not host.pasta:
        lines.append('default_rootless_network_cmd = "slirp4netns"')
    lines += ["", "[engine]", f'cgroup_manager = "{host.cgroup_manager}"', 'events_logger = "file"']
    if runtime:
        lines.append(f"runtime = {_text(runtime[0])}")
    lines += ["", "[engine.runtimes]", *(f"{_text(name)} = {_array([path])}" for name, path in host.runtimes)]
    return "\n".join(lines) + "\n"


def service_environ(
    host: Host, environ: Mapping[str, str], conf: Path, *, used_driver: str | None, extra: Extra = NOTHING
) -> dict[str, str]:
    """The environment of our Podman service. ``conf`` is our containers.conf, in a folder of which ``bin`` may hold
    :data:`wrappers`; ``used_driver`` is the driver that this user's storage was made with, None for a fresh one."""
    chosen = {name: environ[name] for name in _HANDED_ON if environ.get(name)}
    path = search_path(environ)
    chosen |= {"CONTAINERS_CONF": str(conf), "PATH": f"{conf.parent / 'bin'}:{path}" if wrappers(host) else path}
    if host.rootless and "STORAGE_DRIVER" not in chosen:
        chosen |= _rootless_storage(host, used_driver)
    return chosen | dict(extra.environ)


def client_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the service's environment another Podman needs in order to see the same containers."""
    return {name: environ[name] for name in _SHARED if name in environ}


def wrappers(host: Host) -> dict[str, str]:
    """Programs of ours that the service finds before the host's, by name.

    The steps of a build without root get their network from slirp4netns, which Podman before 5 calls in a way that
    leads 10.0.2.2 to the host's loopback, where Runix and every service listen (measured on 4.3.1).
    """
    if not (host.rootless and host.slirp4netns):
        return {}
    return {"slirp4netns": f'#!/bin/sh\nexec {shlex.quote(host.slirp4netns)} --disable-host-loopback "$@"\n'}


def _rootless_storage(host: Host, used_driver: str | None) -> dict[str, str]:
    """The driver that was used before, else overlay: a fresh user's Podman falls back to whole copies of each layer."""
    driver = used_driver or ("overlay" if host.native_overlay or host.fuse_overlayfs else "")
    if not driver:
        return {}
    if driver == "overlay" and not host.native_overlay and host.fuse_overlayfs:
        return {"STORAGE_DRIVER": driver, "STORAGE_OPTS": f"overlay.mount_program={host.fuse_overlayfs}"}
    return {"STORAGE_DRIVER": driver}


def _ulimit(name: str, wanted: int, hard: int | None) -> str:
    """Soft and hard are equal (Podman 4.3 swaps them over REST) and never above our own, which only root may raise."""
    value = wanted if hard is None else min(wanted, hard)
    return f"{name}={value}:{value}"


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(value)


def _array(values: list[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"
