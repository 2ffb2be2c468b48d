"""The engine's configuration: text that Podman reads, made of a host's facts."""

import tomllib
from pathlib import Path

import pytest

from runix_tui.engine.host import Host
from runix_tui.engine.settings import Extra, client_environ, containers_conf, service_environ, wrappers

RUNC = ("runc", "/usr/sbin/runc")


def a_host(**changes: object) -> Host:
    values = {"rootless": False, "cgroup_version": 1, "systemd": False, "user_bus": False, "nofile": 20000}
    more = {"nproc": None, "kernel": (6, 1), "runtimes": (RUNC,), "iptables": "/usr/sbin/iptables"}
    return Host(**(values | more | changes))


def conf(extra: Extra = Extra(), **facts: object) -> dict:  # noqa: B008 - frozen
    host = a_host(**facts)
    return tomllib.loads(containers_conf(host, RUNC, extra))


def test_the_whole_of_it():
    assert conf() == {
        "containers": {
            "default_ulimits": ["nofile=20000:20000", "nproc=32768:32768"],
            "http_proxy": False,
            "log_driver": "k8s-file",
        },
        "network": {
            "network_backend": "netavark",
            "default_subnet_pools": [{"base": "10.90.0.0/15", "size": 24}],
            "firewall_driver": "iptables",
        },
        "engine": {
            "cgroup_manager": "cgroupfs",
            "events_logger": "file",
            "runtime": "runc",
            "runtimes": {"runc": ["/usr/sbin/runc"]},
        },
    }


@pytest.mark.parametrize(
    ("hard", "line"), [(None, "65536:65536"), (4096, "4096:4096"), (65536, "65536:65536"), (10**6, "65536:65536")]
)
def test_ulimits_are_equal_and_never_above_our_own(hard, line):
    assert conf(nofile=hard)["containers"]["default_ulimits"][0] == f"nofile={line}"


def test_systemd():
    assert conf(systemd=True)["engine"]["cgroup_manager"] == "systemd"


@pytest.mark.parametrize(
    ("facts", "driver"),
    [
        ({}, "iptables"),
        ({"iptables": None, "nft": "/usr/sbin/nft"}, "nftables"),
        ({"nft": "/usr/sbin/nft"}, None),
        ({"iptables": None}, None),
    ],
)
def test_the_only_packet_filter_is_named(facts, driver):
    assert conf(**facts)["network"].get("firewall_driver") == driver


def test_rootless_network_helper():
    only = {"rootless": True, "slirp4netns": "/usr/bin/slirp4netns"}
    assert conf(**only)["network"]["default_rootless_network_cmd"] == "slirp4netns"
    assert "default_rootless_network_cmd" not in conf(**only, pasta="/usr/bin/pasta")["network"]


def test_strange_characters_stay_what_they_are():
    volume = 'C:\\"x"\n日本:/é:ro'
    assert conf(Extra(volumes=(volume,)))["containers"]["volumes"] == [volume]


def test_no_runtime_is_left_to_the_engine():
    assert "runtime" not in tomllib.loads(containers_conf(a_host(runtimes=()), None))["engine"]


def environ(host: Host | None = None, *, used: str | None = None, extra: Extra = Extra(), **user: str):  # noqa: B008
    return service_environ(host or a_host(), user, Path("/e/c.conf"), used_driver=used, extra=extra)


def test_environment_is_handed_on_by_name_alone():
    found = environ(RUNIX_TOKEN="secret", AWS_SECRET="secret", HOME="/root", HTTPS_PROXY="http://p:1", PATH="/x")
    assert found["PATH"].startswith("/x:")
    assert {name: value for name, value in found.items() if name != "PATH"} == {
        "HOME": "/root", "HTTPS_PROXY": "http://p:1", "CONTAINERS_CONF": "/e/c.conf",
    }  # fmt: skip


def test_another_podman_is_told_where_containers_are_and_no_more():
    found = environ(
        HTTPS_PROXY="http://user:secret@p", XDG_DATA_HOME="/d", STORAGE_DRIVER="vfs", PATH="/x", HOME="/root"
    )
    shared = client_environ(found)
    assert shared.keys() == {"CONTAINERS_CONF", "PATH", "HOME", "XDG_DATA_HOME", "STORAGE_DRIVER"}
    assert shared["CONTAINERS_CONF"] == "/e/c.conf"


def test_extra_environment_wins():
    extra = Extra(environ={"CONTAINERS_REGISTRIES_CONF": "/ours"})
    assert environ(extra=extra, CONTAINERS_REGISTRIES_CONF="/theirs")["CONTAINERS_REGISTRIES_CONF"] == "/ours"


def test_rootless_storage_is_overlay_unless_another_was_used_before():
    new, old = a_host(rootless=True), a_host(rootless=True, kernel=(5, 10), fuse_overlayfs="/usr/bin/fuse-overlayfs")
    assert environ(new)["STORAGE_DRIVER"] == "overlay"
    assert environ(old)["STORAGE_OPTS"] == "overlay.mount_program=/usr/bin/fuse-overlayfs"
    assert environ(old, used="overlay")["STORAGE_OPTS"] == "overlay.mount_program=/usr/bin/fuse-overlayfs"
    assert environ(old, used="vfs").get("STORAGE_OPTS") is None
    assert environ(new, used="vfs")["STORAGE_DRIVER"] == "vfs"
    assert "STORAGE_DRIVER" not in environ(a_host(rootless=True, kernel=(5, 10)))
    assert "STORAGE_DRIVER" not in environ()
    assert environ(new, STORAGE_DRIVER="btrfs")["STORAGE_DRIVER"] == "btrfs"


def test_rootless_builds_do_not_reach_the_hosts_loopback():
    host = a_host(rootless=True, slirp4netns="/opt/my tools/slirp4netns")
    assert wrappers(host) == {
        "slirp4netns": "#!/bin/sh\nexec '/opt/my tools/slirp4netns' --disable-host-loopback \"$@\"\n"
    }
    assert environ(host, PATH="/x")["PATH"].startswith("/e/bin:/x:")
    assert wrappers(a_host(rootless=True)) == wrappers(a_host(slirp4netns="/usr/bin/slirp4netns")) == {}
    assert environ(PATH="/x")["PATH"].startswith("/x:")
