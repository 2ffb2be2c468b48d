"""A container's specification as the engine's body: hardened whatever it says."""

from pathlib import Path

import pytest

from runix_tui.core.models import InstanceType
from runix_tui.core.ports import ContainerSpec, Mount
from runix_tui.engine.spec import Limits, create_body

STARTER = InstanceType("starter", 0.5, 512 * 1024**2, 256)


def body(
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    rootless: bool = False,
    init: bool = False,
    **changes: object,
) -> dict:
    values = {"name": "c", "image": "i", "network": "n", "labels": {"l": "1"}, "env": {"A": "$x"}, "size": STARTER}
    more = {"log_path": Path("/logs/c.log"), "log_size": 10_000_000}
    return create_body(ContainerSpec(**(values | more | changes)), limits, rootless=rootless, init=init)


def test_a_service():
    assert body(aliases=("api",), port=8080) == {
        "name": "c",
        "image": "i",
        "labels": {"l": "1"},
        "env": {"A": "$x"},
        "httpproxy": False,
        "cap_drop": ["all"],
        "cap_add": [],
        "no_new_privileges": True,
        "init": False,
        "read_only_filesystem": False,
        "mounts": [{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
                    "options": ["rw", "nosuid", "nodev", "mode=1777"]}],
        "log_configuration": {"driver": "k8s-file", "path": "/logs/c.log", "size": 10_000_000},
        "restart_policy": "no",
        "resource_limits": {
            "cpu": {"period": 100_000, "quota": 50_000},
            "memory": {"limit": 512 * 1024**2, "swap": 512 * 1024**2},
            "pids": {"limit": 256},
        },
        "healthconfig": {"Test": ["NONE"]},
        "netns": {"nsmode": "bridge"},
        "networks": {"n": {"aliases": ["api"]}},
    }  # fmt: skip


def test_an_own_dockerfile_gets_exactly_these():
    assert body(own_dockerfile=True)["cap_add"] == [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SETUID", "CAP_SETGID", "CAP_NET_BIND_SERVICE",
    ]  # fmt: skip


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("host", [False, True])
def test_always_hardened(own, host):
    made = body(own_dockerfile=own, host_network=host, capabilities=("SETGID",), restart=True, user="1:1")
    assert made["cap_drop"] == ["all"]
    assert made["no_new_privileges"] is True
    assert "privileged" not in made
    assert made["cap_add"].count("CAP_SETGID") == 1


def test_without_root_one_loopback_port_of_the_engines_choice():
    assert body(port=8080, rootless=True)["portmappings"] == [
        {"container_port": 8080, "host_ip": "127.0.0.1", "host_port": 0}
    ]
    assert "portmappings" not in body(rootless=True)
    assert "portmappings" not in body(port=8080)


def test_the_hosts_network_has_no_bridge_and_no_port():
    made = body(host_network=True, port=8080, rootless=True)
    assert made["netns"] == {"nsmode": "host"}
    assert "networks" not in made
    assert "portmappings" not in made


def test_limits_that_cannot_be_set_are_left_out():
    assert body(limits=Limits(cpu=False, memory=True, pids=False))["resource_limits"].keys() == {"memory"}
    assert not Limits(cpu=False).all


def test_zero_is_no_limit():
    assert body(size=InstanceType("none", 0, 0, 0))["resource_limits"] == {}


def test_command_takes_the_place_of_both():
    made = body(command=("a", "b c"))
    assert (made["entrypoint"], made["command"]) == (["a", "b c"], [])
    assert "entrypoint" not in body()


def test_mounts_never_bring_devices_or_setuid():
    made = body(mounts=(Mount(Path("/a"), "/b"), Mount(Path("/c"), "/d", read_only=False)))
    assert [each["options"] for each in made["mounts"][1:]] == [
        ["rbind", "nosuid", "nodev", "ro"], ["rbind", "nosuid", "nodev", "rw"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"), [({}, True), ({"own_dockerfile": True}, False), ({"host_network": True}, False)]
)
def test_our_images_alone_run_under_an_init(changes, expected):
    assert body(init=True, **changes)["init"] is expected
    assert body(init=False, **changes)["init"] is False
