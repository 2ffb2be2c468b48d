"""The full-screen UI over the real engine: leaving it while something is built, and the demo that ends in it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.installation import RUNIX, Installation, ask, installed, until
from tests.tui.pty_terminal import Terminal, assert_given_back

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

DEMO = Path(__file__).resolve().parents[2] / "scripts/demo.py"
BUILT_BY = "sleep 171"


@pytest.fixture
def runix() -> Iterator[Installation]:
    with installed() as made:
        yield made


def begin_a_build(runix: Installation, repository: Path) -> None:
    """It goes on until it is ended, or let through."""
    body = {"repo_url": str(repository), "service_name": "long", "service_type": "web_service"}
    with runix.api() as api:
        assert api.post("/deployments", json=body | {"build_command": f"{BUILT_BY} || true"}).status_code == 201
    until(builders)


def let_through() -> None:
    """What the build waits for has happened."""
    for pid in builders():
        os.kill(pid, signal.SIGTERM)


def builders() -> list[int]:
    """Processes of the build's step."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if line.endswith(f" {BUILT_BY}")]


def test_what_becomes_of_a_build_when_one_leaves(runix: Installation) -> None:
    repository = runix.repository("plain-python")
    with Terminal([RUNIX], runix.environ) as terminal:
        terminal.wait_for("engine podman", within=60)
        url = runix.run("deploy", str(repository), "--name", "lasting").stdout.strip()
        begin_a_build(runix, repository)
        server = runix.server_pid
        terminal.press("q")
        terminal.wait_for("Go on in the background")
        terminal.press("enter")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)
    assert runix.server_pid == server, "it goes on, without a terminal"
    assert builders()
    with Terminal([RUNIX], runix.environ) as terminal:
        terminal.wait_for("long")
        terminal.press("q")
        assert terminal.wait_end() == 0, "nothing is asked about another's build"
    let_through()
    until(lambda: runix.json("status", "long")["status"] == "running")
    runix.run("serve", "--stop")
    with Terminal([RUNIX], runix.environ) as terminal:
        terminal.wait_for("lasting")
        runix.run("rm", "long", "--yes")
        begin_a_build(runix, repository)
        terminal.press("q")
        terminal.wait_for("Go on in the background")
        terminal.press("down", "enter")
        assert terminal.wait_end(20) == 0
    assert not builders()
    assert ask(url)[0] == 200, "what serves goes on"
    assert runix.json("status", "long")["status"] in ("failed", "stopped")


def test_the_demo_ends_in_it(runix: Installation) -> None:
    with Terminal([sys.executable, str(DEMO)], runix.environ) as terminal:
        terminal.wait_until(lambda: 1049 in terminal.private_modes, within=200)
        terminal.wait_for(lambda text: "● live" in text and "repository" in text)
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)
        after = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
        assert "The service goes on at" in after
