"""A browser that is started from the full screen has a window of its own, or is not started."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runix_tui.tui.browsing import desktop, shown

URL = "http://shop-x7kf.localhost:8080"
Program = Callable[..., Path]


@pytest.fixture
def path(tmp_path: Path) -> dict[str, str]:
    """An environment with no program but those of a test."""
    return {"PATH": str(tmp_path), "TERM": "xterm-256color", "HOME": str(tmp_path)}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Puts a program on the path that keeps a note of what it was run with; gives the note."""

    def make(name: str, then: str = "") -> Path:
        note = tmp_path / f"{name}.note"
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$@" > {note}\n{then}\n')
        (tmp_path / name).chmod(0o755)
        return note

    return make


@pytest.mark.parametrize("more", [{}, {"SSH_CONNECTION": "10.0.0.2 1 10.0.0.1 22"}, {"BROWSER": "lynx:/usr/bin/w3m"}])
def test_without_a_desktop_nothing_is_started(path: dict[str, str], program: Program, more: dict[str, str]) -> None:
    notes = [program(name) for name in ("lynx", "w3m", "xdg-open", "www-browser")]
    assert not shown(URL, path | more)
    assert not any(note.exists() for note in notes)


def test_a_desktop_without_a_browser_gets_none_of_the_terminals(path: dict[str, str], program: Program) -> None:
    notes = [program(name) for name in ("lynx", "w3m", "links", "elinks", "www-browser")]
    assert not shown(URL, path | {"DISPLAY": ":0"})
    assert not any(note.exists() for note in notes)


def test_the_desktops_browser_gets_the_url(path: dict[str, str], program: Program) -> None:
    note = program("xdg-open")
    assert shown(URL, path | {"DISPLAY": ":0"})
    assert note.read_text().strip() == URL


def test_a_browser_that_is_named_leads_out_of_ssh(path: dict[str, str], program: Program) -> None:
    """As an editor's terminal does it, whose own program shows it where the user sits; of the terminal it gets none."""
    note = program("helper", "(: < /dev/tty) 2>/dev/null && echo terminal >> $0.note; exit 0")
    assert shown(URL, path | {"BROWSER": "helper", "SSH_CONNECTION": "10.0.0.2 1 10.0.0.1 22"})
    assert note.read_text().splitlines() == [URL]


def test_one_that_fails_is_none(path: dict[str, str], program: Program) -> None:
    program("helper", "exit 3")
    assert not shown(URL, path | {"BROWSER": "helper"})


@pytest.fixture
def endless(tmp_path: Path, program: Program) -> Iterator[Path]:
    """A browser that stays as long as it is used."""
    pid = tmp_path / "pid"
    os.mkfifo(pid)
    program("helper", f"echo $$ > {pid}; exec /bin/sleep 60")
    yield pid
    os.kill(int(pid.read_text()), signal.SIGKILL)


def test_one_that_stays_is_not_waited_for(path: dict[str, str], endless: Path) -> None:
    assert shown(URL, path | {"BROWSER": "helper"}, patience=0)


def test_a_mac_has_a_desktop_but_not_over_ssh() -> None:
    assert desktop({}, "darwin") is not None
    assert desktop({"SSH_CONNECTION": "x"}, "darwin") is None
