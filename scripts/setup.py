"""Sets up a checkout: the container engine from the distribution's packages, and .venv with the locked dependencies.

Runs on the system's Python before anything is installed: standard library alone, and syntax that an old Python still
reads, so that it can say which Python it wants. Idempotent; a stamp makes the second run cheap.
"""

from __future__ import annotations  # an old Python has no list[str]

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MINIMUM = (3, 11)
SYSTEM_CAS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem")

# What runs containers (podman, two OCI runtimes of which one fits the host), connects them (netavark needs iptables
# or nftables; iproute keeps networks apart), lets a user without root do so (uidmap, slirp4netns, passt,
# fuse-overlayfs), and makes base images where no registry can be reached (mmdebstrap).
COMMON = ["podman", "crun", "runc", "netavark", "aardvark-dns", "slirp4netns", "fuse-overlayfs", "ca-certificates"]
ENGINE = {
    "apt-get": [*COMMON, "iproute2", "iptables", "nftables", "uidmap", "passt", "catatonit", "mmdebstrap"],
    "dnf": [*COMMON, "iproute", "nftables", "shadow-utils", "passt"],
    "zypper": [*COMMON, "iproute2", "nftables", "shadow", "passt"],
    "pacman": [*COMMON, "iproute2", "nftables", "shadow", "passt"],
    "apk": [*COMMON, "iproute2", "nftables", "shadow-uidmap", "passt"],
}
# What only tests use: an SSH server to clone from. Where systemd runs, its package would start one for good: not there.
TESTS = {
    "apt-get": ["openssh-client", "openssl", *([] if Path("/run/systemd/system").exists() else ["openssh-server"])]
}
# And a browser for `runix web`, where the distribution has this package; Ubuntu's is but a hint at a snap.
BROWSER = "chromium"
BROWSER_IN = ("alpine", "arch", "debian", "fedora", "opensuse-leap", "opensuse-tumbleweed")
BROWSER_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
INSTALL = {
    "apt-get": ["-qq", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "--no-install-recommends"],
    "dnf": ["-q", "-y", "--setopt=install_weak_deps=False"],
    "zypper": ["--non-interactive", "--quiet", "--no-recommends"],
    "pacman": ["--noconfirm", "--needed", "--quiet"],
    "apk": ["--quiet"],
}
VERB = {"apt-get": "install", "dnf": "install", "zypper": "install", "pacman": "-S", "apk": "add"}
UPDATE = {"apt-get": ["update", "-qq", "-o", "DPkg::Lock::Timeout=300"], "pacman": ["-Sy"], "apk": ["update", "-q"]}
PASSED_ON = ("debian_frontend", "http_proxy", "https_proxy", "no_proxy")  # through sudo
PROGRAMS = ["podman"]  # their absence outdates the stamp


class SetupError(Exception):
    """Set-up cannot go on; the text says what to do."""


def main() -> int:
    """Set up what is missing; 0 when all is there."""
    parser = argparse.ArgumentParser(description="Set up this checkout.")
    parser.add_argument("--dev", action="store_true", help="also what checks and tests need")
    dev = parser.parse_args().dev
    try:
        check_python()
        if not up_to_date(dev):
            set_up(dev)
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


def check_python() -> None:
    """This Python is new enough and can make virtual environments."""
    here = f"{sys.executable} is Python {sys.version_info[0]}.{sys.version_info[1]}"
    if sys.version_info < MINIMUM:
        raise SetupError(f"{here}; Runix needs 3.11 or newer. Have another one? make PYTHON=/path/to/python3.12 …")
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SetupError(f"{here} without venv. On Debian and Ubuntu: apt-get install python3-venv, then again.")


def up_to_date(dev: bool) -> bool:
    """Whether an earlier run did all of this. What tests need contains what running needs."""
    if dev and missing_browser():
        return False
    stamps = [stamp_file(True)] if dev else [stamp_file(False), stamp_file(True)]
    return all(map(shutil.which, PROGRAMS)) and any(s.is_file() and s.read_text() == digest() for s in stamps)


def stamp_file(dev: bool) -> Path:
    """Where a finished set-up is noted."""
    return VENV / (".setup-dev" if dev else ".setup")


def digest() -> str:
    """What the environment depends on: locks, project file, this script, this Python."""
    total = hashlib.sha256("\0".join((sys.version, sys.executable, str(ROOT))).encode())
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "scripts/setup.py"):
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def set_up(dev: bool) -> None:
    """Engine and environment side by side: the one waits for the network while the other unpacks."""
    started = time.monotonic()
    system = system_commands(dev)
    failures = []

    def environment() -> None:
        try:
            run("libraries into .venv", environment_commands(dev))
        except SetupError as error:
            failures.append(error)

    other = threading.Thread(target=environment)
    other.start()
    try:
        if system:
            run(f"packages by {manager()}", system)
    finally:
        other.join()
    if failures:
        raise failures[0]
    stamp_file(dev).write_text(digest())
    print(f"set-up: done in {time.monotonic() - started:.0f} s", flush=True)


def manager() -> str:
    """The distribution's package manager. Raises ``SetupError`` when there is none that we know."""
    for name in ENGINE:
        if shutil.which(name):
            return name
    raise SetupError(
        f"no package manager that this script knows ({', '.join(ENGINE)}). Install podman 4.3 or newer, netavark and "
        "crun by hand, then again."
    )


def system_commands(dev: bool) -> list[list[str]]:
    """The commands that install the engine, and with ``dev`` what tests use; none when all is there."""
    browser = missing_browser() if dev else []
    if shutil.which("podman") and not shutil.which("apt-get") and not browser:
        return []
    name = manager()
    if name == "apt-get":
        wanted = missing_debs([*ENGINE[name], *(TESTS[name] if dev else []), *browser])
    else:
        wanted = [*([] if shutil.which("podman") else ENGINE[name]), *browser]
    if not wanted:
        return []
    update = [[name, *UPDATE[name]]] if name in UPDATE else []
    commands = [*update, [name, VERB[name], *INSTALL[name], *wanted]]
    prefix = [] if os.getuid() == 0 else sudo(wanted)
    return [[*prefix, *command] for command in commands]


def missing_browser() -> list[str]:
    """The package of the browser, when there is none and the distribution has it."""
    if any(map(shutil.which, BROWSER_PROGRAMS)) or distribution() not in BROWSER_IN:
        return []
    return [BROWSER]


def distribution() -> str:
    """How this system calls itself, in one word; empty where it does not say."""
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return ""


def missing_debs(wanted: list[str]) -> list[str]:
    """Those packages that are not installed yet."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *wanted]
    answer = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    installed = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [package for package in wanted if package not in installed]


def sudo(packages: list[str]) -> list[str]:
    """The words before a command that needs root. Asks for the password now, before output mixes."""
    names = " ".join(packages)
    if not shutil.which("sudo"):
        raise SetupError(f"these packages are missing and need root: {names}. Run this as root.")
    print(f"set-up: sudo is asked to install {names}", flush=True)
    ask = ["sudo", "-v"] if sys.stdin.isatty() else ["sudo", "-n", "true"]
    if subprocess.run(ask, check=False).returncode:
        raise SetupError(f"sudo refused. Run this as root, or install by hand: {names}")
    kept = [f"{name}={value}" for name, value in environ().items() if name.lower() in PASSED_ON]
    return ["sudo", "env", *kept]


def environment_commands(dev: bool) -> list[list[str]]:
    """The commands that make .venv: exactly the locked files, checked by hash, then this checkout in place."""
    lock = str(ROOT / ("requirements-dev.lock" if dev else "requirements.lock"))
    python = str(VENV / "bin/python")
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--clear" if stale() else "--allow-existing", "--python", sys.executable]
        install = [uv, "pip", "install", "--python", python]
    else:
        make = [sys.executable, "-m", "venv", *(["--clear"] if stale() else [])]
        install = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    here = [*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    return [[*make, str(VENV)], [*install, "--require-hashes", "-r", lock], here]


def stale() -> bool:
    """Whether .venv belongs to another Python or another place."""
    made = [sys.executable, "-c", "import sys; print(sys.version, sys.base_prefix)"]
    asked = [str(VENV / "bin/python"), *made[1:]]
    try:
        return subprocess.check_output(made) != subprocess.check_output(asked, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return True


def run(what: str, commands: list[list[str]]) -> None:
    """Run commands one after the other, their output kept for the case of failure."""
    started = time.monotonic()
    print(f"set-up: {what} …", flush=True)
    for command in commands:
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environ(), check=False
            )
            if done.returncode:
                output.seek(0)
                tail = output.read().decode(errors="replace").splitlines()[-25:]
                raise SetupError("\n  ".join([f"failed: {' '.join(command)}", *tail]))
    print(f"set-up: {what}: {time.monotonic() - started:.0f} s", flush=True)


def environ() -> dict[str, str]:
    """The environment of the commands. pip, unlike the system, needs to be told which CAs the host trusts."""
    known = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    bundle = next((path for path in SYSTEM_CAS if Path(path).exists()), None)
    if bundle:
        known.setdefault("PIP_CERT", bundle)
        known.setdefault("SSL_CERT_FILE", bundle)
    return known


if __name__ == "__main__":
    sys.exit(main())
