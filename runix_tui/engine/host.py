"""What this host offers to a container engine: programs, cgroups, limits, an OCI runtime that really works.

Detection only, as values. What follows from it is decided in ``settings.py`` (the engine's configuration) and
``doctor.py`` (advice); nothing here writes outside a temporary folder.
"""

import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Where distributions put what a user's PATH may lack; podman itself looks for its helpers in the last two.
PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
HELPER_FOLDERS = ("/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman")
NATIVE_OVERLAY_KERNEL = (5, 13)  # overlay mounts without root, fit for container storage
_UNIFIED_MARK = "cgroup.controllers"


@dataclass(frozen=True, slots=True)
class Host:
    """A host as far as an engine cares. Programs are absolute paths, None when they are not installed.

    ``cgroup_version`` is 2 for the unified hierarchy alone, 1 for the old and the hybrid ones. ``nofile`` and ``nproc``
    are the hard limits of this process, None for no limit.
    """

    rootless: bool
    cgroup_version: int
    systemd: bool
    user_bus: bool
    nofile: int | None
    nproc: int | None
    kernel: tuple[int, int]
    podman: str | None = None
    runtimes: tuple[tuple[str, str], ...] = ()  # (name, path), the likelier one first
    fuse_overlayfs: str | None = None
    slirp4netns: str | None = None
    pasta: str | None = None
    netavark: str | None = None
    aardvark_dns: str | None = None
    iptables: str | None = None
    nft: str | None = None
    ip: str | None = None
    newuidmap: str | None = None
    mmdebstrap: str | None = None

    @property
    def cgroup_manager(self) -> str:
        """``systemd`` where it runs and can be asked by this user, else ``cgroupfs``."""
        return "systemd" if self.systemd and (not self.rootless or self.user_bus) else "cgroupfs"

    @property
    def native_overlay(self) -> bool:
        """Whether the kernel mounts overlays for this user without help."""
        return not self.rootless or self.kernel >= NATIVE_OVERLAY_KERNEL


def detect(environ: Mapping[str, str] = os.environ) -> Host:
    """Look at this host. Reads files and limits, runs nothing."""
    path = search_path(environ)

    def program(name: str, folders: str = path) -> str | None:
        return shutil.which(name, path=folders)

    def helper(name: str) -> str | None:
        return program(name, os.pathsep.join(HELPER_FOLDERS)) or program(name)

    cgroup = cgroup_version()
    runtime_dir = environ.get("XDG_RUNTIME_DIR", "")
    return Host(
        rootless=os.geteuid() != 0,
        cgroup_version=cgroup,
        systemd=Path("/run/systemd/system").is_dir(),
        user_bus=bool(runtime_dir) and Path(runtime_dir, "bus").exists(),
        nofile=_hard_limit(resource.RLIMIT_NOFILE),
        nproc=_hard_limit(resource.RLIMIT_NPROC),
        kernel=_kernel(os.uname().release),
        podman=program("podman"),
        runtimes=tuple((name, found) for name in runtime_order(cgroup) if (found := program(name))),
        fuse_overlayfs=program("fuse-overlayfs"),
        slirp4netns=program("slirp4netns"),
        pasta=program("pasta"),
        netavark=helper("netavark"),
        aardvark_dns=helper("aardvark-dns"),
        iptables=program("iptables"),
        nft=program("nft"),
        ip=program("ip"),
        newuidmap=program("newuidmap"),
        mmdebstrap=program("mmdebstrap"),
    )


def podman_version(podman: str, *, timeout: float = 10) -> tuple[int, ...]:
    """``podman version 4.3.1`` as numbers, by asking the program; empty when it does not say."""
    try:
        done = subprocess.run([podman, "--version"], capture_output=True, text=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_version(done.stdout.split()[-1]) if done.stdout.split() else ()


def parse_version(text: str) -> tuple[int, ...]:
    """``4.3.1`` or ``5.4.2-dev`` as numbers."""
    numbers = (part.split("-", 1)[0].split("+", 1)[0] for part in text.split("."))
    return tuple(int(number) for number in numbers if number.isdigit())


def search_path(environ: Mapping[str, str]) -> str:
    """The user's PATH and then the folders of system programs that it may lack (``/usr/sbin`` on Debian)."""
    own = [part for part in environ.get("PATH", "").split(os.pathsep) if part]
    return os.pathsep.join(dict.fromkeys([*own, *PROGRAM_FOLDERS]))


def cgroup_version(root: Path = Path("/sys/fs/cgroup")) -> int:
    """2 when the unified hierarchy is mounted at the top; hybrid (v2 below v1) counts as 1, as limits live in v1."""
    return 2 if (root / _UNIFIED_MARK).is_file() else 1


def runtime_order(cgroup: int) -> tuple[str, ...]:
    """OCI runtimes, the likelier one first: crun refuses hybrid cgroups, on v2 it is the faster one."""
    return ("crun", "runc") if cgroup == 2 else ("runc", "crun")


def pick_runtime(host: Host, *, timeout: float = 10) -> tuple[str, str] | None:
    """The first OCI runtime that really starts a process here, as (name, path); None when none is installed.

    Where the trial itself is not possible (without root it needs a prepared user namespace) or fails for all of them,
    the likelier one is given: then the engine's own message says what is wrong.
    """
    if host.rootless or len(host.runtimes) < 2:
        return host.runtimes[0] if host.runtimes else None
    return next((each for each in host.runtimes if _starts(each[1], timeout)), host.runtimes[0])


def _starts(runtime: str, timeout: float) -> bool:
    """Whether ``runtime`` runs ``true`` in a container made of the host's own read-only system folders."""
    with tempfile.TemporaryDirectory(prefix="runix-oci-") as folder:
        bundle = Path(folder)
        name = f"runix-probe-{bundle.name[-8:]}"
        mounts = _system_mounts(bundle / "rootfs")
        (bundle / "config.json").write_text(json.dumps(_trial(name, mounts)), "utf-8")
        command = [runtime, "--root", str(bundle / "state"), "run", "--bundle", folder, name]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def _system_mounts(rootfs: Path) -> list[str]:
    """Make ``rootfs`` with the host's links (``/bin`` → ``usr/bin``); gives the real folders to be mounted over it."""
    rootfs.mkdir()
    mounts = []
    for name in ("usr", "bin", "lib", "lib64"):
        original = Path("/", name)
        if original.is_symlink():
            (rootfs / name).symlink_to(original.readlink())
        elif original.is_dir():
            mounts.append(str(original))
    return mounts


def _trial(name: str, folders: Sequence[str]) -> dict[str, object]:
    """An OCI runtime configuration (opencontainers/runtime-spec, config.md) with limits, as ours have them."""
    binds = [{"destination": each, "type": "bind", "source": each, "options": ["rbind", "ro"]} for each in folders]
    return {
        "ociVersion": "1.0.0",
        "process": {"user": {"uid": 0, "gid": 0}, "args": ["true"], "cwd": "/", "env": ["PATH=/usr/bin:/bin"]},
        "root": {"path": "rootfs"},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}, *binds],
        "linux": {
            "cgroupsPath": f"/{name}",
            "resources": {"pids": {"limit": 64}},
            "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "network")],
        },
    }


def _hard_limit(which: int) -> int | None:
    hard = resource.getrlimit(which)[1]
    return None if hard == resource.RLIM_INFINITY else hard


def _kernel(release: str) -> tuple[int, int]:
    """``6.1.0-18-amd64`` as (6, 1); (0, 0) for what does not look like a version."""
    major, _, rest = release.partition(".")
    minor = rest.split(".", 1)[0].split("-", 1)[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)
