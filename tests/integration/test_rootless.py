"""The whole walk as a plain user: rootless Podman, its storage empty, nothing of root's at hand.

Runs where the tests run as root, which can make such a user; where they don't, every other test is rootless already.
"""

import json
import os
import pwd
import shutil
import site
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.installation import APPS, ask, commit, git

ROOT = Path(__file__).resolve().parents[2]
USER = "runix-test"
TUN = Path("/dev/net/tun")
LIMIT = 600.0  # seconds: the first deploy makes a root file system and two base images

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can make another user; without root all tests are rootless"),
]


@dataclass
class PlainUser:
    """A user of this machine who has nothing but a home. ``place`` is readable to everybody."""

    place: Path
    python: str

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as this user."""
        home = pwd.getpwnam(USER).pw_dir
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "LANG": "C.UTF-8",
            "PYTHONPATH": f"{self.place}/code:{self.place}/libraries",
            "RUNIX_HOME": f"{home}/runix",
            "RUNIX_API_PORT": "0",
            "RUNIX_HTTP_PORT": "0",
        }
        kept = {name: value for name, value in os.environ.items() if name.endswith(("_CERT_FILE", "_CA_BUNDLE"))}
        return subprocess.run(
            ["runuser", "-u", USER, "--", *command],
            env=environ | kept,
            cwd=self.place,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def runix(self, *arguments: str) -> str:
        """Run ``runix``; what it printed."""
        done = self.run(self.python, "-P", "-m", "runix_tui", *arguments)
        assert done.returncode == 0, (
            done.stdout + done.stderr + self.run("sh", "-c", "tail -60 ~/runix/server.log").stdout
        )
        return done.stdout


@pytest.fixture
def plain_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainUser]:
    place = Path("/var/tmp/runix-test-user")  # a temporary folder of pytest is closed to others
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o755)
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", USER], check=True, capture_output=True)
    tun = stat.S_IMODE(TUN.stat().st_mode)
    try:
        TUN.chmod(0o666)  # as udev sets it; without udev it is root's alone
        (place / "code").mkdir()
        for part in ("runix_tui", "profiles"):
            shutil.copytree(ROOT / part, place / "code" / part)
        shutil.copytree(site.getsitepackages()[0], place / "libraries", symlinks=True)
        made = PlainUser(place, "")
        made.python = interpreter(made)
        yield made
        made.run(made.python, "-P", "-m", "runix_tui", "uninstall", "--yes")
    finally:
        TUN.chmod(tun)
        made_by_user = ["podman", "unshare", "rm", "-rf", f"/home/{USER}/.local/share/containers"]
        subprocess.run(["runuser", "-u", USER, "--", *made_by_user], check=False, capture_output=True, cwd="/")
        for left in Path("/var/tmp").glob(f"runix-bases-{pwd.getpwnam(USER).pw_uid}"):  # locks that outlive a home
            shutil.rmtree(left, ignore_errors=True)
        subprocess.run(["pkill", "-KILL", "-u", USER], check=False)
        subprocess.run(["userdel", "--remove", "--force", USER], check=False, capture_output=True)
        shutil.rmtree(place, ignore_errors=True)


def interpreter(user: PlainUser) -> str:
    """A Python of this version that everybody may run: the one of these tests may lie in root's home."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (os.path.realpath(sys.executable), f"/usr/bin/python{wanted}"):
        found = user.run(candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
        if found.stdout.strip() == wanted:
            return candidate
    pytest.skip(f"no Python {wanted} outside root's own folders, and the libraries are made for {wanted}")


def test_a_plain_user_deploys_redeploys_and_rolls_back(plain_user: PlainUser) -> None:
    repository = plain_user.place / "dice"
    shutil.copytree(APPS / "plain-python", repository)
    git(repository, "init", "-q", "-b", "main")
    commit(repository, "first")
    subprocess.run(["chown", "-R", USER, str(repository)], check=True)

    plain_user.runix("deploy", str(repository), "--name", "dice", "--env", 'QUOTED=it\'s "$HOME"')
    details = json.loads(plain_user.runix("status", "dice", "--json"))
    assert details["status"] == "running"
    assert "dice" in ask(details["url"])[1]

    listing = ("podman", "ps", "--format", "{{.Names}}")
    names = plain_user.run(*listing).stdout.split()
    assert [any(part in name for name in names) for part in ("dice", "gateway")] == [True, True], names
    roots = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
    assert not set(names) & set(roots), "root's engine has nothing of it"

    plain_user.runix("redeploy", "dice")
    plain_user.runix("rollback", "dice")
    history = json.loads(plain_user.runix("history", "dice", "--json"))
    assert [(entry["kind"], entry["status"]) for entry in history] == [
        ("rollback", "running"),
        ("redeploy", "replaced"),
        ("deploy", "replaced"),
    ]
    assert "dice" in ask(details["url"])[1]

    plain_user.runix("uninstall", "--yes")
    assert plain_user.run("podman", "ps", "--all", "--quiet").stdout == ""
