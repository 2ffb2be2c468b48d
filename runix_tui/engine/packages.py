"""What the programs that an engine needs are called in each distribution, and the command that installs them.

Pure but for reading os-release. The distribution's own mirrors are used as the host has them configured.
"""

import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runix_tui.engine.host import Host

NFTABLES_SINCE = (5, 0)  # netavark 1.10 and newer have a driver for nftables
PASTA_SINCE = (5, 0)  # before it bridges of users without root knew slirp4netns alone
OS_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))


@dataclass(frozen=True, slots=True)
class OsRelease:
    """os-release(5): ``id`` and ``like`` lower case; ``codename`` and ``version`` may be empty."""

    id: str = ""
    like: tuple[str, ...] = ()
    codename: str = ""
    version: str = ""
    name: str = "this system"


@dataclass(frozen=True, slots=True)
class Command:
    """A command to run, and as a person would type it."""

    argv: tuple[str, ...]

    @property
    def text(self) -> str:
        """Shell-quoted, for people."""
        return shlex.join(self.argv)


@dataclass(frozen=True, slots=True)
class _Family:
    ids: frozenset[str]
    install: tuple[str, ...]
    refresh: tuple[str, ...] | None = None
    names: tuple[tuple[str, str], ...] = ()  # program → package, where they differ from the program's own name


_APT = _Family(
    frozenset({"debian", "ubuntu"}),
    ("apt-get", "install", "-y", "--no-install-recommends"),
    ("apt-get", "update"),
    (("pasta", "passt"), ("newuidmap", "uidmap"), ("nft", "nftables"), ("ip", "iproute2")),
)
_DNF = _Family(
    frozenset({"fedora", "rhel", "centos", "rocky", "almalinux"}),
    ("dnf", "install", "-y"),
    names=(
        ("pasta", "passt"),
        ("newuidmap", "shadow-utils"),
        ("nft", "nftables"),
        ("iptables", "iptables-nft"),
        ("ip", "iproute"),
    ),
)
_PACMAN = _Family(
    frozenset({"arch"}),
    ("pacman", "-S", "--needed", "--noconfirm"),
    names=(
        ("pasta", "passt"),
        ("newuidmap", "shadow"),
        ("nft", "nftables"),
        ("mmdebstrap", "debootstrap"),
        ("ip", "iproute2"),
    ),
)
_ZYPPER = _Family(
    frozenset({"suse", "opensuse", "opensuse-tumbleweed", "opensuse-leap"}),
    ("zypper", "--non-interactive", "install"),
    names=(("pasta", "passt"), ("newuidmap", "shadow"), ("nft", "nftables"), ("ip", "iproute2")),
)
_APK = _Family(
    frozenset({"alpine"}),
    ("apk", "add"),
    names=(("pasta", "passt"), ("newuidmap", "shadow-uidmap"), ("nft", "nftables"), ("ip", "iproute2")),
)
_FAMILIES = (_APT, _DNF, _PACMAN, _ZYPPER, _APK)


def read_os_release(files: Sequence[Path] = OS_RELEASE) -> OsRelease:
    """The distribution; an empty value where no file says."""
    for path in files:
        try:
            return parse_os_release(path.read_text("utf-8", "replace"))
        except OSError:
            continue
    return OsRelease()


def parse_os_release(text: str) -> OsRelease:
    """Read ``NAME="value"`` lines."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    values = {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
    return OsRelease(
        values.get("ID", "").lower(),
        tuple(values.get("ID_LIKE", "").lower().split()),
        values.get("VERSION_CODENAME", ""),
        values.get("VERSION_ID", ""),
        values.get("PRETTY_NAME", "") or "this system",
    )


def missing_for_engine(host: Host, version: tuple[int, ...] = ()) -> tuple[str, ...]:
    """Programs without which no container starts, none when all are there; in the order people would name them.

    ``version`` is Podman's, as far as it is known: since 5.0 nftables alone is enough for its networks.
    """
    needed: list[tuple[str, bool]] = [
        ("podman", host.podman is not None),
        (_runtime_to_install(host), bool(host.runtimes)),
        ("netavark", host.netavark is not None),
        ("aardvark-dns", host.aardvark_dns is not None),
        (firewall_program(version), has_firewall(host, version)),
    ]
    if host.rootless:
        needed.append((user_network_program(version), user_network(host, version) is not None))
        needed.append(("newuidmap", host.newuidmap is not None))
    return tuple(name for name, there in needed if not there)


def has_firewall(host: Host, version: tuple[int, ...]) -> bool:
    """Whether netavark of this Podman finds a program to set up packet filters with."""
    return host.iptables is not None or (host.nft is not None and version >= NFTABLES_SINCE)


def user_network(host: Host, version: tuple[int, ...]) -> str | None:
    """The program by which networks of a user without root reach the world; an unknown version may be any."""
    old = bool(version) and version < PASTA_SINCE
    return host.slirp4netns if old else host.pasta or host.slirp4netns


def user_network_program(version: tuple[int, ...]) -> str:
    """The program to install for that."""
    return "pasta" if version >= PASTA_SINCE else "slirp4netns"


def firewall_program(version: tuple[int, ...]) -> str:
    """The program that netavark of this Podman takes by itself."""
    return "nft" if version >= NFTABLES_SINCE else "iptables"


def package(program: str, release: OsRelease) -> str:
    """The package of this distribution that holds ``program``."""
    return dict(_family(release).names).get(program, program)


def install_command(programs: Iterable[str], release: OsRelease, *, root: bool | None = None) -> Command:
    """The command that installs ``programs``, with sudo when this is not root (``root`` None: look)."""
    packages = dict.fromkeys(package(program, release) for program in programs)
    return Command((*sudo(root), *_family(release).install, *packages))


def refresh_command(release: OsRelease, *, root: bool | None = None) -> Command | None:
    """The command that fetches the lists of packages first, where the package manager does not do it by itself."""
    refresh = _family(release).refresh
    return Command((*sudo(root), *refresh)) if refresh else None


def sudo(root: bool | None = None) -> tuple[str, ...]:
    """``("sudo",)`` unless this is root."""
    return () if (os.geteuid() == 0 if root is None else root) else ("sudo",)


def known(release: OsRelease) -> bool:
    """Whether the distribution's package manager is one that Runix knows."""
    return bool({release.id, *release.like} & frozenset().union(*(family.ids for family in _FAMILIES)))


def _family(release: OsRelease) -> _Family:
    """By its own id first, then by what it is like; Debian's where nothing says (its names are the commonest)."""
    for name in (release.id, *release.like):
        for family in _FAMILIES:
            if name in family.ids:
                return family
    return _APT


def _runtime_to_install(host: Host) -> str:
    return "crun" if host.cgroup_version == 2 else "runc"
