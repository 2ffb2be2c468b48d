"""What has to be installed, and by which command."""

import pytest

from runix_tui.engine.host import Host
from runix_tui.engine.packages import (
    OsRelease,
    install_command,
    known,
    missing_for_engine,
    parse_os_release,
    refresh_command,
)

DEBIAN = OsRelease("debian", codename="bookworm")


def a_host(**changes: object) -> Host:
    there = {name: f"/usr/bin/{name}" for name in ("podman", "netavark", "aardvark_dns", "iptables", "ip")}
    values = {"rootless": False, "cgroup_version": 2, "systemd": True, "user_bus": False, "nofile": None, "nproc": None}
    return Host(**(values | {"kernel": (6, 1), "runtimes": (("crun", "/usr/bin/crun"),)} | there | changes))


def test_os_release():
    text = (
        '# a comment\nPRETTY_NAME="Ubuntu 24.04 LTS"\nID=ubuntu\nID_LIKE="debian"\nVERSION_CODENAME=noble\n\nodd line\n'
    )
    assert parse_os_release(text) == OsRelease("ubuntu", ("debian",), "noble", "", "Ubuntu 24.04 LTS")
    assert parse_os_release("") == OsRelease()


@pytest.mark.parametrize(
    ("release", "command"),
    [
        (DEBIAN, "apt-get install -y --no-install-recommends podman uidmap passt"),
        (
            OsRelease("linuxmint", ("ubuntu", "debian")),
            "apt-get install -y --no-install-recommends podman uidmap passt",
        ),
        (OsRelease("fedora"), "dnf install -y podman shadow-utils passt"),
        (OsRelease("rocky", ("rhel", "centos", "fedora")), "dnf install -y podman shadow-utils passt"),
        (OsRelease("arch"), "pacman -S --needed --noconfirm podman shadow passt"),
        (OsRelease("opensuse-leap", ("suse",)), "zypper --non-interactive install podman shadow passt"),
        (OsRelease("alpine"), "apk add podman shadow-uidmap passt"),
    ],
)
def test_install_command(release, command):
    wanted = ("podman", "newuidmap", "pasta", "podman")
    assert install_command(wanted, release, root=True).text == command
    assert install_command(wanted, release, root=False).text == f"sudo {command}"
    assert known(release)


def test_unknown_distribution_is_told_debians_names():
    assert not known(OsRelease("plan9"))
    assert install_command(["podman"], OsRelease("plan9"), root=True).argv[0] == "apt-get"


def test_lists_are_fetched_first_where_it_needs_be():
    assert refresh_command(DEBIAN, root=True).text == "apt-get update"
    assert refresh_command(OsRelease("fedora")) is None


@pytest.mark.parametrize(
    ("facts", "version", "missing"),
    [
        ({}, (), ()),
        ({"podman": None}, (), ("podman",)),
        ({"runtimes": ()}, (), ("crun",)),
        ({"runtimes": (), "cgroup_version": 1}, (), ("runc",)),
        ({"netavark": None, "aardvark_dns": None}, (), ("netavark", "aardvark-dns")),
        ({"iptables": None}, (4, 3, 1), ("iptables",)),
        ({"iptables": None, "nft": "/usr/sbin/nft"}, (4, 3, 1), ("iptables",)),
        ({"iptables": None, "nft": "/usr/sbin/nft"}, (5, 4, 2), ()),
        ({"iptables": None}, (5, 4, 2), ("nft",)),
        ({"rootless": True}, (), ("slirp4netns", "newuidmap")),
        ({"rootless": True, "pasta": "/usr/bin/pasta", "newuidmap": "/x"}, (4, 9, 3), ("slirp4netns",)),
        ({"rootless": True, "slirp4netns": "/x", "newuidmap": "/x"}, (5, 4, 2), ()),
        ({"rootless": True, "newuidmap": "/x"}, (5, 4, 2), ("pasta",)),
        ({"rootless": True, "pasta": "/usr/bin/pasta", "newuidmap": "/usr/bin/newuidmap"}, (), ()),
    ],
)
def test_missing_for_engine(facts, version, missing):
    assert missing_for_engine(a_host(**facts), version) == missing
