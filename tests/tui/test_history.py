"""The History tab: what ran, what changed, how to get back."""

from textual.pilot import Pilot

from runix_tui.core.requests import ChangeRequest
from runix_tui.core.secret import Secret
from runix_tui.errors import BuildError
from tests.tui.conftest import NARROW, WIDE, opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.world import REPO


def three_versions(server: Served) -> str:
    """A service whose code changed once, and its variables once."""
    made = server.deploy("shop", env={"WORKERS": Secret("2")})
    server.world.source.push(
        REPO, {"main.py": "import http.server\nhttp.server.test()\n", "requirements.txt": "flask\n"}
    )
    server.do(server.runix.redeploy(made))
    server.settle(made)
    server.do(server.runix.change(made, ChangeRequest({"WORKERS": Secret("four"), "NEW": Secret("y")})))
    server.settle(made)
    return made


def rows(pilot: Pilot[None]) -> list[str]:
    """The lines of versions."""
    from runix_tui.tui.widgets.version_list import VersionList

    return [str(option.prompt) for option in pilot.app.screen.query_one(VersionList).options]


async def history(pilot: Pilot[None], versions: int = 3) -> None:
    """The tab is forward and its list is focused."""
    await sees(pilot, lambda: "shop" in text_of(pilot.app))
    await pilot.press("4", "enter")
    await sees(pilot, lambda: len(rows(pilot)) == versions)


async def test_lists_what_ran_and_how_it_ended(server: Served, link: ServedLink) -> None:
    made = three_versions(server)
    server.world.faults().fail["build"] = BuildError("No luck.")
    server.do(server.runix.redeploy(made))
    server.settle(made)
    async with opened(link, (160, 40)) as pilot:
        await history(pilot, 4)
        failed, live, replaced, first = rows(pilot)
        assert "✗ failed: No luck." in failed
        assert "● live" in live
        assert "config" in live
        assert "redeploy 0000000 a change" in replaced
        assert "replaced" in first


async def test_compares_with_what_is_live(server: Served, link: ServedLink) -> None:
    three_versions(server)
    async with opened(link) as pilot:
        await history(pilot)
        await pilot.press("down", "down")
        await sees(pilot, lambda: "v1 ⇄ v3" in text_of(pilot.app))
        await sees(pilot, lambda: "→ pip" in text_of(pilot.app) and "because requirements.txt" in text_of(pilot.app))
        await pilot.press("right")
        await sees(pilot, lambda: "+FROM" in text_of(pilot.app) and "+RUN python3 -m venv" in text_of(pilot.app))
        await pilot.press("right")
        await sees(pilot, lambda: "+ NEW" in text_of(pilot.app) and "~ WORKERS" in text_of(pilot.app))
        assert "four" not in text_of(pilot.app)


async def test_two_marks_are_compared_wherever_the_cursor_is(server: Served, link: ServedLink) -> None:
    three_versions(server)
    async with opened(link) as pilot:
        await history(pilot)
        await pilot.press("down", "space", "down", "space", "up", "up")
        await sees(pilot, lambda: "v1 ⇄ v2" in text_of(pilot.app))
        assert sum("◆" in row for row in rows(pilot)) == 2


async def test_leads_to_the_build_and_the_dockerfile_of_a_version(server: Served, link: ServedLink) -> None:
    three_versions(server)
    async with opened(link) as pilot:
        await history(pilot)
        await pilot.press("down", "down", "2")
        await sees(pilot, lambda: "v1 · deploy" in text_of(pilot.app))
        await pilot.press("4")
        await sees(pilot, lambda: "v ⇄" in text_of(pilot.app) or "v1 ⇄ v3" in text_of(pilot.app))
        await pilot.press("enter", "5")
        await sees(pilot, lambda: "v1" in text_of(pilot.app) and "FROM" in text_of(pilot.app))


async def test_enter_tells_everything_about_a_version(server: Served, link: ServedLink) -> None:
    three_versions(server)
    async with opened(link) as pilot:
        await history(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: f"{2:040x}" in text_of(pilot.app))
        assert "NEW, WORKERS" in text_of(pilot.app)


async def test_rolls_back_to_the_version_under_the_cursor(server: Served, link: ServedLink) -> None:
    made = three_versions(server)
    async with opened(link, NARROW) as pilot:
        await history(pilot)
        await pilot.press("down", "down", "b")
        await sees(pilot, lambda: "Roll shop back to v1?" in text_of(pilot.app))
        await sees(pilot, lambda: "goes back too" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: "The release of v1 serves, as v4." in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "rollback" in rows(pilot)[0] and "→ v1" in rows(pilot)[0])
    assert server.runix.get(made).serving.number == 4  # type: ignore[union-attr]


async def test_one_version_alone_has_nothing_to_compare_with(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link, WIDE) as pilot:
        await history(pilot, 1)
        await sees(pilot, lambda: "nothing to compare it with yet" in text_of(pilot.app))


async def test_another_deployment_has_another_history(server: Served, link: ServedLink) -> None:
    three_versions(server)
    server.deploy("other")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "other" in text_of(pilot.app))
        await pilot.press("4")
        seen = {len(rows(pilot))}
        for key in ("down", "up", "down", "up"):
            await pilot.press(key)
            await sees(pilot, lambda: len(rows(pilot)) in (1, 3))
            seen.add(len(rows(pilot)))
        assert seen >= {1, 3}


async def test_what_is_compared_is_chosen_with_the_mouse_too(server: Served, link: ServedLink) -> None:
    three_versions(server)
    async with opened(link) as pilot:
        await history(pilot)
        await sees(pilot, lambda: "⇄" in text_of(pilot.app))
        lines = text_of(pilot.app).splitlines()
        y = next(number for number, line in enumerate(lines) if "⇄" in line)
        await pilot.click(offset=(lines[y].index("Commits"), y))
        await sees(pilot, lambda: f"{2:07x}" in text_of(pilot.app) or "same commit" in text_of(pilot.app))
        assert "Both are of the same commit." in text_of(pilot.app)
