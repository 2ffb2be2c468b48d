"""The next visit begins where the last one ended, before anything was asked."""

import json

from runix_tui.core.secret import Secret
from runix_tui.errors import Unavailable
from runix_tui.tui.app import RunixApp
from runix_tui.tui.link import StartOptions
from tests.tui.conftest import opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.tui.test_list import chosen


async def test_it_begins_where_one_was(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo"):
        server.deploy(name)
    async with opened(link) as pilot:
        await pilot.press("down", "O", "3")
        await sees(pilot, lambda: "by status" in text_of(pilot.app) and chosen(pilot.app.screen) == "bravo")
        pilot.app.theme = "runix-light"
        await pilot.press("q")
        await pilot.pause()
    async with opened(link) as pilot:
        await sees(pilot, lambda: "by status" in text_of(pilot.app) and chosen(pilot.app.screen) == "bravo")
        assert pilot.app.query_one("#tabs").current == "logs"  # type: ignore[attr-defined]
        assert pilot.app.theme == "runix-light"


async def test_it_begins_with_the_deployments_wherever_one_left(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    async with opened(link) as pilot:
        await pilot.press("D")
        await sees(pilot, lambda: "Doctor" in text_of(pilot.app))
        await pilot.press("q")
        await pilot.pause()
    async with opened(link) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))
        assert "Doctor" not in text_of(pilot.app)


async def test_what_was_there_is_shown_before_the_server_answers(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))
        await pilot.press("q")
        await pilot.pause()
    link.gone = Unavailable("not yet")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app) and "last seen" in text_of(pilot.app))
        await pilot.press("r")
        app = pilot.app
        assert isinstance(app, RunixApp)
        await sees(pilot, lambda: any("still being reached" in each.text for each in app.notices.kept))
        link.gone = None
        await sees(pilot, lambda: app.fleet.known and "last seen" not in text_of(pilot.app))
        assert chosen(pilot.app.screen) == "alpha"


async def test_no_secret_is_kept(server: Served, link: ServedLink) -> None:
    server.deploy("alpha", env={"PASSWORD": Secret("hunter2-in-the-clear")})
    async with opened(link) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))
        await pilot.press("6", "q")
        await pilot.pause()
    kept = link.state_file.read_text()
    assert json.loads(kept)["fleet"][0]["name"] == "alpha"
    assert "hunter2" not in kept
    assert "test-token" not in kept


async def test_a_broken_file_is_no_hindrance(server: Served, link: ServedLink) -> None:
    server.deploy("alpha")
    link.state_file.write_text('{"order": ["nonsense"], "theme": "no such theme", "fleet": 3}')
    async with opened(link) as pilot:
        await sees(pilot, lambda: "alpha" in text_of(pilot.app))


async def test_the_command_line_may_choose(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo", "delta"):
        server.deploy(name)
    async with opened(link, start=StartOptions(select="delta")) as pilot:
        await sees(pilot, lambda: chosen(pilot.app.screen) == "delta")
