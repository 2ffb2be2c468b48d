"""What is concluded from a host's files."""

import resource

import pytest

from runix_tui.engine import host as hosts
from runix_tui.engine.host import Host

RUNC, CRUN = ("runc", "/usr/sbin/runc"), ("crun", "/usr/bin/crun")


def a_host(**changes: object) -> Host:
    values = {
        "rootless": False,
        "cgroup_version": 1,
        "systemd": False,
        "user_bus": False,
        "nofile": None,
        "nproc": None,
    }
    return Host(**({**values, "kernel": (6, 1)} | changes))


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ((), 1),
        (("memory/tasks",), 1),
        (("unified/cgroup.controllers", "memory/tasks"), 1),  # hybrid: limits live in v1
        (("cgroup.controllers",), 2),
    ],
)
def test_cgroup_version(tmp_path, files, version):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert hosts.cgroup_version(tmp_path) == version


def test_runc_first_where_crun_refuses_the_cgroups():
    assert hosts.runtime_order(1) == ("runc", "crun")
    assert hosts.runtime_order(2) == ("crun", "runc")


@pytest.mark.parametrize(
    ("working", "picked"), [((), RUNC), ((RUNC,), RUNC), ((CRUN,), CRUN), ((RUNC, CRUN), RUNC)]
)  # fmt: skip
def test_picks_the_first_runtime_that_works(monkeypatch, working, picked):
    paths = {path for _, path in working}
    monkeypatch.setattr(hosts, "_starts", lambda path, _: path in paths)
    assert hosts.pick_runtime(a_host(runtimes=(RUNC, CRUN))) == picked


def test_no_trial_without_a_choice_or_without_root(monkeypatch):
    monkeypatch.setattr(hosts, "_starts", lambda *_: pytest.fail("tried"))
    assert hosts.pick_runtime(a_host()) is None
    assert hosts.pick_runtime(a_host(runtimes=(CRUN,))) == CRUN
    assert hosts.pick_runtime(a_host(rootless=True, runtimes=(CRUN, RUNC))) == CRUN


def test_a_program_that_is_no_runtime_does_not_work():
    assert not hosts._starts("/bin/false", 5)
    assert not hosts._starts("/no/such/program", 5)


@pytest.mark.parametrize(
    ("facts", "manager"),
    [
        ({"systemd": True}, "systemd"),
        ({"systemd": False}, "cgroupfs"),
        ({"systemd": True, "rootless": True}, "cgroupfs"),
        ({"systemd": True, "rootless": True, "user_bus": True}, "systemd"),
    ],
)
def test_cgroup_manager(facts, manager):
    assert a_host(**facts).cgroup_manager == manager


@pytest.mark.parametrize(
    ("rootless", "kernel", "native"), [(False, (4, 1), True), (True, (5, 12), False), (True, (5, 13), True)]
)
def test_native_overlay(rootless, kernel, native):
    assert a_host(rootless=rootless, kernel=kernel).native_overlay is native


@pytest.mark.parametrize(
    ("release", "kernel"), [("6.1.0-18-amd64", (6, 1)), ("6.18-rc1", (6, 18)), ("5.4", (5, 4)), ("odd", (0, 0))]
)
def test_kernel_version(release, kernel):
    assert hosts._kernel(release) == kernel


@pytest.mark.parametrize(
    ("text", "version"), [("4.3.1", (4, 3, 1)), ("5.4.2-dev", (5, 4, 2)), ("5.0.0+ds1", (5, 0, 0)), ("", ())]
)
def test_version(text, version):
    assert hosts.parse_version(text) == version


def test_search_path_adds_what_a_user_lacks_and_keeps_the_order():
    path = hosts.search_path({"PATH": "/home/x/bin:/usr/bin"}).split(":")
    assert path[:2] == ["/home/x/bin", "/usr/bin"]
    assert "/usr/sbin" in path
    assert len(path) == len(set(path))


def test_detect_without_any_program(monkeypatch):
    monkeypatch.setattr(hosts, "PROGRAM_FOLDERS", ())
    monkeypatch.setattr(hosts, "HELPER_FOLDERS", ("/nowhere",))
    found = hosts.detect({"PATH": "/nowhere"})
    assert (found.podman, found.runtimes, found.netavark, found.iptables) == (None, (), None, None)


def test_no_limit_is_none(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, resource.RLIM_INFINITY))
    assert hosts._hard_limit(resource.RLIMIT_NOFILE) is None


def test_version_of_a_program_that_is_not_there():
    assert hosts.podman_version("/no/such/podman") == ()
    assert hosts.podman_version("/bin/true") == ()
