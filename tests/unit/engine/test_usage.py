"""Rates from counters."""

import time
from collections.abc import Sequence

import pytest

from runix_tui.engine import counters
from runix_tui.engine.connection import Answer
from runix_tui.engine.counters import Group, Limits, Reading
from runix_tui.engine.usage import Usages, _comparable, _parse_limits, cpu_percent
from tests.unit.engine.test_counters import unified


@pytest.mark.parametrize(
    ("before", "now", "percent"),
    [
        (Reading(1.0, 100.0, 0), Reading(1.5, 101.0, 0), 50.0),
        (Reading(1.0, 100.0, 0), Reading(5.0, 102.0, 0), 200.0),
        (Reading(1.0, 100.0, 0), Reading(1.0, 101.0, 0), 0.0),
        (Reading(2.0, 100.0, 0), Reading(1.0, 101.0, 0), 0.0),  # it was started again
        (Reading(1.0, 100.0, 0), Reading(1.0, 100.0, 0), 0.0),
        (None, Reading(1.0, 100.0, 0), 0.0),
    ],
)
def test_percent_of_one_core(before, now, percent):
    assert cpu_percent(before, now) == percent


@pytest.mark.parametrize(("apart", "good"), [(0.01, False), (0.5, True), (29, True), (31, False), (-1, False)])
def test_readings_must_be_near_but_not_too_near(apart, good):
    assert _comparable(Reading(1, 100, 0), Reading(2, 100 + apart, 0)) is good


@pytest.mark.parametrize(
    ("config", "cpus", "memory"),
    [
        ({"CpuQuota": 50_000, "CpuPeriod": 100_000, "Memory": 1024}, 0.5, 1024),
        ({"CpuQuota": 0, "CpuPeriod": 0, "Memory": 0}, None, None),
        ({"CpuQuota": -1}, None, None),
    ],
)
def test_limits(config, cpus, memory):
    limits = _parse_limits(config)
    assert (limits.cpus, limits.memory) == (cpus, memory)


class Refusing:
    """An engine that cannot say: without root on cgroup v1."""

    async def request(self, *_: object, **__: object) -> Answer:
        return Answer(409, {"message": "stats is not supported in rootless mode without cgroups v2"})


async def test_where_the_engine_cannot_say_everything_is_left_out():
    assert await Usages(Refusing()).of(["a", "b"]) == {}


class Telling:
    """An engine that tells of every container it is asked about, and counts."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def request(self, _method: str, path: str, _what: str, *, params: Sequence[tuple[str, str]] = ()) -> Answer:
        if path != "/containers/stats":
            return Answer(200, {"HostConfig": {}})
        names = [value for key, value in params if key == "containers"]
        self.asked.append(names)
        now = int(time.time() * 1e9)
        stats = [{"ContainerID": name, "CPUNano": 1, "SystemNano": now, "MemUsage": 7} for name in names]
        return Answer(200, {"Error": None, "Stats": stats})


async def test_the_engine_is_asked_only_about_what_the_kernel_does_not_tell(monkeypatch, tmp_path):
    folder = unified(tmp_path, "libpod-here.scope")
    group = Group(folder, folder, Limits(0.5, 99), unified=True)
    looked: list[list[str]] = []

    def find(containers: list[str]) -> dict[str, Group]:
        looked.append(list(containers))
        return {"here": group} if "here" in containers else {}

    monkeypatch.setattr(counters, "find", find)
    engine = Telling()
    usages = Usages(engine)
    found = await usages.of(["here", "there"])
    assert (found["here"].memory_bytes, found["here"].cpu_limit) == (5000, 0.5)
    assert (found["there"].memory_bytes, found["there"].cpu_limit) == (7, None)
    assert {tuple(names) for names in engine.asked} == {("there",)}
    assert looked[0] == ["here", "there"]
    assert [name for names in looked[1:] for name in names] == []  # neither is looked for again
    engine.asked.clear()
    await usages.of(["here"])
    assert engine.asked == []
    (folder / "memory.current").unlink()
    await usages.of(["here"])
    assert engine.asked[0] == ["here"]  # it ended: the engine has the last word
