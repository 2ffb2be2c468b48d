"""A running container's counters, read from the kernel's control-group files: asking the engine costs it far more.

Only of containers on this machine; those of a named engine elsewhere are not found here. Both versions of control
groups. What the counters mean over time is in ``usage.py``.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")
_NO_LIMIT = 2**62  # version 1 says "none" by the largest number of whole pages
_NANO, _MICRO = 1e9, 1e6


@dataclass(frozen=True, slots=True)
class Reading:
    """A container's counters: ``cpu`` seconds used since its start, ``at`` the time of day in seconds. ``memory`` in
    bytes, without file pages that the kernel would drop first."""

    cpu: float
    at: float
    memory: int


@dataclass(frozen=True, slots=True)
class Limits:
    """A container's limits: cores and bytes; None: unlimited."""

    cpus: float | None
    memory: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """A container's files, and its limits, which never change."""

    used: Path
    memory: Path
    limits: Limits
    unified: bool  # version 2

    def reading(self) -> Reading:
        """The counters now. Raises ``OSError`` once the container has ended."""
        if self.unified:
            used = _table(self.used / "cpu.stat")["usage_usec"] / _MICRO
            memory = _number(self.memory / "memory.current") - _table(self.memory / "memory.stat")["inactive_file"]
        else:
            used = _number(self.used / "cpuacct.usage") / _NANO
            cached = _table(self.memory / "memory.stat")["total_inactive_file"]
            memory = _number(self.memory / "memory.usage_in_bytes") - cached
        return Reading(used, time.time(), max(0, memory))


def find(containers: Sequence[str], proc: Path = PROC, groups: Path = GROUPS) -> dict[str, Group]:
    """Groups of running containers by full id, found by what ``/proc`` says of every process; not running, or not on
    this machine: left out."""
    missing, found = set(containers), dict[str, Group]()
    for folder in proc.iterdir() if missing else ():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "cgroup").read_text("utf-8", "replace")
        except OSError:  # it ended meanwhile
            continue
        for container in [each for each in missing if f"/libpod-{each}" in text]:
            if group := _group(container, text, groups):
                found[container] = group
                missing.discard(container)
    return found


def _group(container: str, text: str, groups: Path) -> Group | None:
    """From the lines ``number:controllers:path`` of one of its processes; None where its files are not to be read."""
    folders: dict[str, Path] = {}
    for line in text.splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        below = _path_of(container, path)
        if below is not None:
            folders |= {name: groups / name / below for name in controllers.split(",")}
    try:
        if "cpuacct" in folders and "memory" in folders:
            limits = _limits(folders.get("cpu"), folders["memory"])
            found = Group(folders["cpuacct"], folders["memory"], limits, unified=False)
        elif "" in folders:
            found = Group(folders[""], folders[""], _unified_limits(folders[""]), unified=True)
        else:
            return None
        found.reading()
    except (OSError, ValueError, KeyError):  # a controller is not there, or files lie elsewhere
        return None
    return found


def _path_of(container: str, path: str) -> str | None:
    """The part of a path that ends with the container's own group (its processes may be deeper); the monitor's group
    beside it is another one."""
    parts = path.strip("/").split("/")
    names = (f"libpod-{container}", f"libpod-{container}.scope")
    return next(("/".join(parts[: at + 1]) for at, part in enumerate(parts) if part in names), None)


def _limits(cpu: Path | None, memory: Path) -> Limits:
    quota = _number(cpu / "cpu.cfs_quota_us") if cpu else -1
    most = _number(memory / "memory.limit_in_bytes")
    return Limits(
        quota / _number(cpu / "cpu.cfs_period_us") if cpu and quota > 0 else None, most if most < _NO_LIMIT else None
    )


def _unified_limits(folder: Path) -> Limits:
    quota, period = (folder / "cpu.max").read_text("ascii").split()
    most = (folder / "memory.max").read_text("ascii").strip()
    return Limits(None if quota == "max" else int(quota) / int(period), None if most == "max" else int(most))


def _number(path: Path) -> int:
    return int(path.read_text("ascii"))


def _table(path: Path) -> dict[str, int]:
    return {name: int(value) for name, value in map(str.split, path.read_text("ascii").splitlines())}
