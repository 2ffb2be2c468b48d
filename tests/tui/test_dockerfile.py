"""The Dockerfile tab: the file of a version, and where each choice came from."""

from runix_tui.errors import SourceError
from tests.tui.conftest import NARROW, opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.world import REPO


async def test_shows_the_file_and_the_reasons(server: Served, link: ServedLink) -> None:
    server.world.source.push(REPO, {"main.py": "import http.server\n", "requirements.txt": "flask\n"})
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("5")
        await sees(pilot, lambda: "FROM" in text_of(pilot.app) and "Where each" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "v1 · serves · written by Runix" in shown
        assert "Where each choice came from" in shown
        assert "requirements.txt" in shown


async def test_an_own_dockerfile_says_so(server: Served, link: ServedLink) -> None:
    server.world.source.push(REPO, {"Dockerfile": 'FROM scratch\nCMD ["/x"] # [red]markup[/]\n'})
    server.deploy("shop")
    async with opened(link, NARROW) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await pilot.press("enter", "5")
        await sees(pilot, lambda: "FROM scratch" in text_of(pilot.app))
        assert "the repository's own Dockerfile" in text_of(pilot.app)
        assert "[red]markup[/]" in text_of(pilot.app)


async def test_says_why_there_is_none(server: Served, link: ServedLink) -> None:
    server.world.faults().fail["fetch"] = SourceError("No such branch.", hint="Try main.", code="branch_not_found")
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("5")
        await sees(pilot, lambda: "it failed before one was written" in text_of(pilot.app))
        assert "No such branch." in text_of(pilot.app)


async def test_older_and_newer_ones(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop")
    server.world.source.push(REPO, {"main.py": "import http.server\n", "requirements.txt": "flask\n"})
    server.do(server.runix.redeploy(made))
    server.settle(made)
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        await pilot.press("5", "enter")
        await sees(pilot, lambda: "v2 · serves" in text_of(pilot.app) and "requirements.txt" in text_of(pilot.app))
        await pilot.press("less_than_sign")
        await sees(pilot, lambda: "v1 · replaced" in text_of(pilot.app))
        await sees(pilot, lambda: "requirements.txt" not in text_of(pilot.app))
