"""The Overview tab: what a person learns of a deployment without asking."""

import asyncio

from runix_tui.core.human import local
from runix_tui.core.wire import DeploymentDetails
from runix_tui.errors import BuildError
from runix_tui.tui.app import RunixApp
from runix_tui.tui.widgets.fact_list import FactList
from tests.tui.conftest import opened, sees, text_of
from tests.tui.served import Served, ServedLink


async def test_tells_what_serves_and_where(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    created = server.runix.get(made).deployment.created_at
    async with opened(link) as pilot:
        await sees(pilot, lambda: "a change · Ada" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "http://shop-" in shown
        assert "https://git.example/shop.git" in shown
        assert "web service · starter" in shown
        assert local(created) in shown
        await sees(pilot, lambda: "1.5 %" in text_of(pilot.app))


async def test_says_why_it_failed_and_what_helps(server: Served, link: ServedLink) -> None:
    broken = BuildError("The step [red]pip[/] failed.", hint="Look here.", code="disk_full", evidence=("last line",))
    server.world.faults().fail["build"] = broken
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "The step [red]pip[/] failed." in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "Look here." in shown
        assert "│ last line" in shown
        assert "r try again" in shown


async def test_a_failed_redeploy_says_that_the_old_version_serves(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    server.world.faults().fail["build"] = BuildError("No luck.")
    server.do(_redeploy(server, made))
    server.settle(made)
    async with opened(link) as pilot:
        await sees(pilot, lambda: "v1 serves on; this is about v2." in text_of(pilot.app))


async def test_another_one_is_shown_at_once_and_never_mixed_up(server: Served, link: ServedLink) -> None:
    server.deploy("first", env={})
    server.deploy("second", instance_type="pro")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "web service · starter" in text_of(pilot.app))
        await pilot.press("down")
        await sees(pilot, lambda: "web service · pro" in text_of(pilot.app))
        assert "web service · starter" not in text_of(pilot.app)


async def _redeploy(server: Served, deployment_id: str) -> None:
    await server.runix.redeploy(deployment_id)


async def test_what_arrives_late_about_another_one_is_not_drawn(server: Served, link: ServedLink) -> None:
    server.deploy("first")
    server.deploy("second", instance_type="pro")
    async with opened(link) as pilot:
        app = pilot.app
        assert isinstance(app, RunixApp)
        await sees(pilot, lambda: "web service · starter" in text_of(app))
        slow, read = asyncio.Event(), app.known.read_details

        async def late(deployment_id: str) -> DeploymentDetails:
            await slow.wait()
            return await read(deployment_id)

        app.known.read_details = late  # type: ignore[method-assign]
        await pilot.press("down", "up", "down")
        await sees(pilot, lambda: "web service · pro" in text_of(app))
        slow.set()
        await sees(pilot, lambda: "healthy" in text_of(app))
        assert "web service · starter" not in text_of(app)


async def test_nothing_is_drawn_again_when_nothing_changed(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "healthy" in text_of(pilot.app))
        facts = pilot.app.screen.query_one("#facts", FactList)
        drawn = facts._drawn
        facts.show(facts._facts)
        await pilot.pause()
        assert facts._drawn is drawn
