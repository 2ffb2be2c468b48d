"""The Build tab: how far a build is, how long each stage took, its log, and why it failed."""

import pytest

from runix_tui.errors import BuildError
from runix_tui.tui.widgets.log_view import LogView
from runix_tui.tui.widgets.stages import StageList
from tests.tui.conftest import NARROW, WIDE, opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.tui.test_list import said


async def test_shows_stages_steps_and_log(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("2")
        await sees(pilot, lambda: "✓ route" in text_of(pilot.app))
        await sees(pilot, lambda: "1/1 FROM scratch" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "✓ fetch" in shown
        assert "0000000" in shown  # the commit
        assert "✓ build" in shown
        assert "STEP 1/1: FROM scratch" in shown
        assert "v1 · deploy" in shown


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_follows_a_build_through_its_stages(server: Served, link: ServedLink, size: tuple[int, int]) -> None:
    may_build = server.world.engine.may_build
    server.loop.call_soon_threadsafe(may_build.clear)
    made = server.do(server.runix.create(server.world.request("shop"))).deployment.id
    async with opened(link, size) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await pilot.press("2", "enter")
        await sees(pilot, lambda: "◐ build" in text_of(pilot.app) and "· start" in text_of(pilot.app))
        await sees(pilot, lambda: "1/1" in text_of(pilot.app))
        server.loop.call_soon_threadsafe(may_build.set)
        await sees(pilot, lambda: "✓ route" in text_of(pilot.app))
    server.settle(made)


async def test_a_failure_stands_there_with_what_to_do(server: Served, link: ServedLink) -> None:
    server.world.faults().fail["build"] = BuildError("The disk is full.", hint="Free some space.", code="disk_full")
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("2")
        await sees(pilot, lambda: "✗ build" in text_of(pilot.app))
        await sees(pilot, lambda: "Free some space." in text_of(pilot.app))
        assert "· start" in text_of(pilot.app)
        assert "r try again" in text_of(pilot.app)


async def test_older_and_newer_builds(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    server.do(server.runix.redeploy(made))
    server.settle(made)
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await pilot.press("2", "enter")
        await sees(pilot, lambda: "v2 · redeploy" in text_of(pilot.app))
        await sees(pilot, lambda: "✓ route" in text_of(pilot.app))
        await pilot.press("less_than_sign")
        await sees(pilot, lambda: "v1 · deploy" in text_of(pilot.app))
        await pilot.press("greater_than_sign")
        await sees(pilot, lambda: "v2 · redeploy" in text_of(pilot.app))


async def test_a_rollback_builds_nothing_and_says_so(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    server.do(server.runix.redeploy(made))
    server.settle(made)
    server.do(server.runix.rollback(made, 1))
    async with opened(link) as pilot:
        await pilot.press("2")
        await sees(pilot, lambda: "nothing is built" in text_of(pilot.app))
        assert "fetch" not in text_of(pilot.app).replace("fetched", "")


async def test_time_stands_still_when_nothing_runs(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("2")
        await sees(pilot, lambda: "✓ route" in text_of(pilot.app))
        assert pilot.app.screen.query_one(StageList)._tick is None


async def test_a_step_leads_to_its_lines(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    async with opened(link, (120, 16)) as pilot:
        await pilot.press("2")
        await sees(pilot, lambda: "1/1 FROM scratch" in text_of(pilot.app))
        await sees(pilot, lambda: "■ built, live" in text_of(pilot.app))
        stages, view = pilot.app.screen.query_one(StageList), pilot.app.screen.query_one("#build-log LogView", LogView)
        assert view.position.following
        stages.focus()
        await sees(pilot, lambda: "to its lines" in text_of(pilot.app))
        await pilot.press("j", "j", "j", "enter")
        await sees(pilot, lambda: not view.position.following)
        assert "STEP 1/1: FROM scratch" in text_of(pilot.app)
    server.settle(made)


async def test_who_comes_back_sees_the_steps_and_the_lines_they_read(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    async with opened(link, (120, 16)) as pilot:
        await pilot.press("2", "enter")
        await sees(pilot, lambda: "■ built, live" in text_of(pilot.app))
        await pilot.press("slash", *"STEP", "enter")
        await sees(pilot, lambda: "/ STEP  1/1" in text_of(pilot.app))
        await pilot.press("4")
        await sees(pilot, lambda: "/ STEP" not in text_of(pilot.app))
        await pilot.press("2")
        await sees(pilot, lambda: "/ STEP  1/1" in text_of(pilot.app) and "1/1 FROM scratch" in text_of(pilot.app))
        assert "■ built, live" in text_of(pilot.app)
    server.settle(made)


async def test_a_build_is_merged_with_nothing(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("2", "enter")
        await sees(pilot, lambda: "■ built, live" in text_of(pilot.app))
        await pilot.press("M")
        await sees(pilot, lambda: "A build log stands alone" in said(pilot.app))
