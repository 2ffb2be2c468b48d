"""What the doctor looks at beyond ``host.py``: subordinate ids, lingering, devices, disk, a running engine.

Reading only; what it means is decided in ``doctor.py``. Works on a host that has no engine at all.
"""

import getpass
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from runix_tui.config import engine_url
from runix_tui.engine import host as hosts
from runix_tui.engine.connection import PREFIX, Json
from runix_tui.engine.host import Host
from runix_tui.engine.packages import OsRelease, read_os_release
from runix_tui.engine.ping import get, ping
from runix_tui.engine.service import storage_folder
from runix_tui.locations import Locations


class Device(StrEnum):
    """What a user can do with a device file."""

    USABLE = "usable"
    CLOSED = "closed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SubIds:
    """Subordinate ids of a user in /etc/subuid or /etc/subgid: how many, and the first id above all ranges."""

    count: int
    free_from: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is judged. ``disk_free`` in bytes, by folder; ``engine_info`` is what a running engine says, if any."""

    host: Host
    release: OsRelease
    version: tuple[int, ...]
    runtime: tuple[str, str] | None
    user: str
    subuids: SubIds
    subgids: SubIds
    linger: bool
    tun: Device
    user_namespaces: bool
    delegated: frozenset[str]
    disk_free: tuple[tuple[str, int], ...]
    sudo: bool
    url: str
    named_url: bool
    answers: bool
    engine_info: Json = None


def gather(locations: Locations, environ: Mapping[str, str] = os.environ) -> Findings:
    """Look at this host. Takes well under a second; starts nothing that stays."""
    host = hosts.detect(environ)
    user = getpass.getuser()
    named = engine_url(environ)
    socket = Path(named.removeprefix("unix://")) if named else locations.engine_socket
    answers = ping(socket)
    return Findings(
        host=host,
        release=read_os_release(),
        version=hosts.podman_version(host.podman) if host.podman else (),
        runtime=hosts.pick_runtime(host),
        user=user,
        subuids=read_sub_ids(Path("/etc/subuid"), user),
        subgids=read_sub_ids(Path("/etc/subgid"), user),
        linger=Path("/var/lib/systemd/linger", user).exists(),
        tun=_device(Path("/dev/net/tun")),
        user_namespaces=_user_namespaces(),
        delegated=_delegated(os.getuid()),
        disk_free=_disk_free(locations.state, storage_folder(environ, rootless=host.rootless)),
        sudo=shutil.which("sudo", path=hosts.search_path(environ)) is not None,
        url=f"unix://{socket}",
        named_url=named is not None,
        answers=answers,
        engine_info=_engine_info(socket) if answers else None,
    )


def read_sub_ids(path: Path, user: str, uid: int | None = None) -> SubIds:
    """``user:first:count`` lines; a user may be named or given by number."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    return parse_sub_ids(lines, {user, str(os.getuid() if uid is None else uid)})


def parse_sub_ids(lines: list[str], names: set[str]) -> SubIds:
    """The ids of the user with any of these ``names``; ranges begin at 100000 by convention (login.defs)."""
    count, free = 0, 100_000
    for line in lines:
        name, first, length = ([*line.strip().split(":"), "", ""])[:3]
        if not (first.isdigit() and length.isdigit()):
            continue
        free = max(free, int(first) + int(length))
        count += int(length) if name in names else 0
    return SubIds(count, free)


def _engine_info(socket: Path) -> Json:
    text = get(socket, f"{PREFIX}/info", timeout=10)
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _device(path: Path) -> Device:
    if not path.exists():
        return Device.MISSING
    return Device.USABLE if os.access(path, os.R_OK | os.W_OK) else Device.CLOSED


def _user_namespaces() -> bool:
    """Whether users without root may make user namespaces: Debian's own switch, and the kernel's number of them."""
    refused = (("/proc/sys/kernel/unprivileged_userns_clone", "0"), ("/proc/sys/user/max_user_namespaces", "0"))
    return not any(_text(Path(path)).strip() == value for path, value in refused)


def _delegated(uid: int) -> frozenset[str]:
    """Controllers that systemd hands on to this user's services (cgroup v2)."""
    folder = Path(f"/sys/fs/cgroup/user.slice/user-{uid}.slice/user@{uid}.service")
    return frozenset(_text(folder / "cgroup.controllers").split())


def _disk_free(*folders: Path) -> tuple[tuple[str, int], ...]:
    """Free bytes by folder; folders on one file system count once."""
    found: dict[int, tuple[str, int]] = {}
    for folder in folders:
        there = next(each for each in (folder, *folder.parents) if each.exists())
        found.setdefault(there.stat().st_dev, (str(folder), shutil.disk_usage(there).free))
    return tuple(found.values())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
