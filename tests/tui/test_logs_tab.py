"""The Logs tab: the run-time log of the chosen deployment, or why there is none."""

import pytest

from runix_tui.errors import BuildError
from runix_tui.tui.tabs import tab
from tests.tui.conftest import opened, sees, text_of
from tests.tui.served import Served, ServedLink


async def test_shows_the_log_and_what_comes(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    server.write("shop", "first words")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await pilot.press("3")
        await sees(pilot, lambda: "first words" in text_of(pilot.app))
        server.write("shop", "more words")
        await sees(pilot, lambda: "more words" in text_of(pilot.app))


async def test_another_deployment_has_another_log(server: Served, link: ServedLink) -> None:
    server.deploy("first")
    server.deploy("second")
    server.write("first", "of the first")
    server.write("second", "of the second")
    async with opened(link) as pilot:
        await pilot.press("3")
        await sees(pilot, lambda: "of the first" in text_of(pilot.app))
        await pilot.press("down")
        await sees(pilot, lambda: "of the second" in text_of(pilot.app))
        assert "of the first" not in text_of(pilot.app)


@pytest.mark.parametrize("key", ["2", "3"])
async def test_says_that_it_is_being_opened(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(tab, "PASSING_BY", 60)
    server.deploy("first")
    server.deploy("second")
    async with opened(link) as pilot:
        await pilot.press(key)
        await sees(pilot, lambda: "Opening the log…" in text_of(pilot.app))
        await pilot.press("down")
        await sees(pilot, lambda: "─ second ─" in text_of(pilot.app))
        assert "Opening the log…" in text_of(pilot.app)


async def test_says_why_there_is_none(server: Served, link: ServedLink) -> None:
    server.world.faults().fail["build"] = BuildError("No luck.")
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("3")
        await sees(pilot, lambda: "2 shows what went wrong" in text_of(pilot.app))


async def test_logs_of_several_services_as_one(server: Served, link: ServedLink) -> None:
    server.deploy("first")
    server.deploy("second")
    server.write("first", "of the first")
    server.write("second", "of the second")
    async with opened(link) as pilot:
        await pilot.press("3", "enter")
        await sees(pilot, lambda: "of the first" in text_of(pilot.app))
        await pilot.press("M")
        await sees(pilot, lambda: "Show the log of first together with" in text_of(pilot.app))
        await pilot.press("space")
        await sees(pilot, lambda: "◆ second" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: "second of the second" in text_of(pilot.app))
        assert "first  of the first" in text_of(pilot.app)
        assert "first + second" in text_of(pilot.app)
        await pilot.press("2", "3")
        await sees(pilot, lambda: "second of the second" in text_of(pilot.app))
        await pilot.press("M")
        await sees(pilot, lambda: "of the second" not in text_of(pilot.app) and "of the first" in text_of(pilot.app))


async def test_who_comes_back_is_where_they_read(server: Served, link: ServedLink) -> None:
    server.deploy("first")
    server.deploy("second")
    server.write("first", *(f"line {number} of many" for number in range(1, 101)))
    server.write("second", "of the second")
    async with opened(link) as pilot:
        await pilot.press("3", "enter")
        await sees(pilot, lambda: "line 100 of many" in text_of(pilot.app))
        await pilot.press("ampersand", *"5", "enter", "up")
        await sees(pilot, lambda: "‖ reading" in text_of(pilot.app) and "19 of 100 lines" in text_of(pilot.app))
        await pilot.press("4")
        await sees(pilot, lambda: "of many" not in text_of(pilot.app))
        await pilot.press("3")
        await sees(pilot, lambda: "‖ reading" in text_of(pilot.app) and "19 of 100 lines" in text_of(pilot.app))
        await pilot.press("escape", "down")
        await sees(pilot, lambda: "of the second" in text_of(pilot.app))
        assert "● following" in text_of(pilot.app)
        await pilot.press("up")
        await sees(pilot, lambda: "‖ reading" in text_of(pilot.app) and "19 of 100 lines" in text_of(pilot.app))
        assert "line 100 of many" not in text_of(pilot.app)


async def test_what_is_merged_stays_merged(server: Served, link: ServedLink) -> None:
    server.deploy("first")
    server.deploy("second")
    server.write("first", "of the first")
    server.write("second", "of the second")
    async with opened(link) as pilot:
        await pilot.press("3", "enter")
        await sees(pilot, lambda: "of the first" in text_of(pilot.app))
        await pilot.press("M")
        await sees(pilot, lambda: "Show the log of first together with" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: "second of the second" in text_of(pilot.app))
        await pilot.press("escape", "down")
        await sees(pilot, lambda: "first + second" not in text_of(pilot.app) and "of the second" in text_of(pilot.app))
        assert "of the first" not in text_of(pilot.app)
        await pilot.press("up")
        await sees(pilot, lambda: "first + second" in text_of(pilot.app))
        assert "second of the second" in text_of(pilot.app)


async def test_a_merged_service_that_is_deleted_says_so(server: Served, link: ServedLink) -> None:
    server.deploy("first")
    second = server.deploy("second")
    server.write("second", "of the second")
    async with opened(link) as pilot:
        await pilot.press("3", "enter")
        await sees(pilot, lambda: "has written nothing yet" in text_of(pilot.app))
        await pilot.press("M")
        await sees(pilot, lambda: "Show the log of first together with" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: "second of the second" in text_of(pilot.app))
        server.do(server.runix.delete(second))
        await sees(pilot, lambda: "second ── its log ends here: No such deployment ──" in text_of(pilot.app))
        server.write("first", "goes on")
        await sees(pilot, lambda: "first  goes on" in text_of(pilot.app))
        assert "● following" in text_of(pilot.app)
