"""The list of deployments: what a row says, and that the cursor stays where the user put it."""

import time

from runix_tui.client import Client
from runix_tui.tui.app import RunixApp
from runix_tui.tui.listing import Order
from runix_tui.tui.screens.main import MainScreen
from tests.tui.conftest import opened, sees, text_of
from tests.tui.served import TOKEN, Served, ServedLink
from tests.unit.tui.entries import deployment
from tests.world import REPO


def lines(app: object, *names: str) -> list[str]:
    """The rows of the list that have these names, as they are on the screen."""
    found = [line.split("│")[1] for line in text_of(app).splitlines() if line.startswith("│")]
    return [line for line in found if line[2] in "●▲◐✗■" and any(f" {name} " in line for name in names)]


def said(app: object) -> str:
    """What the user was told (toasts do not show in tests; Activity keeps the same words)."""
    assert isinstance(app, RunixApp)
    return "\n".join(f"{each.title}: {each.text}" for each in app.notices.kept)


def chosen(screen: object) -> str:
    assert isinstance(screen, MainScreen)
    return screen.deployment.service_name if screen.deployment else ""


def in_project(server: Served, project: str, *names: str) -> None:
    with Client(server.url, TOKEN) as client:
        made = client.create_project(project)
        for name in names:
            body = {"service_name": name, "repo_url": REPO, "branch": "main", "service_type": "web_service"}
            found = client.create({**body, "instance_type": "starter", "project_id": made.id})
            server.settle(found.id)


async def test_a_row_tells_state_version_and_figures(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop") and "M" in lines(pilot.app, "shop")[0])
        (row,) = lines(pilot.app, "shop")
        assert row.split()[:4] == ["▸", "●", "shop", "v1"]
        assert "live" in row


async def test_projects_have_headings_that_cannot_be_chosen(server: Served, link: ServedLink) -> None:
    server.deploy("zebra")
    in_project(server, "tools", "alpha")
    async with opened(link) as pilot:
        await sees(pilot, lambda: " tools " in text_of(pilot.app) and chosen(pilot.app.screen) == "zebra")
        await pilot.press("down")
        await sees(pilot, lambda: chosen(pilot.app.screen) == "alpha")
        await pilot.press("up", "up", "up")
        await sees(pilot, lambda: chosen(pilot.app.screen) == "zebra")


async def test_the_cursor_stays_on_its_deployment(server: Served, link: ServedLink) -> None:
    for name in ("bravo", "delta"):
        server.deploy(name)
    async with opened(link) as pilot:
        await pilot.press("j")
        await sees(pilot, lambda: chosen(pilot.app.screen) == "delta")
        server.deploy("alpha")
        await sees(pilot, lambda: lines(pilot.app, "alpha"))
        assert chosen(pilot.app.screen) == "delta"
        await pilot.press("O")
        await sees(pilot, lambda: "by status" in text_of(pilot.app))
        assert chosen(pilot.app.screen) == "delta"
        assert lines(pilot.app, "delta")[0].startswith("▸")


async def test_the_neighbour_is_chosen_when_one_goes(server: Served, link: ServedLink) -> None:
    ids = {name: server.deploy(name) for name in ("alpha", "bravo", "delta")}
    async with opened(link) as pilot:
        await pilot.press("down")
        await sees(pilot, lambda: chosen(pilot.app.screen) == "bravo")
        server.do(server.runix.delete(ids["bravo"]))
        await sees(pilot, lambda: chosen(pilot.app.screen) == "delta")
        server.do(server.runix.delete(ids["delta"]))
        await sees(pilot, lambda: chosen(pilot.app.screen) == "alpha")


async def test_a_filter_as_it_is_typed(server: Served, link: ServedLink) -> None:
    for name in ("shop-api", "shop-web", "blog"):
        server.deploy(name)
    async with opened(link) as pilot:
        await pilot.press("slash", *"shop-w")
        await sees(pilot, lambda: "1 of 3" in text_of(pilot.app) and chosen(pilot.app.screen) == "shop-web")
        assert not lines(pilot.app, "blog")
        await pilot.press("enter")
        await sees(pilot, lambda: pilot.app.screen.focused is pilot.app.query_one("DeploymentList"))
        assert "1 of 3" in text_of(pilot.app), "Enter keeps the filter"
        await pilot.press("escape")
        await sees(pilot, lambda: lines(pilot.app, "blog") and chosen(pilot.app.screen) == "shop-web")


async def test_a_filter_that_finds_nothing_says_so_and_moves_nothing(server: Served, link: ServedLink) -> None:
    server.deploy("mail")
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("down")
        await sees(pilot, lambda: chosen(pilot.app.screen) == "shop")
        await pilot.press("slash", "#")
        await sees(pilot, lambda: "Nothing has these words" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: lines(pilot.app, "shop") and chosen(pilot.app.screen) == "shop")


async def test_rows_are_drawn_again_after_the_list_had_less_room(server: Served, link: ServedLink) -> None:
    server.deploy("mail")
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("slash")
        await sees(pilot, lambda: not pilot.app.query_one("DeploymentList").has_focus)
        await pilot.press("escape")
        await sees(pilot, lambda: pilot.app.query_one("DeploymentList").has_focus)
        await pilot.press("j")
        await sees(pilot, lambda: "▸" in lines(pilot.app, "shop")[0])


async def test_an_empty_list_says_what_to_do(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await sees(pilot, lambda: "Nothing is deployed yet" in text_of(pilot.app))
        assert "Press a to deploy" in text_of(pilot.app)
        await pilot.press("r")
        await sees(pilot, lambda: "No deployment is chosen" in said(pilot.app))


async def test_marks(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo", "delta"):
        server.deploy(name)
    async with opened(link) as pilot:
        await pilot.press("space", "space")
        await sees(pilot, lambda: "2 marked" in text_of(pilot.app))
        assert "◆" in lines(pilot.app, "alpha")[0]
        await pilot.press("escape")
        await sees(pilot, lambda: "marked" not in text_of(pilot.app).splitlines()[1])
        await pilot.press("asterisk")
        await sees(pilot, lambda: "3 marked" in text_of(pilot.app))


async def test_the_mouse_chooses_and_marks(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo"):
        server.deploy(name)
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "bravo"))
        await pilot.click("DeploymentList", offset=(8, 1))
        await sees(pilot, lambda: chosen(pilot.app.screen) == "bravo")
        await pilot.click("DeploymentList", offset=(1, 0))
        await sees(pilot, lambda: "1 marked" in text_of(pilot.app))


async def test_hundreds_are_instant_and_only_what_is_seen_is_asked_about(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, MainScreen)
        many = [deployment(f"app-{number:03}") for number in range(500)]
        screen.fleet.replace(many, [])
        began = time.perf_counter()
        screen.rows.lay_out()
        for number in range(0, 500, 5):
            screen.rows.fleet_changed(frozenset({f"id-app-{number:03}"}))
        assert time.perf_counter() - began < 1, "a hundred events of five hundred deployments"
        assert len(screen.looked_at()) <= screen.rows.size.height + 1
        await pilot.press("end")
        await sees(pilot, lambda: lines(pilot.app, "app-499"))
        screen.rows.sort(Order.AGE)
        assert chosen(screen) == "app-499"


async def test_what_stays_the_same_is_not_drawn_again(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, MainScreen)
        screen.fleet.replace([deployment("shop")], [])
        screen.rows.lay_out()
        await sees(pilot, lambda: "2m" in lines(pilot.app, "shop")[0] and screen.chosen == "id-shop")
        drawn: list[int] = []
        rows = screen.rows
        draw = rows.render_line
        rows.render_line = lambda y: (drawn.append(y), draw(y))[1]  # type: ignore[method-assign]
        rows.fleet_changed(frozenset({screen.chosen or ""}))
        await pilot.pause()
        assert drawn == []
        screen.fleet.doing[screen.chosen or ""] = "stopping"
        rows.fleet_changed(frozenset({screen.chosen or ""}))
        await sees(pilot, lambda: drawn)
        assert set(drawn) == {0}
