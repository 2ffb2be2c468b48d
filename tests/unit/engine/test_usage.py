"""Rates from counters."""

import pytest

from runix_tui.engine.connection import Answer
from runix_tui.engine.usage import Reading, Usages, _comparable, _parse_limits, cpu_percent


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
