"""What an engine says about itself."""

import pytest

from runix_tui.engine.facts import engine_info, limits_of
from runix_tui.engine.spec import Limits

ALL = ["cpuset", "cpu", "memory", "pids"]


def info(
    *, rootless: bool = False, cgroup: str = "v2", controllers: object = ALL, version: str = "4.3.1", **host
) -> dict:
    facts = {"security": {"rootless": rootless}, "cgroupVersion": cgroup, "cgroupControllers": controllers}
    usual = {"networkBackend": "netavark", "eventLogger": "file", "ociRuntime": {"name": "runc"}}
    return {"version": {"Version": version}, "host": facts | usual | host}


@pytest.mark.parametrize(
    ("facts", "limits"),
    [
        ({}, Limits()),
        ({"cgroup": "v1"}, Limits()),
        ({"rootless": True, "cgroup": "v1"}, Limits(cpu=False, memory=False, pids=False)),
        ({"rootless": True, "controllers": ["memory", "pids"]}, Limits(cpu=False)),
        ({"rootless": True, "controllers": None}, Limits(cpu=False, memory=False, pids=False)),
    ],
)
def test_limits(facts, limits):
    assert limits_of(info(**facts)) == limits


def test_all_is_well():
    found = engine_info(info(cgroup="v1"), "unix:///x", named=False)
    assert (found.name, found.version, found.cgroup_version, found.limits) == ("podman", "4.3.1", 1, True)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("facts", "named", "part"),
    [
        ({"version": "3.4.4"}, False, "older than 4.3"),
        ({"rootless": True, "cgroup": "v1"}, False, "cgroup v2"),
        ({"rootless": True, "controllers": ["memory", "pids"]}, False, "Delegate"),
        ({"networkBackend": "cni"}, True, "netavark"),
        ({"eventLogger": "none"}, True, "events_logger"),
        ({"cgroup": "v1", "ociRuntime": {"name": "crun"}}, True, "runc"),
    ],
)
def test_warnings_name_the_remedy(facts, named, part):
    (warning,) = engine_info(info(**facts), "unix:///x", named=named).warnings
    assert part in warning


def test_settings_of_our_own_engine_are_not_complained_about():
    assert engine_info(info(networkBackend="cni", eventLogger="none"), "unix:///x", named=False).warnings == ()
