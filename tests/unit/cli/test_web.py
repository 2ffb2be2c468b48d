"""``runix web`` before there is a server: its port, its terminal, its browser."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from runix_tui.cli.commands import app
from runix_tui.errors import Conflict

BROWSE = """
import socket
from runix_tui.cli.browse import browse
from runix_tui.core.secret import Secret
browse(socket.create_server(("127.0.0.1", 0)), ("true",), Secret(""), open_browser=%s)
"""


class Terminal:
    """``browse`` in a process, and the keys of its terminal."""

    def __init__(self, environ: dict[str, str], *, open_browser: bool) -> None:
        self.keys, self._there = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", BROWSE % open_browser],
            env=environ,
            stdin=self._there,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def link(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def press(self, keys: bytes) -> None:
        os.write(self.keys, keys)

    def end(self, number: int) -> tuple[int, str]:
        """Its exit code and what it said."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said

    def close(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=20)
        os.close(self.keys)
        os.close(self._there)


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """A browser: a program that notes what it was asked to open."""
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >{tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n')
    program.chmod(0o700)
    return tmp_path / "opened"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal(dict(os.environ), open_browser=False)
    yield found
    found.close()


def test_a_taken_port_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = CliRunner().invoke(app, ["web", "--port", str(port)])
    assert isinstance(outcome.exception, Conflict)
    assert f"port {port} is taken" in outcome.exception.message
    assert "RUNIX_API_PORT" not in outcome.exception.hint


def test_enter_makes_another_link(terminal: Terminal) -> None:
    first = terminal.link()
    terminal.press(b"\n")
    second = terminal.link()
    assert first != second
    assert first.startswith("http://127.0.0.1:")
    assert httpx.get(first, trust_env=False).status_code == 403
    assert httpx.get(second, trust_env=False).status_code == 200
    code, said = terminal.end(signal.SIGTERM)
    assert (code, said.count("\n")) == (0, 1)
    assert "within 5 minutes. Enter makes another" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_it_goes_on_without_keys_until_a_signal(terminal: Terminal, number: int) -> None:
    link = terminal.link()
    terminal.press(b"\x04")
    assert httpx.get(link, trust_env=False).status_code == 200
    assert terminal.end(number)[0] == 0


def test_the_browser_gets_the_link(opened: Path) -> None:
    terminal = Terminal({**os.environ, "BROWSER": f"{opened.with_name('browser')} %s"}, open_browser=True)
    try:
        link = terminal.link()
        while not opened.exists():
            assert terminal.process.poll() is None
            time.sleep(0.01)
        assert opened.read_text().strip() == link
    finally:
        terminal.close()


def test_no_browser_is_no_failure() -> None:
    terminal = Terminal({**os.environ, "BROWSER": "false %s"}, open_browser=True)
    try:
        assert terminal.process.stderr
        assert terminal.link()
        said = [terminal.process.stderr.readline(), terminal.process.stderr.readline()]
        assert any("open the link yourself" in each for each in said)
        assert terminal.end(signal.SIGTERM)[0] == 0
    finally:
        terminal.close()


def test_a_browser_of_the_terminal_does_not_take_it(tmp_path: Path) -> None:
    """As over ssh, where Python would start one here."""
    taken = tmp_path / "taken"
    for name in ("lynx", "w3m", "www-browser"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {taken}\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    away = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    here = {name: value for name, value in os.environ.items() if name not in away}
    terminal = Terminal({**here, "PATH": f"{tmp_path}:{here['PATH']}", "TERM": "xterm"}, open_browser=True)
    try:
        assert terminal.process.stderr
        assert terminal.link()
        said = [terminal.process.stderr.readline(), terminal.process.stderr.readline()]
        assert any("open the link yourself" in each for each in said)
        assert not taken.exists()
    finally:
        terminal.close()
