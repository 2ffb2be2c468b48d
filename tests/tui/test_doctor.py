"""Doctor: what works here, what does not, and how it is mended."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from runix_tui.core.checkup import Check, Level
from runix_tui.errors import Unavailable
from runix_tui.tui.views import doctor
from tests.tui.conftest import NARROW, opened, sees, text_of
from tests.tui.served import Served, ServedLink

HOME = Check("home", Level.OK, "~/.local/state/runix")
NO_ENGINE = Check("engine", Level.FAIL, "Podman is not installed", "Run: apt-get install podman", (("apt-get",),))
ENGINE = Check("engine", Level.OK, "Podman 5.4, /usr/bin/podman")
LINGER = Check("linger", Level.WARN, "off for [red]ada\x1b]0;x\x07", "Ask somebody with root.")


class Machine:
    """A machine whose check-up finds what it is told."""

    def __init__(self, server: Served, found: Sequence[Check]) -> None:
        self.found = found
        self.looks = 0
        server.runix.installation.checkup = self.checkup  # type: ignore[method-assign]

    async def checkup(self) -> Sequence[Check]:
        self.looks += 1
        return self.found


async def test_what_is_wrong_comes_first_with_its_remedy(server: Served, link: ServedLink) -> None:
    Machine(server, [HOME, LINGER, NO_ENGINE])
    async with opened(link) as pilot:
        await pilot.press("D")
        await sees(pilot, lambda: "✗ fails" in text_of(pilot.app))
        text = text_of(pilot.app)
        assert text.index("✗ fails") < text.index("▲ warning") < text.index("✓ ok")
        assert "Run: apt-get install podman  F does it." in text
        assert "off for [red]ada" in text
        assert "Ask somebody with root." in text


async def test_without_an_engine_it_says_how_to_get_one(server: Served, link: ServedLink) -> None:
    Machine(server, [HOME, NO_ENGINE])
    async with opened(link, NARROW) as pilot:
        await pilot.press("D")
        await sees(pilot, lambda: "Runix needs a container engine" in text_of(pilot.app))
        assert "F gets what is missing" in text_of(pilot.app)


async def test_all_is_well(server: Served, link: ServedLink) -> None:
    Machine(server, [HOME, ENGINE])
    async with opened(link) as pilot:
        await pilot.press("D")
        await sees(pilot, lambda: "✓ Everything works." in text_of(pilot.app))
        assert "F gets" not in text_of(pilot.app)


async def test_looks_again_when_asked(server: Served, link: ServedLink) -> None:
    machine = Machine(server, [HOME, NO_ENGINE])
    async with opened(link) as pilot:
        await pilot.press("D")
        await sees(pilot, lambda: "✗ fails" in text_of(pilot.app))
        machine.found = [HOME, ENGINE]
        await pilot.press("r")
        await sees(pilot, lambda: "Everything works" in text_of(pilot.app) and "✗" not in text_of(pilot.app))


async def test_mends_in_place_of_the_screen_then_looks_again(
    server: Served, link: ServedLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(server, [HOME, NO_ENGINE])
    mended = tmp_path / "mended"
    async with opened(link) as pilot:
        await pilot.press("D")
        await sees(pilot, lambda: "✗ fails" in text_of(pilot.app))
        machine.found = [HOME, ENGINE]
        monkeypatch.setattr(pilot.app, "suspend", nullcontext)
        monkeypatch.setattr(doctor, "FIX", (sys.executable, "-c", f"open({str(mended)!r}, 'w').close()"))
        pressed, enter = os.pipe()
        os.write(enter, b"\n")
        stdin = os.fdopen(pressed)
        monkeypatch.setattr(sys, "stdin", stdin)
        await pilot.press("F")
        await sees(pilot, lambda: "Everything works" in text_of(pilot.app))
        assert mended.is_file()
        os.close(enter)
        stdin.close()


def test_the_fix_is_the_command_of_this_very_runix() -> None:
    assert list(doctor.FIX) == [sys.executable, "-P", "-m", "runix_tui", "doctor", "--fix"]


def test_the_fix_runs_nothing_of_the_folder_one_is_in(tmp_path: Path) -> None:
    (tmp_path / "runix_tui.py").write_text("raise SystemExit('not ours')")
    asked = subprocess.run([*doctor.FIX, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr


async def test_a_terminal_that_cannot_be_lent_is_said(server: Served, link: ServedLink) -> None:
    Machine(server, [HOME, NO_ENGINE])
    async with opened(link) as pilot:
        await pilot.press("D")
        await sees(pilot, lambda: "✗ fails" in text_of(pilot.app))
        await pilot.press("F", "A")
        await sees(pilot, lambda: "cannot be lent" in text_of(pilot.app))


async def test_without_a_server_it_says_what_looks_without_one(link: ServedLink) -> None:
    async with opened(link) as pilot:
        link.gone = Unavailable("no server can be had", hint="Look at the log.")
        server = pilot.app.query_one(doctor.DoctorView).runix.connection
        await server._close()
        await pilot.press("D")
        await sees(pilot, lambda: "`runix doctor`, in a shell, looks without a server" in text_of(pilot.app))
