"""What is done with deployments: each key asks where it should, does it, and is answered."""

import pytest

from runix_tui.core.stages import VersionStatus
from runix_tui.errors import Conflict
from runix_tui.tui.app import RunixApp
from runix_tui.tui.modals.questions import TypeTheName
from tests.tui.conftest import NARROW, WIDE, opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.tui.test_list import lines, said


def app_of(app: object) -> RunixApp:
    assert isinstance(app, RunixApp)
    return app


async def test_redeploy_brings_the_build_forward_once(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        tabs = pilot.app.query_one("#tabs")
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("r")
        await sees(pilot, lambda: tabs.current == "build")  # type: ignore[attr-defined]
        await sees(pilot, lambda: " v2 " in lines(pilot.app, "shop")[0])
        await pilot.press("1")
        await sees(pilot, lambda: tabs.current == "overview")  # type: ignore[attr-defined]


async def test_who_reads_is_not_disturbed(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("enter")
        await sees(pilot, lambda: not app_of(pilot.app).main.rows.has_focus)
        await pilot.press("r")
        await sees(pilot, lambda: " v2 " in lines(pilot.app, "shop")[0])
        assert pilot.app.query_one("#tabs").current == "overview"  # type: ignore[attr-defined]


async def test_stop_asks_and_start_does_not(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("s")
        await sees(pilot, lambda: "Stop shop?" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "Stop shop?" not in text_of(pilot.app))
        assert "live" in lines(pilot.app, "shop")[0]
        await pilot.press("s")
        await sees(pilot, lambda: "Stop shop?" in text_of(pilot.app))
        await pilot.press("j", "enter")  # the second answer
        await sees(pilot, lambda: "Stop shop?" not in text_of(pilot.app))
        assert "live" in lines(pilot.app, "shop")[0]
        await pilot.press("s")
        await sees(pilot, lambda: "Stop shop?" in text_of(pilot.app))
        await pilot.press("j", "k", "enter")
        await sees(pilot, lambda: "stopped" in lines(pilot.app, "shop")[0])
        await pilot.press("s")
        await sees(pilot, lambda: "live" in lines(pilot.app, "shop")[0])


async def test_deleting_takes_the_name(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("d")
        await sees(pilot, lambda: isinstance(pilot.app.screen, TypeTheName))
        await pilot.press(*"sho", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TypeTheName), "not the whole name"
        await pilot.press("p", "enter")
        await sees(pilot, lambda: "Nothing is deployed yet" in text_of(pilot.app))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_inside_of_one_the_marks_of_the_list_mean_nothing(
    server: Served, link: ServedLink, size: tuple[int, int]
) -> None:
    for name in ("alpha", "bravo", "delta"):
        server.deploy(name)
    async with opened(link, size) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "delta"))
        await pilot.press("space", "space", "enter")
        await sees(pilot, lambda: not app_of(pilot.app).main.rows.has_focus)
        await pilot.press("s")
        await sees(pilot, lambda: "Stop delta?" in text_of(pilot.app))
        await pilot.press("escape", "escape", "s")
        await sees(pilot, lambda: "Stop 2 deployments (alpha, bravo)?" in text_of(pilot.app))


async def test_a_shell_is_for_one(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo"):
        server.deploy(name)
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "bravo"))
        await pilot.press("space", "space", "x")
        await sees(pilot, lambda: "take the marks away (Esc), then x on the one" in said(pilot.app))


async def test_where_no_browser_can_be_opened_the_url_is_copied(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    made = server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("o")
        await sees(pilot, lambda: "No browser can be opened from here" in said(pilot.app))
        url = app_of(pilot.app).fleet.deployments[made].url
        assert url
        assert url in said(pilot.app)
        assert pilot.app.clipboard == url


async def test_all_that_are_marked(server: Served, link: ServedLink) -> None:
    for name in ("alpha", "bravo", "delta"):
        server.deploy(name)
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "delta"))
        await pilot.press("space", "space", "s")
        await sees(pilot, lambda: "Stop 2 deployments (alpha, bravo)?" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: all("stopped" in line for line in lines(pilot.app, "alpha", "bravo")))
        assert "live" in lines(pilot.app, "delta")[0]
        await sees(pilot, lambda: "Done with 2 of 2" in said(pilot.app))
        assert "marked" not in text_of(pilot.app).splitlines()[1], "done: the marks are gone"


async def test_the_row_says_what_is_being_done(server: Served, link: ServedLink) -> None:
    shop = server.deploy("shop")
    faults = server.world.faults()

    async def hold() -> None:
        faults.gate("stop")

    async def let_go() -> None:
        faults.gates["stop"].set()

    server.do(hold())
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("s")
        await sees(pilot, lambda: "Stop shop?" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: "stopping" in lines(pilot.app, "shop")[0])
        server.do(let_go())
        await sees(pilot, lambda: "■" in lines(pilot.app, "shop")[0])
    server.settle(shop)


async def test_a_refusal_is_answered(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("c")
        await sees(pilot, lambda: "cancel shop:" in said(pilot.app))
        assert Conflict.default_code not in said(pilot.app), "words, not codes"


async def test_copying_the_url(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("Y")
        await sees(pilot, lambda: "copy URL: http://shop-" in said(pilot.app))
        assert pilot.app.clipboard.startswith("http://shop-")


async def test_leaving_asks_only_while_the_own_server_builds(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    link.owned = True
    faults = server.world.faults()

    async def hold() -> None:
        faults.gate("start")

    async def let_go() -> None:
        faults.gates["start"].set()

    server.do(hold())
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("r")
        await sees(pilot, lambda: "◐" in lines(pilot.app, "shop")[0])
        await pilot.press("q")
        await sees(pilot, lambda: "What is to become of it?" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "What is to become of it?" not in text_of(pilot.app))
        assert link.left == []
        server.do(let_go())
        await sees(pilot, lambda: "live" in lines(pilot.app, "shop")[0])
        await pilot.press("q")
        await sees(pilot, lambda: pilot.app.return_code == 0)


async def test_ctrl_c_twice_leaves_with_one_question(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    link.owned = True

    async def hold() -> None:
        server.world.faults().gate("start")

    server.do(hold())
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("r")
        await sees(pilot, lambda: "◐" in lines(pilot.app, "shop")[0])
        await pilot.press("ctrl+c")
        await sees(pilot, lambda: "What is to become of it?" in text_of(pilot.app))
        assert len(pilot.app.screen_stack) == 2
        await pilot.press("ctrl+c")
        await sees(pilot, lambda: pilot.app.return_code == 0)
        assert link.left == [True], "nothing that is being built is lost"


async def test_leaving_with_a_cancel_really_cancels(server: Served, link: ServedLink) -> None:
    shop = server.deploy("shop")
    link.owned = True

    async def hold() -> None:
        server.world.faults().gate("start")

    server.do(hold())
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("r")
        await sees(pilot, lambda: "◐" in lines(pilot.app, "shop")[0])
        await pilot.press("q")
        await sees(pilot, lambda: "What is to become of it?" in text_of(pilot.app))
        await pilot.press("down", "enter")
        await sees(pilot, lambda: pilot.app.return_code == 0)
    assert server.runix.history(shop)[0].status is VersionStatus.CANCELLED


async def test_a_question_is_not_disturbed_by_a_build(server: Served, link: ServedLink) -> None:
    shop = server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: lines(pilot.app, "shop"))
        await pilot.press("4", "b")
        await sees(pilot, lambda: "Roll shop back" in text_of(pilot.app))
        server.do(server.runix.redeploy(shop))
        server.settle(shop)
        await sees(pilot, lambda: app_of(pilot.app).fleet.deployments[shop].version == 2)
        await pilot.press("escape")
        await sees(pilot, lambda: " v2 " in lines(pilot.app, "shop")[0])
        assert pilot.app.query_one("#tabs").current == "history"  # type: ignore[attr-defined]
