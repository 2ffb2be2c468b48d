"""The terminal lent to an editor: ctrl-c is the editor's, an end is both's, and what comes back is whole."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.pty_home import PtyHome, eventually, pty_home
from tests.tui.pty_seed import seed
from tests.tui.pty_terminal import Terminal, assert_given_back

EDITOR = """
import signal
signal.signal(signal.SIGINT, lambda *_: print("got-ctrl-c", flush=True))
print("\\033[2Jediting" + "." * 40, flush=True)  # the model waits for more behind an escape
input()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[PtyHome]:
    """One whose editor says what it gets, until Enter."""
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    with pty_home() as made:
        seed(made, "alpha")
        made.environ |= {"VISUAL": f"{sys.executable} {editor}"}
        yield made


def edit(terminal: Terminal) -> None:
    """Have the editor in place of the screen."""
    terminal.wait_for("alpha")
    terminal.press(",")
    terminal.wait_for("[build]")
    terminal.press("E")
    terminal.wait_for("editing")
    assert "[build]" not in terminal.text


def test_ctrl_c_is_for_the_program_that_has_the_terminal(home: PtyHome) -> None:
    with home.terminal() as terminal:
        edit(terminal)
        terminal.press("ctrl+c")
        terminal.wait_for("got-ctrl-c")
        terminal.press("enter")
        terminal.wait_for(lambda text: "[build]" in text and "editing" not in text)
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)


def test_an_end_comes_while_another_has_the_terminal(home: PtyHome) -> None:
    with home.terminal() as terminal:
        edit(terminal)
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait_end() == 128 + signal.SIGTERM
        assert_given_back(terminal)
    eventually(lambda: home.server is None)
