"""Everything in one place: actions, deployments, tabs, views, themes."""

from textual.command import CommandPalette
from textual.pilot import Pilot

from runix_tui.tui.app import RunixApp
from tests.tui.conftest import opened, sees, text_of
from tests.tui.served import Served, ServedLink


def app_of(app: object) -> RunixApp:
    assert isinstance(app, RunixApp)
    return app


async def find(pilot: Pilot[None], words: str, shows: str, key: str = "ctrl+p") -> None:
    await pilot.press(key)
    await sees(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*words.replace(" ", "\n").replace("\n", " ").split(" ")[0])
    for word in words.split(" ")[1:]:
        await pilot.press("space", *word)
    await sees(pilot, lambda: shows in text_of(pilot.app))
    await pilot.press("enter")


async def test_to_a_deployment_by_its_name(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "zebra"):
        server.deploy(name)
    async with opened(link) as pilot:
        await find(pilot, "zeb", "Go to zebra")
        main = app_of(pilot.app).main
        await sees(pilot, lambda: main.deployment and main.deployment.service_name == "zebra")


async def test_to_a_deployment_that_a_filter_hides(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "zebra"):
        server.deploy(name)
    async with opened(link) as pilot:
        await pilot.press("slash", *"alpha", "enter")
        await sees(pilot, lambda: "1 of 2" in text_of(pilot.app))
        await find(pilot, "zeb", "Go to zebra", "colon")
        main = app_of(pilot.app).main
        await sees(pilot, lambda: main.deployment and main.deployment.service_name == "zebra")


async def test_an_action(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))
        await find(pilot, "delete", "Delete it")
        await sees(pilot, lambda: "Delete alpha" in text_of(pilot.app))


async def test_a_view_a_tab_and_a_theme(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))
        main = app_of(pilot.app).main
        await find(pilot, "tab history", "Tab History")
        await sees(pilot, lambda: main.query_one("#tabs").current == "history")  # type: ignore[attr-defined]
        await find(pilot, "theme light", "Theme runix-light")
        await sees(pilot, lambda: pilot.app.theme == "runix-light")
        await find(pilot, "doctor", "doctor: What works here")
        await sees(pilot, lambda: main.view == "doctor")
