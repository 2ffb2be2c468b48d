"""Rolling back: the question says what will happen, the same place shows how it goes and what came of it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from runix_tui.client import Client
from runix_tui.core.requests import ChangeRequest
from runix_tui.core.secret import Secret
from runix_tui.errors import StartError, Unavailable
from tests.tui.conftest import NARROW, opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.tui.test_list import said


def two_versions(server: Served, **config: Any) -> str:
    """A service that was deployed twice, with other variables the second time."""
    made = server.deploy("shop", env={"WORKERS": Secret("2"), "OLD": Secret("x")}, **config)
    change = ChangeRequest({"WORKERS": Secret("4-secret"), "NEW": Secret("y"), "OLD": None}, {"instance_type": "pro"})
    server.do(server.runix.change(made, change))
    server.settle(made)
    return made


async def asked(pilot: Pilot[None], *keys: str) -> None:
    """The question is there, and all of it was read."""
    await sees(pilot, lambda: "shop" in text_of(pilot.app))
    await pilot.press(*(keys or ("b",)))
    await sees(pilot, lambda: "goes back too" in text_of(pilot.app) or "stays as it is" in text_of(pilot.app))


async def test_says_what_will_happen_before_it_does(server: Served, link: ServedLink) -> None:
    two_versions(server)
    async with opened(link) as pilot:
        await asked(pilot)
        await sees(pilot, lambda: "WORKERS (other value)" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "Roll shop back to v1?" in shown
        assert "OLD (comes back)" in shown
        assert "NEW (goes)" in shown
        assert "pro → starter" in shown
        assert "4-secret" not in shown
        await pilot.press("escape")
        await sees(pilot, lambda: "Roll shop back" not in text_of(pilot.app))
    assert server.runix.get(pilot_deployment(server)).current.number == 2  # type: ignore[union-attr]


async def test_rolls_back_and_says_so(server: Served, link: ServedLink) -> None:
    made = two_versions(server)
    async with opened(link, NARROW) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "The release of v1 serves, as v3." in text_of(pilot.app))
        assert "✓ route" in text_of(pilot.app)
        assert "Undo: b takes back to v2." in text_of(pilot.app)
        await pilot.press("enter")
        await sees(pilot, lambda: "Undo" not in text_of(pilot.app))
    assert server.runix.get(made).serving.number == 3  # type: ignore[union-attr]


async def test_shows_the_stages_as_they_pass_and_goes_on_when_closed(server: Served, link: ServedLink) -> None:
    made = two_versions(server)
    gate = server.world.faults().gate("switch")
    async with opened(link) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "✓ check" in text_of(pilot.app) and "◐ route" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "Rolling shop back" not in text_of(pilot.app))
        server.loop.call_soon_threadsafe(gate.set)
        await sees(pilot, lambda: any("v1 serves again" in each.text for each in pilot.app.notices.kept))  # type: ignore[attr-defined]
    assert server.runix.get(made).serving.number == 3  # type: ignore[union-attr]


async def test_a_failure_is_shown_with_its_evidence(server: Served, link: ServedLink) -> None:
    made = two_versions(server)
    server.world.faults().fail["start"] = StartError(
        "It exits with 3.", code="exited", hint="Look.", evidence=("boom",)
    )
    async with opened(link) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "shop was not rolled back" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "It exits with 3." in shown
        assert "│ boom" in shown
        assert "✗ start" in shown
        assert "v2 serves on." in shown
    assert server.runix.get(made).serving.number == 2  # type: ignore[union-attr]


async def test_nowhere_to_go_is_said(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await pilot.press("b")
        await sees(pilot, lambda: "No version before the one that serves" in text_of(pilot.app))
        assert "Roll back  ⏎" not in text_of(pilot.app), "a button that does nothing"
        assert "Esc closes this" in text_of(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        assert "Rolling" not in text_of(pilot.app)
        await pilot.press("escape")
        await sees(pilot, lambda: "No version before" not in text_of(pilot.app))


def broken_off(monkeypatch: pytest.MonkeyPatch, begin: Callable[[], object]) -> None:
    """The server goes while it is asked to roll back; ``begin`` is what it has done until then."""

    def rollback(client: Client, deployment_id: str, version: int | None = None) -> None:
        begin()
        raise Unavailable("The connection to http://127.0.0.1 broke", code="server_gone", hint="Try again.")

    monkeypatch.setattr(Client, "rollback", rollback)


@pytest.mark.parametrize("close", [False, True], ids=["looked at", "closed"])
async def test_what_nobody_answered_is_not_called_failed(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch, close: bool
) -> None:
    made = two_versions(server)
    gate = server.world.faults().gate("switch")
    broken_off(monkeypatch, lambda: asyncio.run_coroutine_threadsafe(server.runix.rollback(made, 1), server.loop))
    async with opened(link, NARROW) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "It is not known yet whether shop was rolled back" in text_of(pilot.app))
        assert "The server went before it said whether v1 serves." in text_of(pilot.app)
        assert "not rolled back" not in text_of(pilot.app)
        assert "Esc closes this" in text_of(pilot.app)
        if close:
            await pilot.press("escape")
            await sees(pilot, lambda: "It is not known" not in text_of(pilot.app))
        server.loop.call_soon_threadsafe(gate.set)
        await sees(pilot, lambda: "v1 serves again" in said(pilot.app))
        assert close or "The release of v1 serves, as v3." in text_of(pilot.app)


async def test_what_the_server_did_not_begin_was_not_done(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_versions(server)
    broken_off(monkeypatch, lambda: None)
    async with opened(link) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "shop was not rolled back" in text_of(pilot.app))
        assert "The server ended before it began" in text_of(pilot.app)
        assert "v2 serves on." in text_of(pilot.app)


async def test_what_the_end_of_the_server_cut_off_has_failed(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = two_versions(server)
    server.world.faults().fail["start"] = StartError("Runix ended while it was on its way", code="interrupted")
    broken_off(monkeypatch, lambda: asyncio.run_coroutine_threadsafe(server.runix.rollback(made, 1), server.loop))
    async with opened(link) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "shop was not rolled back" in text_of(pilot.app))
        assert "Runix ended while it was on its way" in text_of(pilot.app)


async def test_what_was_cancelled_meanwhile_is_not_called_done(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = two_versions(server)
    server.world.faults().gate("start")
    broken_off(monkeypatch, lambda: asyncio.run_coroutine_threadsafe(server.runix.rollback(made, 1), server.loop))
    async with opened(link) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "It is not known yet whether shop was rolled back" in text_of(pilot.app))
        await sees(pilot, lambda: "◐ start" in text_of(pilot.app))
        await asyncio.to_thread(server.do, server.runix.cancel(made))
        await sees(pilot, lambda: "shop was not rolled back" in text_of(pilot.app))
        assert "v3 was cancelled" in text_of(pilot.app)
        assert "v2 serves on." in text_of(pilot.app)
        assert "serves again" not in said(pilot.app)


async def test_what_was_deleted_meanwhile_was_not_done(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = two_versions(server)
    broken_off(monkeypatch, lambda: server.do(server.runix.delete(made)))
    async with opened(link) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "shop was not rolled back" in text_of(pilot.app))
        assert "No such deployment" in text_of(pilot.app)


async def test_an_image_that_vanished_is_told_by_the_server(server: Served, link: ServedLink) -> None:
    two_versions(server)
    server.world.engine.stored.clear()
    async with opened(link) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "The image of version 1 is gone" in text_of(pilot.app))
        assert "v2 serves on." in text_of(pilot.app)


def pilot_deployment(server: Served) -> str:
    """The id of the only deployment."""
    return server.runix.deployments()[0].deployment.id


async def test_the_question_follows_what_happens_meanwhile(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await pilot.press("b")
        await sees(pilot, lambda: "No version before the one that serves" in text_of(pilot.app))
        server.do(server.runix.redeploy(made))
        server.settle(made)
        await sees(pilot, lambda: "Roll shop back to v1?" in text_of(pilot.app))
        await sees(pilot, lambda: "v2 serves until this one is healthy" in text_of(pilot.app))
