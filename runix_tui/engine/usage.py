"""Resources of running containers: two readings of their counters make a rate. The last one is remembered.

Read from the kernel where the containers run on this machine, which costs the engine nothing; else asked of the engine.
"""

import asyncio
import time
from collections.abc import Sequence

from runix_tui.core.models import Usage
from runix_tui.engine import counters
from runix_tui.engine.connection import Connection, Json
from runix_tui.engine.counters import Group, Limits, Reading
from runix_tui.engine.spec import CPU_PERIOD

SHORTEST = 0.25  # seconds between two readings that give a usable rate
LONGEST = 30.0  # an older reading says nothing about now
REMEMBERED = 1000  # containers
_NANO = 1e9


class Usages:
    """Resources by container id, of the engine behind ``connection``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[str, Reading] = {}
        self._limits: dict[str, Limits] = {}
        self._groups: dict[str, Group] = {}
        self._elsewhere: dict[str, float] = {}  # not found among the kernel's groups: when that was, monotonic

    async def of(self, containers: Sequence[str]) -> dict[str, Usage]:
        """What these containers (full ids) use now. Those that do not run are left out, and all of them where the
        engine cannot say (without root on cgroup v1). Takes a moment when nothing was read of one of them lately.
        """
        now = await self._read(containers)
        before = {name: old for name, new in now.items() if (old := self._last.get(name)) and _comparable(old, new)}
        if len(before) < len(now):
            before = now | before
            await asyncio.sleep(SHORTEST)
            now = await self._read(containers)
        self._remember(now)
        return {name: await self._usage(name, before.get(name), reading) for name, reading in now.items()}

    async def _usage(self, container: str, before: Reading | None, now: Reading) -> Usage:
        group = self._groups.get(container)
        limits = group.limits if group else await self._limits_of(container)
        return Usage(cpu_percent(before, now), now.memory, limits.memory, limits.cpus)

    def _remember(self, now: dict[str, Reading]) -> None:
        newest = max((reading.at for reading in now.values()), default=0.0)
        kept = {name: old for name, old in self._last.items() if newest - old.at < LONGEST}
        self._last = kept | now

    async def _read(self, containers: Sequence[str]) -> dict[str, Reading]:
        """From the kernel; the engine is asked about those that are not found there."""
        found = await asyncio.to_thread(self._look, containers)
        rest = [name for name in containers if name not in found]
        told = await self._ask(rest)
        return found | told

    def _look(self, containers: Sequence[str]) -> dict[str, Reading]:
        now = time.monotonic()
        self._elsewhere = {name: at for name, at in self._elsewhere.items() if now - at < LONGEST}
        unknown = [name for name in containers if name not in self._groups and name not in self._elsewhere]
        if len(self._groups) >= REMEMBERED:
            self._groups.clear()
        self._groups |= counters.find(unknown)
        self._elsewhere |= {name: now for name in unknown if name not in self._groups}
        found: dict[str, Reading] = {}
        for name in containers:
            if group := self._groups.get(name):
                try:
                    found[name] = group.reading()
                except (OSError, ValueError):  # it ended
                    self._groups.pop(name, None)
        return found

    async def _ask(self, containers: Sequence[str]) -> dict[str, Reading]:
        """One call for all; when one of them is gone the engine refuses them all: then one by one."""
        if not containers:
            return {}
        params = [("stream", "false"), *(("containers", name) for name in containers)]
        answer = await self._connection.request("GET", "/containers/stats", "read resources", params=params)
        if answer.status < 400 and answer.body.get("Error") is None:  # an error comes as an empty object
            running = (each for each in answer.body.get("Stats") or () if _runs(each))
            return {str(each["ContainerID"]): _reading(each) for each in running}
        if len(containers) == 1:
            return {}
        found: dict[str, Reading] = {}
        for one in await asyncio.gather(*(self._ask([name]) for name in containers)):
            found |= one
        return found

    async def _limits_of(self, container: str) -> Limits:
        """A container's limits never change: asked for once."""
        if container not in self._limits:
            path = f"/containers/{container}/json"
            answer = await self._connection.request("GET", path, "inspect a container")
            if answer.status >= 400:
                return Limits(None, None)
            if len(self._limits) >= REMEMBERED:
                self._limits.clear()
            self._limits[container] = _parse_limits(answer.body["HostConfig"])
        return self._limits[container]


def cpu_percent(before: Reading | None, now: Reading) -> float:
    """CPU time of one core, in percent, between two readings; 0 where they cannot be compared."""
    if before is None or now.at <= before.at:
        return 0.0
    return round(max(0.0, now.cpu - before.cpu) / (now.at - before.at) * 100, 1)


def _comparable(before: Reading, now: Reading) -> bool:
    """Whether two readings give a rate: neither too close nor too far apart, and of the same run."""
    return SHORTEST <= now.at - before.at <= LONGEST and before.cpu <= now.cpu


def _runs(stats: Json) -> bool:
    """A container that does not run is answered with zeros."""
    return bool(stats.get("PIDs") or stats.get("CPUNano") or stats.get("MemUsage"))


def _reading(stats: Json) -> Reading:
    return Reading(stats["CPUNano"] / _NANO, stats["SystemNano"] / _NANO, int(stats["MemUsage"]))


def _parse_limits(host_config: Json) -> Limits:
    quota, period = host_config.get("CpuQuota") or 0, host_config.get("CpuPeriod") or CPU_PERIOD
    return Limits(quota / period if quota > 0 else None, host_config.get("Memory") or None)
