"""`runix` in a real terminal: it shows, keeps its shape, gives the terminal back, and lets nothing foreign out."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import psutil
import pytest

from runix_tui.bootstrap.home import is_held
from tests.tui.pty_home import RUNIX, PtyHome, eventually, pty_home
from tests.tui.pty_seed import seed
from tests.tui.pty_terminal import Terminal, assert_given_back

UP = "alpha"  # a name in the list: the server was reached
NARROW, WIDE = (80, 24), (200, 50)


@pytest.fixture
def home() -> Iterator[PtyHome]:
    with pty_home() as made:
        yield made


@pytest.fixture
def seeded(home: PtyHome) -> PtyHome:
    seed(home, "alpha", "beta", "gamma", lines=50)
    return home


def no_server(home: PtyHome) -> bool:
    return not is_held(home.locations)


def assert_no_trace(terminal: Terminal) -> None:
    assert b"Traceback" not in terminal.raw


# --- it shows ---------------------------------------------------------------------------------------------------------


def test_it_shows_with_a_server_of_its_own(seeded: PtyHome) -> None:
    with seeded.terminal() as terminal:
        terminal.wait_for(UP)
        assert "gamma" in terminal.text
        server = seeded.server
        assert server
        assert psutil.Process(server).ppid() == terminal.process.pid
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)
        assert no_server(seeded)


def test_two_share_a_server_and_the_second_takes_over(seeded: PtyHome) -> None:
    with seeded.terminal() as first, seeded.terminal() as second:
        for each in (first, second):
            each.wait_for(UP)
        owner = seeded.server
        assert owner
        owns, other = (first, second) if psutil.Process(owner).ppid() == first.process.pid else (second, first)
        owns.press("q")
        assert owns.wait_end() == 0
        eventually(lambda: seeded.server not in (None, owner))
        server = seeded.server
        assert server
        assert psutil.Process(server).ppid() == other.process.pid
        other.press("q")
        assert other.wait_end() == 0
    assert no_server(seeded)


def test_a_killed_server_comes_back_under_it(seeded: PtyHome) -> None:
    with seeded.terminal() as terminal:
        terminal.wait_for(UP)
        before = seeded.server
        assert before
        os.kill(before, signal.SIGKILL)
        eventually(lambda: seeded.server not in (None, before))
        terminal.wait_for(UP)
        assert terminal.process.poll() is None
        assert_no_trace(terminal)


@pytest.mark.parametrize("select", ["gamma", "tools/gamma"])
def test_it_opens_on_what_it_is_told_to(seeded: PtyHome, select: str) -> None:
    with seeded.terminal("--select", select) as terminal:
        terminal.wait_for("https://git.invalid/gamma")


def test_without_a_terminal_it_helps(home: PtyHome) -> None:
    done = subprocess.run(RUNIX, env=home.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert "deploy" in done.stdout
    assert "needs a terminal" in done.stderr
    assert no_server(home)


def test_a_dumb_terminal_is_told(home: PtyHome) -> None:
    home.environ["TERM"] = "dumb"
    with home.terminal() as terminal:
        assert terminal.wait_end() == 0
        assert "TERM=dumb" in terminal.text
        assert b"\x1b" not in terminal.raw
    assert no_server(home)


# --- what is wrong before anything can be shown -----------------------------------------------------------------------


def test_a_broken_setting_is_shown_and_gone_when_it_is_right(seeded: PtyHome) -> None:
    seeded.locations.config_file.write_text("[build]\ncpus = 'many'\n")
    with seeded.terminal() as terminal:
        terminal.wait_for("build.cpus")
        assert "The settings are wrong" in terminal.text
        seeded.locations.config_file.unlink()
        terminal.press("r")
        terminal.wait_for(lambda text: UP in text and "build.cpus" not in text)
        assert_no_trace(terminal)


def test_a_taken_port_is_shown_with_its_holder(home: PtyHome) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        home.environ["RUNIX_API_PORT"] = str(taken.getsockname()[1])
        with home.terminal() as terminal:
            terminal.wait_for(f"pid {os.getpid()}")
            assert "The server's port is taken" in terminal.text
            assert_no_trace(terminal)


def test_an_unusable_home_is_shown(home: PtyHome) -> None:
    home.folder.rmdir()
    home.folder.write_text("in its place")
    try:
        with home.terminal() as terminal:
            terminal.wait_for("cannot be used")
            assert_no_trace(terminal)
            terminal.press("q")
            assert terminal.wait_end() == 0
    finally:
        home.folder.unlink()


# --- it ends ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_gives_the_terminal_back(seeded: PtyHome, number: int) -> None:
    with seeded.terminal() as terminal:
        terminal.wait_for(UP)
        assert terminal.modes != terminal.modes_before, "it took it"
        terminal.send_signal(number)
        assert terminal.wait_end() == 128 + number
        assert_given_back(terminal)
        assert_no_trace(terminal)
    assert no_server(seeded)


def test_ctrl_c_leaves_from_wherever_one_is(seeded: PtyHome) -> None:
    with seeded.terminal() as terminal:
        terminal.wait_for(UP)
        terminal.press("?")
        terminal.press("ctrl+c")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)
    assert no_server(seeded)


def test_a_signal_before_the_first_frame(home: PtyHome) -> None:
    for pause in (0.05, 0.15, 0.25, 0.35):
        with home.terminal() as terminal:
            time.sleep(pause)
            terminal.send_signal(signal.SIGTERM)
            assert terminal.wait_end() in (128 + signal.SIGTERM, -signal.SIGTERM)
            assert_given_back(terminal)
            assert_no_trace(terminal)
        eventually(lambda: no_server(home))


def test_a_closed_window_ends_it(seeded: PtyHome) -> None:
    with seeded.terminal() as terminal:
        terminal.wait_for(UP)
        terminal.hang_up()
        terminal.process.wait(15)
    eventually(lambda: no_server(seeded))


def test_a_killed_one_takes_its_server_along(seeded: PtyHome) -> None:
    with seeded.terminal() as terminal:
        terminal.wait_for(UP)
        terminal.process.kill()
    eventually(lambda: no_server(seeded))
    assert not seeded.locations.server_file.exists(), "a clean end"


def test_a_terminal_that_takes_nothing_does_not_keep_it(seeded: PtyHome) -> None:
    with seeded.terminal() as terminal:
        terminal.wait_for(UP)
        terminal.pause_reading()
        for _ in range(40):
            terminal.resize(*WIDE)
            terminal.resize(*NARROW)
            time.sleep(0.02)
        terminal.send_signal(signal.SIGTERM)
        assert terminal.process.wait(10) == 128 + signal.SIGTERM
        assert terminal.modes == terminal.modes_before
    eventually(lambda: no_server(seeded))


# --- it keeps its shape -----------------------------------------------------------------------------------------------


def test_another_size_while_it_draws(seeded: PtyHome) -> None:
    with seeded.terminal(columns=NARROW[0], lines=NARROW[1]) as terminal:
        terminal.wait_for(UP)
        for number in range(20):
            terminal.press("down" if number % 3 else "up")
            terminal.resize(*(WIDE if number % 2 else NARROW))
            time.sleep(0.01)
        terminal.resize(*WIDE)
        terminal.wait_for(lambda text: _fills(text, WIDE))
        terminal.resize(*NARROW)
        terminal.wait_for(lambda text: _fills(text, NARROW) and UP in text)
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)
        assert_no_trace(terminal)


def _fills(text: str, size: tuple[int, int]) -> bool:
    """Whether the frame reaches the right edge, and the keys are on the last row."""
    rows = text.split("\n")
    return len(rows) == size[1] and bool(rows[-1].strip()) and max(map(len, rows)) == size[0]


# --- nothing foreign gets out -----------------------------------------------------------------------------------------

HOSTILE = (
    "\x1b]52;c;cHduZWQ=\x07\x1b]0;pwned\x07\x1b]2;pwned\x1b\\\x1b[7777;7777H\x1b[99A\x1b[2J\x1bP1$pwned\x1b\\\x1b_pwned\x1b\\"
    "\x9d0;pwned\x9c\x9b7777d\x08\x0e\x07\u202epwned\u2066\u200b[bold]mark[/bold][/nothing][@click=app.quit]here[/]"
)
BIDI = tuple(chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def test_foreign_text_changes_nothing_on_the_terminal(home: PtyHome) -> None:
    seed(home, "alpha", "beta", foreign=HOSTILE, lines=30)
    with home.terminal(columns=160, lines=50) as terminal:
        terminal.wait_for(UP)
        for key in ("1", "2", "3", "4", "5", "6", "7", "A", "A", "D", "D", "down", "1", "2", "4"):
            terminal.press(key)
            _settle(terminal)
        assert "[/nothing]" in terminal.text or b"[/nothing]" in terminal.raw, "markup is shown as it is"
        assert_no_trace(terminal)
        assert terminal.process.poll() is None
        leaks = foreign_controls(terminal.raw)
        assert not leaks, leaks


def _settle(terminal: Terminal) -> None:
    """Until nothing more is drawn for a moment."""
    size = -1
    while size != len(terminal.raw):
        size = len(terminal.raw)
        time.sleep(0.15)


def foreign_controls(raw: bytes) -> list[bytes]:
    """What a program of ours never writes: strings of OSC, DCS, APC, positions off the screen, C1, bells, bidi."""
    raw = re.sub(rb"\x1b\]22;[a-z-]*\x07", b"", raw)  # Textual's own: the shape of the mouse pointer
    found = re.findall(rb"\x1b[\]PX^_].{0,40}", raw, re.DOTALL)
    found += re.findall(rb"\x1b\[[^a-zA-Z]*7777[^a-zA-Z]*[a-zA-Z]|\x1b\[99A", raw)
    found += re.findall(rb"[\x07\x08\x0e\x0f]", raw)
    text = raw.decode("utf-8", "replace")
    found += [character.encode() for character in (*map(chr, range(0x80, 0xA0)), *BIDI) if character in text]
    return found
