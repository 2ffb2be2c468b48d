"""Activity: what Runix does, seen as it does it, found again, and followed to its deployment."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from runix_tui.core import wire
from runix_tui.errors import SourceError
from runix_tui.tui.app import RunixApp
from runix_tui.tui.notices import Weight
from runix_tui.tui.widgets.deed_lines import DeedLines
from tests.tui.conftest import NARROW, WIDE, opened, sees, text_of
from tests.tui.served import Served, ServedLink, served


def runix(pilot: Pilot[None]) -> RunixApp:
    assert isinstance(pilot.app, RunixApp)
    return pilot.app


def entry(number: int, **changes: object) -> wire.Activity:
    """Something that the engine did."""
    base = {
        "id": number + 1000,
        "at": datetime(2026, 2, 25, 10, tzinfo=UTC) + timedelta(seconds=number),
        "source": "engine",
        "action": "pull",
        "subject": f"image-{number}",
        "deployment_id": None,
        "version": None,
        "status": "done",
        "duration_seconds": 0.5,
        "detail": "",
    }
    return wire.Activity.model_validate(base | changes)


def lines(pilot: Pilot[None]) -> list[str]:
    """The rows that are on the screen."""
    return [line for line in text_of(pilot.app).splitlines() if "done" in line or "failed" in line or "running" in line]


async def test_steps_of_a_deploy_are_seen_as_they_pass(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await pilot.press("A")
        await sees(pilot, lambda: "Nothing yet since the server started" in text_of(pilot.app))
        gate = server.world.faults().gate("start")
        request = server.world.request("shop")
        made = server.do(server.runix.create(request))
        await sees(pilot, lambda: any("starting shop v1" in line and "◐ running" in line for line in lines(pilot)))
        server.loop.call_soon_threadsafe(gate.set)
        server.settle(made.deployment.id)
        await sees(pilot, lambda: any("starting shop v1" in line and "✓ done" in line for line in lines(pilot)))
        await sees(pilot, lambda: "◐ running" not in text_of(pilot.app))


async def test_the_strip_shows_the_newest(server: Served, link: ServedLink) -> None:
    async with opened(link, WIDE) as pilot:
        server.deploy("shop")
        await sees(pilot, lambda: "deploy routing shop v1" in text_of(pilot.app))


async def test_nothing_is_followed_that_nobody_sees(server: Served, link: ServedLink) -> None:
    async with opened(link, NARROW) as pilot:
        await pilot.pause()
        server.deploy("shop")
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        assert not runix(pilot).activity.deeds
        await pilot.press("A")
        await sees(pilot, lambda: "routing shop v1" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: not any(each.group == "activity" for each in pilot.app.workers))


async def test_only_what_is_wanted_is_listed(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("A")
        runix(pilot).activity.put(entry(1))
        runix(pilot).activity.put(entry(2, status="failed", detail="no such image"))
        await sees(pilot, lambda: "image-2" in text_of(pilot.app) and "routing shop" in text_of(pilot.app))
        await pilot.press("2")
        await sees(pilot, lambda: "image-1" in text_of(pilot.app) and "routing shop" not in text_of(pilot.app))
        await pilot.press("8")
        await sees(pilot, lambda: "image-2" in text_of(pilot.app) and "image-1" not in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "routing shop" in text_of(pilot.app))
        await pilot.press("slash", *"nosuch")
        await sees(pilot, lambda: "Nothing of this kind" in text_of(pilot.app))
        pilot.app.query_one("#activity-filter", Input).value = "no such"
        await sees(pilot, lambda: "image-2" in text_of(pilot.app) and "image-1" not in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: isinstance(pilot.app.focused, DeedLines))


async def test_all_of_an_entry_and_on_to_its_deployment(server: Served, link: ServedLink) -> None:
    server.deploy("other")
    shop = server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("A")
        told = entry(0, at=datetime.now(UTC), deployment_id=shop, detail="line one\n\x1b]0;owned\x07[red]line two[/]")
        runix(pilot).activity.put(told)
        await sees(pilot, lambda: "image-0" in text_of(pilot.app))
        await pilot.press("g", "enter")
        await sees(pilot, lambda: "[red]line two[/]" in text_of(pilot.app) and "by engine" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: runix(pilot).main.chosen == shop and "Overview" in text_of(pilot.app))


async def test_what_was_told_is_kept(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await pilot.press("A")
        runix(pilot).problem("redeploy shop", SourceError("the remote hangs up", hint="Try later."))
        runix(pilot).tell("copy URL", "http://shop.localhost")
        await pilot.press("7")
        await sees(pilot, lambda: "the remote hangs up" in text_of(pilot.app) and "copy URL" in text_of(pilot.app))
        assert any("redeploy shop" in line and "✗ failed" in line for line in lines(pilot))


async def test_a_row_that_is_read_stays_where_it_is(server: Served, link: ServedLink) -> None:
    async with opened(link, NARROW) as pilot:
        await pilot.press("A")
        for number in range(60):
            runix(pilot).activity.put(entry(number))
        await sees(pilot, lambda: "image-59" in text_of(pilot.app))
        rows = pilot.app.query_one(DeedLines)
        await pilot.press(*["j"] * 30)
        await sees(pilot, lambda: rows.deed is not None and rows.deed.subject == "image-29")
        before = next(n for n, line in enumerate(text_of(pilot.app).splitlines()) if "image-29" in line)
        for number in range(60, 70):
            runix(pilot).activity.put(entry(number))
        await sees(pilot, lambda: "70" in text_of(pilot.app).splitlines()[2])
        assert rows.deed is not None
        assert rows.deed.subject == "image-29"
        assert "image-29" in text_of(pilot.app).splitlines()[before]


async def test_a_thousand_entries_are_as_fast_as_ten(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await pilot.press("A")
        for number in range(1200):
            runix(pilot).activity.put(entry(number))
        for _ in range(40):
            runix(pilot).notices.add(Weight.INFORMATION, "look", "x")
        await sees(pilot, lambda: "1040" in text_of(pilot.app))
        started = time.monotonic()
        await pilot.press("slash", *"image-11")
        await sees(pilot, lambda: "100 of 1040" in text_of(pilot.app))
        assert time.monotonic() - started < 3


async def test_following_goes_on_with_another_server(server: Served, link: ServedLink, tmp_path: Path) -> None:
    with served(tmp_path / "another") as another:
        async with opened(link) as pilot:
            await pilot.press("A")
            server.deploy("shop")
            await sees(pilot, lambda: "routing shop v1" in text_of(pilot.app))
            runix(pilot).activity.put(entry(5, status="started", duration_seconds=None))
            await sees(pilot, lambda: "◐ running" in text_of(pilot.app))
            link.url = another.url
            assert server.thread.stop()
            await sees(pilot, lambda: "◐ running" not in text_of(pilot.app))
            another.deploy("later")
            await sees(pilot, lambda: "routing later v1" in text_of(pilot.app))
            assert sum("routing shop v1" in line for line in lines(pilot)) == 1


async def test_in_a_narrow_terminal_every_source_and_every_key_of_an_entry_is_there(
    server: Served, link: ServedLink
) -> None:
    async with opened(link, NARROW) as pilot:
        runix(pilot).tell("read it", "\n".join(f"line {number}" for number in range(60)), Weight.ERROR)
        await pilot.press("A")
        await sees(pilot, lambda: "8 Fail" in text_of(pilot.app) and "read it" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: "line 0" in text_of(pilot.app))
        assert "y: copy · Esc: back" in text_of(pilot.app)
