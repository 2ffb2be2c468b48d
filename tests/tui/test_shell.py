"""A shell in a container, in place of the screen: only what the home's own server names, and only what leads inside."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from runix_tui.core.ports import ShellCommand
from runix_tui.tui.app import RunixApp
from tests.tui.conftest import opened, sees
from tests.tui.served import Served, ServedLink
from tests.tui.test_list import lines, said


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Podman that keeps a note of being run."""
    note = tmp_path / "podman-was-run"
    program = tmp_path / "podman"
    program.write_text(f'#!/bin/sh\necho "$@" > {note}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(RunixApp, "suspend", lambda _: nullcontext())
    return note


def ran(note: Path) -> str:
    """What Podman was run with; empty when it was not."""
    return note.read_text() if note.exists() else ""


async def test_a_shell_inside(server: Served, link: ServedLink, podman: Path) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("x")
        await sees(pilot, podman.is_file)
        assert ran(podman).startswith("exec --interactive --tty ")


async def test_no_shell_of_who_took_the_servers_port(server: Served, link: ServedLink, podman: Path) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        door = link.connect()
        link.connect = lambda: replace(door, url="http://127.0.0.1:9")  # type: ignore[method-assign]
        await pilot.press("x")
        await sees(pilot, lambda: "Another server runs on this home now" in said(pilot.app))
        assert not ran(podman)


async def test_no_shell_that_leads_elsewhere(server: Served, link: ServedLink, podman: Path) -> None:
    server.deploy("shop")

    async def elsewhere(container: str) -> ShellCommand:
        return ShellCommand(("podman", "run", container), {})

    server.world.engine.shell = elsewhere  # type: ignore[method-assign]
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("x")
        await sees(pilot, lambda: "names no way into a container" in said(pilot.app))
        assert not ran(podman)
