"""Nothing in the repository is true of one machine only: no paths of a checkout, no registry's address in a lock."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = re.compile(r"(^|/)([\w-]+\.lock|package-lock\.json|pnpm-lock\.yaml|requirements[\w-]*\.(lock|txt))$")
ADDRESS = re.compile(r"\b(?:https?|git|ssh)://[^\s\"')]+")
PERSONAL = re.compile(r"(?<![\w.-])/(?:home|Users)/[a-z][\w-]+/")


def tracked() -> list[str]:
    """Paths of all files that git knows, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def text_of(name: str) -> str:
    return (ROOT / name).read_bytes().decode("utf-8", errors="replace")


def lock_files() -> list[str]:
    return [name for name in tracked() if LOCKS.search(name)]


@pytest.mark.parametrize("name", lock_files())
def test_a_lock_file_names_no_host(name: str) -> None:
    """Where packages come from is the machine's own affair; a lock says which, and their hashes."""
    lines = [line for line in text_of(name).splitlines() if '"url":' not in line]  # npm: where to fund a project
    assert [found for line in lines for found in ADDRESS.findall(line)] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_library_has_hashes(name: str) -> None:
    pins = re.findall(
        r"^([\w.-]+==[^\s;\\]+)[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}[ \\]*\n?)+)", text_of(name), re.M
    )
    assert len(pins) == len(re.findall(r"^[\w.-]+==", text_of(name), re.M)) > 10


def test_both_locks_agree() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text_of(name), re.M))

    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert run.items() <= dev.items()


def test_no_file_knows_this_checkout() -> None:
    """Paths of the machine that a file was written on."""
    bad = [name for name in tracked() if str(ROOT) in text_of(name) or PERSONAL.search(text_of(name))]
    assert [name for name in bad if not name.startswith("tests/contracts/")] == []


def test_no_secret_or_large_file_is_tracked() -> None:
    names = tracked()
    assert [name for name in names if Path(name).suffix in {".pem", ".key", ".whl", ".db", ".sqlite3"}] == []
    assert [name for name in names if (ROOT / name).stat().st_size > 512 * 1024] == []
