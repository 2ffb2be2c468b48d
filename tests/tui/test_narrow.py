"""In 80 by 24 one pane shows at a time; keys and mouse lead in and back to the same row."""

from textual.geometry import Size

from runix_tui.tui.screens.main import MainScreen
from tests.tui.conftest import NARROW, opened, sees, text_of
from tests.tui.served import Served, ServedLink


async def test_in_and_back_to_the_same_row(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo"):
        server.deploy(name)
    async with opened(link, NARROW) as pilot:
        await pilot.press("down")
        await sees(pilot, lambda: "bravo-" in text_of(pilot.app) and ".localhost:8080" in text_of(pilot.app))
        assert "1 Overview" not in text_of(pilot.app)
        await pilot.press("enter")
        await sees(pilot, lambda: "1 Overview" in text_of(pilot.app))
        assert "Deployments" not in text_of(pilot.app)
        assert "esc back" in text_of(pilot.app)
        await pilot.press("escape")
        await sees(pilot, lambda: "Deployments" in text_of(pilot.app))
        row = next(line for line in text_of(pilot.app).splitlines() if "bravo" in line)
        assert "▸" in row


async def test_the_mouse_alone(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo"):
        server.deploy(name)
    async with opened(link, NARROW) as pilot:
        await sees(pilot, lambda: "bravo" in text_of(pilot.app))
        await pilot.click("DeploymentList", offset=(8, 1))
        await pilot.click("DeploymentList", offset=(8, 1))
        await sees(pilot, lambda: "1 Overview" in text_of(pilot.app) and "bravo" in text_of(pilot.app))
        await pilot.click("KeysBar", offset=(text_of(pilot.app).splitlines()[-1].index("esc back"), 0))
        await sees(pilot, lambda: "Deployments" in text_of(pilot.app))


async def test_a_number_opens_its_tab(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    async with opened(link, NARROW) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))
        await pilot.press("4")
        await sees(pilot, lambda: "4 History" in text_of(pilot.app) and "Deployments" not in text_of(pilot.app))


async def test_the_five_keys_that_matter_and_the_help(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    async with opened(link, NARROW) as pilot:
        await sees(pilot, lambda: "a add" in text_of(pilot.app) and "redeploy" in text_of(pilot.app))
        last = text_of(pilot.app).splitlines()[-1]
        for word in ("⏎ open", "a add", "r redeploy", "b roll back", "? help", "q leave"):
            assert word in last


async def test_it_follows_the_size(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    async with opened(link, NARROW) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))
        await pilot.resize_terminal(140, 40)
        await sees(pilot, lambda: "1 Overview" in text_of(pilot.app) and "Deployments" in text_of(pilot.app))
        await pilot.resize_terminal(*NARROW)
        await sees(pilot, lambda: "1 Overview" not in text_of(pilot.app))
        screen = pilot.app.screen
        assert isinstance(screen, MainScreen)
        assert pilot.app.size == Size(*NARROW)
        assert screen.rows.has_focus
