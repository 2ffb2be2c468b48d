"""The main screen: what it shows, and where its keys lead."""

from tests.tui.conftest import opened, sees, text_of
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
