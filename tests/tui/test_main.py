"""The main screen: what it shows, and where its keys lead."""

import gc

import pytest

from runix_tui.tui.app import RunixApp
from runix_tui.tui.widgets.deployments import DeploymentList
from runix_tui.tui.widgets.version_list import VersionList
from tests.tui.conftest import NARROW, WIDE, opened, sees, text_of
from tests.tui.served import Served, ServedLink


async def test_shows_what_is_there(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await sees(pilot, lambda: "● live" in text_of(pilot.app))


async def test_a_new_deployment_appears_by_itself(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        server.deploy("later")
        await sees(pilot, lambda: "later" in text_of(pilot.app))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_who_looks_at_what_goes_is_back_in_the_list(
    server: Served, link: ServedLink, size: tuple[int, int]
) -> None:
    """Else the keys that were meant for it would be its neighbour's."""
    made, _ = server.deploy("alpha"), server.deploy("bravo")
    async with opened(link, size) as pilot:
        await sees(pilot, lambda: "▸ ● alpha" in text_of(pilot.app))
        await pilot.press("4", "enter")
        await sees(pilot, lambda: isinstance(pilot.app.focused, VersionList))
        server.do(server.runix.delete(made))
        await sees(pilot, lambda: "▸ ● bravo" in text_of(pilot.app) and "⏎ open" in text_of(pilot.app))
        assert isinstance(pilot.app.focused, DeploymentList)


async def test_what_ends_before_it_begins_leaves_nothing_behind(link: ServedLink) -> None:
    """A coroutine that nobody awaits is a warning, and so an error of this test."""
    async with opened(link) as pilot:
        app = pilot.app
        assert isinstance(app, RunixApp)
        app.reached()
        app.workers.cancel_group(app, "settings")
        await pilot.pause()
        gc.collect()
