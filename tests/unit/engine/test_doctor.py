"""The doctor's judgements: what is found, and what is said and done about it."""

import pytest

from runix_tui.core.checkup import Level
from runix_tui.engine import doctor
from runix_tui.engine.doctor import judge
from runix_tui.engine.findings import Device, Findings, SubIds, gather, parse_sub_ids
from runix_tui.engine.host import Host
from runix_tui.engine.packages import OsRelease
from runix_tui.locations import locate

RUNC, CRUN = ("runc", "/usr/sbin/runc"), ("crun", "/usr/bin/crun")
GIB = 1024**3


@pytest.fixture(autouse=True)
def as_a_user(monkeypatch):
    """Remedies are written for a user with sudo."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)


def findings(host: dict | None = None, **changes: object) -> Findings:
    there = ("podman", "netavark", "aardvark_dns", "iptables", "slirp4netns", "newuidmap", "mmdebstrap", "ip")
    facts = {name: f"/usr/bin/{name}" for name in there} | {"runtimes": (RUNC, CRUN), "kernel": (6, 1)}
    facts |= {"rootless": False, "cgroup_version": 2, "systemd": True, "user_bus": True, "nofile": None, "nproc": None}
    values = {
        "host": Host(**(facts | (host or {}))),
        "release": OsRelease("debian", codename="bookworm", name="Debian 12"),
        "version": (4, 3, 1),
        "runtime": CRUN,
        "user": "ada",
        "subuids": SubIds(65536, 165536),
        "subgids": SubIds(65536, 165536),
        "linger": True,
        "tun": Device.USABLE,
        "user_namespaces": True,
        "delegated": frozenset({"cpu", "memory", "pids"}),
        "disk_free": (("/home", 50 * GIB),),
        "sudo": True,
        "url": "unix:///x",
        "named_url": False,
        "answers": False,
    }
    return Findings(**(values | changes))


@pytest.mark.parametrize("rootless", [False, True])
def test_all_is_well(rootless):
    checks = judge(findings({"rootless": rootless}))
    assert {check.level for check in checks} == {Level.OK}
    assert not any(check.fix or check.remedy for check in checks)
    assert len({check.name for check in checks}) == len(checks)


APT = (("sudo", "apt-get", "update"),)


def apt(*packages: str) -> tuple[tuple[str, ...], ...]:
    return (*APT, ("sudo", "apt-get", "install", "-y", "--no-install-recommends", *packages))


@pytest.mark.parametrize(
    ("name", "level", "fix", "found"),
    [
        ("engine", "fail", apt("podman"), {"host": {"podman": None}, "version": ()}),
        ("engine", "fail", (), {"version": (3, 4, 4)}),
        ("engine", "fail", (), {"version": ()}),
        ("OCI runtime", "fail", apt("crun"), {"host": {"runtimes": ()}, "runtime": None}),
        ("OCI runtime", "fail", apt("runc"), {"host": {"cgroup_version": 1}, "runtime": CRUN}),
        ("network", "fail", apt("netavark", "aardvark-dns"), {"host": {"netavark": None, "aardvark_dns": None}}),
        ("isolation", "warn", apt("iproute2"), {"host": {"ip": None}}),
        ("network", "fail", apt("iptables"), {"host": {"iptables": None, "nft": "/usr/sbin/nft"}}),
        ("network", "fail", apt("nftables"), {"host": {"iptables": None}, "version": (5, 4, 2)}),
        ("limits", "warn", (), {"host": {"rootless": True, "cgroup_version": 1}, "runtime": RUNC}),
        ("limits", "warn", (), {"host": {"rootless": True}, "delegated": frozenset({"memory", "pids"})}),
        ("subordinate ids", "fail", apt("uidmap"), {"host": {"rootless": True, "newuidmap": None}}),
        ("user namespaces", "fail", (), {"host": {"rootless": True}, "user_namespaces": False}),
        ("rootless network", "fail", apt("slirp4netns"), {"host": {"rootless": True, "slirp4netns": None}}),
        ("rootless network", "fail", apt("passt"),
         {"host": {"rootless": True, "slirp4netns": None}, "version": (5, 4, 2)}),
        ("rootless network", "fail", (("sudo", "modprobe", "tun"),),
         {"host": {"rootless": True}, "tun": Device.MISSING}),
        ("rootless network", "fail", (("sudo", "chmod", "0666", "/dev/net/tun"),),
         {"host": {"rootless": True}, "tun": Device.CLOSED}),
        ("rootless network", "fail", apt("slirp4netns"),
         {"host": {"rootless": True, "slirp4netns": None, "pasta": "/usr/bin/pasta"}}),
        ("rootless storage", "warn", apt("fuse-overlayfs"), {"host": {"rootless": True, "kernel": (5, 4)}}),
        ("linger", "warn", (("sudo", "loginctl", "enable-linger", "ada"),),
         {"host": {"rootless": True}, "linger": False}),
        ("base images", "warn", apt("mmdebstrap"), {"host": {"mmdebstrap": None}}),
        ("distribution", "warn", (), {"release": OsRelease("plan9", name="Plan 9")}),
        ("disk", "warn", (), {"disk_free": (("/home", 3 * GIB),)}),
        ("disk", "fail", (), {"disk_free": (("/home", GIB // 2),)}),
        ("engine", "fail", (), {"named_url": True}),
    ],
)  # fmt: skip
def test_each_finding(name, level, fix, found):
    bad = [check for check in judge(findings(**found)) if check.level is not Level.OK]
    assert [(check.name, check.level, check.fix) for check in bad] == [(name, Level(level), fix)]
    assert bad[0].found
    assert bad[0].remedy


def test_subordinate_ids_are_granted_above_all_others():
    (bad,) = (
        check
        for check in judge(findings({"rootless": True}, subuids=SubIds(0, 231072), subgids=SubIds(0, 165536)))
        if check.level is not Level.OK
    )
    assert bad.fix == (
        ("sudo", "usermod", "--add-subuids", "231072-296607", "--add-subgids", "231072-296607", "ada"),
        ("podman", "system", "migrate"),
    )


def test_a_named_engine_is_judged_by_what_it_says():
    host = {"security": {"rootless": False}, "cgroupVersion": "v2", "cgroupControllers": ["cpu", "memory", "pids"]}
    info = {"version": {"Version": "5.4.2"}, "host": host | {"networkBackend": "cni", "eventLogger": "file"}}
    checks = judge(findings({"podman": None}, named_url=True, answers=True, engine_info=info, version=()))
    assert [(check.name, check.level) for check in checks if check.level is not Level.OK] == [
        ("running engine", Level.WARN)
    ]


def test_no_systemd_needs_no_lingering():
    checks = {check.name: check for check in judge(findings({"rootless": True, "systemd": False}, linger=False))}
    assert checks["linger"].level is Level.OK


@pytest.mark.parametrize(
    ("lines", "count", "free"),
    [
        ([], 0, 100_000),
        (["ada:100000:65536"], 65536, 165536),
        (["1000:100000:65536"], 65536, 165536),
        (["bob:100000:65536"], 0, 165536),
        (["ada:100000:1000", "ada:200000:1000", "bob:900000:10"], 2000, 900010),
        (["# odd", "", "ada:x:y", "ada"], 0, 100_000),
    ],
)
def test_subordinate_ids(lines, count, free):
    assert parse_sub_ids(lines, {"ada", "1000"}) == SubIds(count, free)


def test_examines_a_host_without_an_engine(monkeypatch, tmp_path):
    monkeypatch.setattr("runix_tui.engine.host.PROGRAM_FOLDERS", ())
    monkeypatch.setattr("runix_tui.engine.host.HELPER_FOLDERS", ("/nowhere",))
    environ = {"PATH": "/nowhere", "RUNIX_HOME": str(tmp_path)}
    checks = {check.name: check for check in doctor.examine(locate(environ), environ)}
    assert checks["engine"].level is Level.FAIL
    assert checks["engine"].fix


def test_gathers_without_a_home(tmp_path):
    environ = {"RUNIX_HOME": str(tmp_path / "not" / "there")}
    assert gather(locate(environ), environ).disk_free[0][1] > 0
    assert list(tmp_path.iterdir()) == []
