"""The doctor: judges what was found on a host, check by check. Pure but for :func:`examine`.

Each check says what was found and, where it is not well, what to do; running the remedies is in ``remedies.py``.
"""

import os
from collections.abc import Mapping

from runix_tui.core.checkup import Check, Level
from runix_tui.engine.facts import OLDEST, limits_of, warnings
from runix_tui.engine.findings import Device, Findings, gather
from runix_tui.engine.packages import (
    Command,
    firewall_program,
    has_firewall,
    install_command,
    known,
    refresh_command,
    sudo,
    user_network,
    user_network_program,
)
from runix_tui.locations import Locations

GIB = 1024**3
DISK_FAIL = 1 * GIB  # below it not even a base image fits
DISK_WARN = 5 * GIB
SUB_IDS = 65536  # ids that an image's files may use, as useradd grants them


def examine(locations: Locations, environ: Mapping[str, str] = os.environ) -> list[Check]:
    """The health of this installation. Blocks for about a second; changes nothing."""
    return judge(gather(locations, environ))


def judge(found: Findings) -> list[Check]:
    """Every check that matters on such a host."""
    checks = [_named_engine(found)] if found.named_url else [_engine(found), _runtime(found), *_network(found)]
    checks += [_cgroups(found), *_running(found)]
    if found.host.rootless and not found.named_url:
        checks += _rootless(found)
    return [*checks, _mmdebstrap(found), _distribution(found), *_disk(found)]


def _named_engine(found: Findings) -> Check:
    if found.answers:
        return Check("engine", Level.OK, f"{found.url} answers (RUNIX_ENGINE_URL)")
    remedy = "Start it, or unset RUNIX_ENGINE_URL to let Runix start its own."
    return Check("engine", Level.FAIL, f"{found.url} (RUNIX_ENGINE_URL) does not answer", remedy)


def _engine(found: Findings) -> Check:
    version = ".".join(map(str, found.version))
    if found.host.podman is None:
        return _missing(found, "engine", "Podman is not installed", "podman")
    if found.version < OLDEST:
        remedy = "Upgrade Podman to 4.3 or newer (Debian 12 and Ubuntu 24.04 have it)."
        return Check("engine", Level.FAIL, f"Podman {version or 'of unknown version'} is too old", remedy)
    return Check("engine", Level.OK, f"Podman {version}, {found.host.podman}")


def _runtime(found: Findings) -> Check:
    wanted = "crun" if found.host.cgroup_version == 2 else "runc"
    if found.runtime is None:
        return _missing(found, "OCI runtime", "neither crun nor runc is installed", wanted)
    name, path = found.runtime
    if name == "crun" and found.host.cgroup_version == 1:
        return _missing(found, "OCI runtime", "crun refuses this host's hybrid cgroups", "runc")
    return Check("OCI runtime", Level.OK, f"{name}, {path}")


def _network(found: Findings) -> list[Check]:
    helpers = {"netavark": found.host.netavark, "aardvark-dns": found.host.aardvark_dns}
    missing = [name for name, path in helpers.items() if path is None]
    if not has_firewall(found.host, found.version):
        missing.append(firewall_program(found.version))
    if missing:
        return [_missing(found, "network", f"{', '.join(missing)} not installed", *missing)]
    filters = " and ".join(name for name, path in (("iptables", found.host.iptables), ("nft", found.host.nft)) if path)
    return [Check("network", Level.OK, f"netavark with aardvark-dns, {filters}"), *_isolation(found)]


def _isolation(found: Findings) -> list[Check]:
    """Routing rules keep networks apart where the packet filters alone have gaps (``isolation.py``); root sets them."""
    if found.host.rootless or found.host.ip:
        return []
    check = _missing(found, "isolation", "ip is not installed: projects may reach each other for moments", "ip")
    return [Check(check.name, Level.WARN, check.found, check.remedy, check.fix)]


def _cgroups(found: Findings) -> Check:
    what = f"cgroup v{found.host.cgroup_version}, {found.host.cgroup_manager}"
    if not found.host.rootless:
        return Check("limits", Level.OK, f"{what}: CPU, memory and pids limits work")
    if found.host.cgroup_version == 1:
        remedy = "Run Runix as root, or boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1)."
        return Check("limits", Level.WARN, f"{what}: without root no limits can be set", remedy)
    missing = {"cpu", "memory", "pids"} - found.delegated
    if missing:
        remedy = "Delegate them: Delegate=cpu cpuset io memory pids in a drop-in of user@.service, then log in again."
        return Check("limits", Level.WARN, f"{what}: no limits on {', '.join(sorted(missing))}", remedy)
    return Check("limits", Level.OK, f"{what}: CPU, memory and pids limits work")


def _running(found: Findings) -> list[Check]:
    """What an engine that runs says of itself."""
    if not found.engine_info:
        return []
    limits = limits_of(found.engine_info)
    said = warnings(found.engine_info, limits, named=found.named_url)
    return [Check("running engine", Level.WARN, warning, "See the message.") for warning in said]


def _rootless(found: Findings) -> list[Check]:
    return [_sub_ids(found), _namespaces(found), _user_network(found), _storage(found), _linger(found)]


def _sub_ids(found: Findings) -> Check:
    name, count = "subordinate ids", min(found.subuids.count, found.subgids.count)
    if found.host.newuidmap is None:
        return _missing(found, name, "newuidmap is not installed", "newuidmap")
    if count >= SUB_IDS:
        return Check(name, Level.OK, f"{count} for {found.user}")
    first = max(found.subuids.free_from, found.subgids.free_from)
    span = f"{first}-{first + SUB_IDS - 1}"
    ranges = [("--add-subuids", found.subuids.count), ("--add-subgids", found.subgids.count)]
    options = [word for option, there in ranges if there < SUB_IDS for word in (option, span)]
    command = (*sudo(), "usermod", *options, found.user)
    remedy = f"Run: {Command(command).text}"
    renew = ("podman", "system", "migrate")  # a Podman that already ran knows only the old ids
    fixes = (command, renew) if found.host.podman else (command,)
    return Check(name, Level.FAIL, f"{count} for {found.user}, {SUB_IDS} are needed", remedy, fixes)


def _namespaces(found: Findings) -> Check:
    if found.user_namespaces:
        return Check("user namespaces", Level.OK, "allowed")
    remedy = "Set kernel.unprivileged_userns_clone=1 and a user.max_user_namespaces above 0 by sysctl, or run as root."
    return Check("user namespaces", Level.FAIL, "switched off for users without root", remedy)


def _user_network(found: Findings) -> Check:
    name = "rootless network"
    helper = user_network(found.host, found.version)
    if helper is None:
        wanted = user_network_program(found.version)
        return _missing(found, name, f"{wanted} is not installed", wanted)
    if found.tun is Device.USABLE:
        return Check(name, Level.OK, helper)
    if found.tun is Device.MISSING:
        said, command = "/dev/net/tun is missing", (*sudo(), "modprobe", "tun")
    else:
        said, command = f"/dev/net/tun is not open to {found.user}", (*sudo(), "chmod", "0666", "/dev/net/tun")
    return Check(name, Level.FAIL, said, f"Run: {Command(command).text}", (command,))


def _storage(found: Findings) -> Check:
    if found.host.native_overlay or found.host.fuse_overlayfs:
        return Check("rootless storage", Level.OK, found.host.fuse_overlayfs or "overlay of the kernel")
    check = _missing(found, "rootless storage", "this kernel has no overlay for users", "fuse-overlayfs")
    return Check(check.name, Level.WARN, check.found, check.remedy, check.fix)


def _linger(found: Findings) -> Check:
    if not found.host.systemd:
        return Check("linger", Level.OK, "no systemd: services go on after log-out")
    if found.linger:
        return Check("linger", Level.OK, f"on for {found.user}")
    command = (*sudo(), "loginctl", "enable-linger", found.user)
    remedy = f"Without it services end when {found.user} logs out. Run: {Command(command).text}"
    return Check("linger", Level.WARN, f"off for {found.user}", remedy, (command,))


def _mmdebstrap(found: Findings) -> Check:
    name = "base images"
    if found.host.mmdebstrap:
        return Check(name, Level.OK, "mmdebstrap can make them where no registry is reached")
    check = _missing(found, name, "mmdebstrap is not installed: without a registry no bases", "mmdebstrap")
    return Check(name, Level.WARN, check.found, check.remedy, check.fix)


def _distribution(found: Findings) -> Check:
    release = found.release
    if known(release):
        return Check("distribution", Level.OK, release.name)
    remedy = "Packages are named as in Debian; your distribution may name them differently."
    return Check("distribution", Level.WARN, f"{release.name}, which Runix does not know", remedy)


def _disk(found: Findings) -> list[Check]:
    return [_space(folder, free) for folder, free in found.disk_free]


def _space(folder: str, free: int) -> Check:
    said = f"{free / GIB:.1f} GiB free for {folder}"
    if free >= DISK_WARN:
        return Check("disk", Level.OK, said)
    return Check("disk", Level.FAIL if free < DISK_FAIL else Level.WARN, said, "Free some space on that file system.")


def _missing(found: Findings, name: str, said: str, *programs: str) -> Check:
    """A program that has to be installed."""
    install = install_command(programs, found.release)
    refresh = refresh_command(found.release)
    commands = (*((refresh.argv,) if refresh else ()), install.argv)
    return Check(name, Level.FAIL, said, f"Run: {install.text}", commands)
