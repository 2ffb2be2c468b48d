"""Ctrl-z, as in any program: the shell has its terminal as it was, and after `fg` the screen is whole again."""

import os
import shlex
import signal
from collections.abc import Iterator

import pytest

from tests.tui.pty_home import RUNIX, PtyHome, pty_home
from tests.tui.pty_seed import seed
from tests.tui.pty_terminal import Terminal, assert_given_back

OWN = {1000, 1003, 1004, 1006, 1049, 2004}  # what the full screen turns on: mouse, focus, alternate screen, paste

PROMPT = "the shell that the screen is a job of> "  # long: the model waits for more behind an escape


@pytest.fixture
def home() -> Iterator[PtyHome]:
    with pty_home() as made:
        seed(made, "alpha")
        made.environ |= {"PS1": PROMPT}
        yield made


@pytest.fixture
def shell(home: PtyHome) -> Iterator[Terminal]:
    """A shell that controls jobs, with the full screen in it."""
    with Terminal(("bash", "--norc", "--noediting", "-i"), home.environ) as terminal:
        terminal.wait_for(PROMPT.strip())
        terminal.type(f"{shlex.join(RUNIX)}\r")
        terminal.wait_for("alpha")
        terminal.wait_until(lambda: terminal.private_modes >= OWN)
        yield terminal


def assert_the_shells(terminal: Terminal) -> None:
    """Stopped, and nothing that the full screen turned on is on."""
    terminal.wait_for("Stopped")
    terminal.wait_until(lambda: not terminal.private_modes & OWN)
    assert {7, 25} <= terminal.private_modes
    terminal.type("echo it-$((40 + 2))\r")
    terminal.wait_for("it-42")


def assert_back(terminal: Terminal) -> None:
    """On again, drawn again, and with the keys."""
    terminal.wait_for("Deployments")
    terminal.wait_until(lambda: terminal.private_modes >= OWN)
    assert 25 not in terminal.private_modes
    terminal.press("D")
    terminal.wait_for("Doctor")
    terminal.press("q")
    terminal.wait_until(lambda: terminal.raw.endswith(PROMPT.encode()))
    assert not terminal.private_modes & OWN


def test_ctrl_z_and_back(shell: Terminal) -> None:
    for _ in range(2):
        shell.press("\x1a")
        assert_the_shells(shell)
        shell.type("fg\r")
        shell.wait_for("Deployments")
        shell.wait_until(lambda: shell.private_modes >= OWN)
    assert_back(shell)


def test_a_signal_to_stop(shell: Terminal) -> None:
    os.killpg(shell.job, signal.SIGTSTP)
    assert_the_shells(shell)
    shell.type("fg\r")
    assert_back(shell)


def test_where_no_shell_could_go_on_it_does_not_stop(home: PtyHome) -> None:
    with home.terminal() as terminal:
        terminal.wait_for("alpha")
        terminal.wait_until(lambda: terminal.private_modes >= OWN)
        terminal.press("\x1a")
        terminal.wait_until(lambda: terminal.raw.count(b"\x1b[?1049h") == 2)
        terminal.press("D")
        terminal.wait_for("Doctor")
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)
