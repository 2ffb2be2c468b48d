"""A log pane as a user sees it, on a scripted server."""

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from textual.events import MouseScrollUp
from textual.screen import ModalScreen

from runix_tui.client.lines import LogChunk
from runix_tui.core.human import local
from runix_tui.errors import StoreError
from runix_tui.tui.logs import log, reading, spool
from runix_tui.tui.logs.source import LogSource, Member
from runix_tui.tui.widgets.log_view import LogView
from tests.tui.logkit import API, WORKER, Host, Server, line, lines, screen, shown, until

SIZE = (60, 12)


async def test_opens_at_the_end_and_follows() -> None:
    server = Server()
    server.say(lines(1, 5000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 5000")
        assert server.asked[0]["tail"] == 2000
        server.say(lines(5001, 5003))
        await until(pilot, lambda: shown(app)[-1] == "line 5003")
        assert "● following" in screen(app)[-1]


async def test_a_reader_stays_where_he_reads() -> None:
    server = Server()
    server.say(lines(1, 3000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 3000")
        await pilot.press("up")
        before = shown(app)[:-1]
        server.say(lines(3001, 3500))
        await until(pilot, lambda: shown(app)[-1].endswith("+501 ▼"))
        assert shown(app)[:-1] == before
        await pilot.press("end")
        await until(pilot, lambda: shown(app)[-1] == "line 3500")


async def test_older_lines_come_when_they_are_wanted() -> None:
    server = Server()
    server.say(lines(1, 30_000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 30000")
        await pilot.press("g")
        await until(pilot, lambda: shown(app)[0] == "line 1")
        server.say(lines(30_001, 30_005))
        await until(pilot, lambda: shown(app)[-1].endswith("+29\u202f994 ▼"))
        assert shown(app)[0] == "line 1", "the reader stays at the oldest line"
        assert screen(app)[-1].endswith("‖ reading · 30\u202f005 lines")


class Slow(Server):
    """Gives older lines when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    async def logs(self, deployment_id: str, **asked: Any) -> AsyncGenerator[LogChunk, None]:
        if asked.get("before") is not None:
            await self.may.wait()
        async for chunk in super().logs(deployment_id, **asked):
            yield chunk


async def test_whether_there_are_older_lines_is_said() -> None:
    server = Slow()
    server.say(lines(1, 3000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen(app)[-1].endswith(" 2\u202f000 lines, more above"))
        await pilot.press("g")
        await until(pilot, lambda: screen(app)[-1].endswith(" 2\u202f000 lines, older ones coming …"))
        server.may.set()
        await until(pilot, lambda: screen(app)[-1].endswith(" 3\u202f000 lines"))


async def test_lines_that_have_no_room_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SEGMENT_BYTES", 4000)
    monkeypatch.setattr(log, "Spool", partial(spool.Spool, most=250_000))
    server = Server()
    server.chunk = 10
    server.say(lines(1, 5000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=(80, 12)) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 5000")
        await pilot.press("g")
        await until(pilot, lambda: screen(app)[-1].endswith(" 5\u202f000 lines, no room for older ones"))
        server.say(lines(5001, 5300))
        await until(pilot, lambda: re.search(r"no room for older ones: (\d.*) lines? went", screen(app)[-1]))


async def test_where_older_lines_are_refused_it_is_said() -> None:
    server = Server()
    server.say(lines(1, 3000))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 3000")
        server.refused[API.id] = StoreError("The log is damaged")
        await pilot.press("g")
        await until(pilot, lambda: shown(app)[0] == "── older lines cannot be had: The log is damaged ──")
        assert shown(app)[1] == "line 1001"
        assert "2\u202f001 lines" in screen(app)[-1]
        assert "more above" not in screen(app)[-1]


async def test_nothing_hostile_reaches_the_screen() -> None:
    server = Server()
    server.say([line(1, "a\x1b]52;c;eA==\x07b\x1b[2Jc [/bold] \u202egnp.exe \x1b[31mred\x1b[0m\x1b[1;1H!")])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[0])
        assert shown(app)[0] == "abc [/bold] gnp.exe red!"


async def test_after_a_broken_connection_nothing_is_lost_or_repeated() -> None:
    server = Server()
    server.chunk = 7
    server.say(lines(1, 100))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=(60, 160)) as pilot:
        await until(pilot, lambda: shown(app)[99] == "line 100")
        server.cut(back=False)
        await until(pilot, lambda: "◌ server away" in screen(app)[-1])
        server.say(lines(101, 150))
        server.come_back()
        await until(pilot, lambda: shown(app)[149] == "line 150")
        assert server.asked[-1]["after"] == 100
        assert [each for each in shown(app) if each] == [f"line {seq}" for seq in range(1, 151)]


async def test_a_server_that_is_back_is_not_away_although_nothing_is_written() -> None:
    server = Server()
    server.say(lines(1, 100))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 100")
        server.cut(back=False)
        await until(pilot, lambda: "◌ server away" in screen(app)[-1])
        server.come_back()
        await until(pilot, lambda: "● following" in screen(app)[-1])


async def test_the_wheel_up_ends_following_and_the_end_takes_it_up() -> None:
    server = Server()
    server.say(lines(1, 100))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 100")
        await pilot._post_mouse_events([MouseScrollUp], LogView, offset=(5, 5))
        await until(pilot, lambda: "‖ reading" in screen(app)[-1])
        assert shown(app)[0] == "line 87"
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: "● following" in screen(app)[-1])
        await pilot.press("f")
        await until(pilot, lambda: "‖ reading" in screen(app)[-1])
        server.say(lines(101, 104))
        await until(pilot, lambda: shown(app)[-1].endswith("+4 ▼"))
        await pilot.click(LogView, offset=(57, 10))
        await until(pilot, lambda: shown(app)[-1] == "line 104")


async def test_long_lines_are_wrapped_and_places_stay_exact() -> None:
    server = Server()
    server.say([line(seq, f"{seq:<100}!") for seq in range(1, 51)])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "50")
        await pilot.press("w")
        await until(pilot, lambda: shown(app)[-1].strip() == "!")
        assert shown(app)[-2] == "50"
        await pilot.press("up")
        await until(pilot, lambda: shown(app)[0] == "45" and shown(app)[-1].startswith("50"))
        await pilot.press("w", "w")
        await until(pilot, lambda: shown(app)[0] == "45")


async def test_times_and_how_long_after_the_line_above() -> None:
    server = Server()
    server.say([line(1, "one", at=1.0), line(2, "two", at=1.25), line(3, "three", at=200)])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[2] == "three")
        await pilot.press("t")
        await until(pilot, lambda: re.fullmatch(r"\d\d:\d\d:01\.000 one", shown(app)[0]))
        await pilot.press("t")
        await until(
            pilot,
            lambda: [each.split() for each in shown(app)[:3]] == [["one"], ["+0.250s", "two"], ["+3.3m", "three"]],
        )
        await pilot.press("t")
        await until(pilot, lambda: shown(app)[2] == "three")


async def test_since_some_minutes_is_a_moment_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = datetime(2026, 11, 26, 10, 59, 30, tzinfo=UTC)
    monkeypatch.setattr(reading, "time", clock.timestamp)
    server = Server()
    server.say([line(minute, f"line {minute}", at=minute * 60) for minute in range(60)])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 59")
        await pilot.press("T")
        await until(pilot, lambda: shown(app)[:6] == [*(f"line {minute}" for minute in range(55, 60)), ""])
        moment = local(datetime(2026, 11, 26, 10, 54, 30, tzinfo=UTC)).partition(" ")[2]
        assert re.search(rf" since (\S+ )?{moment} .* 5 of 60 lines", screen(app)[-1])
        monkeypatch.setattr(reading, "time", (clock + timedelta(minutes=30)).timestamp)
        server.say([line(60, "line 60", at=3599)])
        await until(pilot, lambda: shown(app)[:6] == [f"line {minute}" for minute in range(55, 61)])
        assert re.search(rf" since (\S+ )?{moment} .* 6 of 61 lines", screen(app)[-1])
        await pilot.press("T", "T", "T")
        await until(pilot, lambda: screen(app)[-1].endswith("● following · 61 lines"))


async def test_a_moment_of_another_day_has_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "time", datetime(2001, 2, 3, 12, tzinfo=UTC).timestamp)
    server = Server()
    server.say(lines(1, 3))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[2] == "line 3")
        await pilot.press("T")
        await until(pilot, lambda: re.search(r" since 2001-02-0\d \d\d:55:00 ", screen(app)[-1]))


async def test_that_nothing_came_since_then_is_said() -> None:
    server = Server()
    server.say([line(1, "long ago", at=0)])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[0] == "long ago")
        await pilot.press("T")
        await until(pilot, lambda: re.match(r" Nothing since .*\d\d:\d\d:\d\d: T shows more\.", shown(app)[0]))


SOURCES = [
    (None, "No log is chosen."),
    (LogSource.runtime(API), "Waiting for the first line …"),
    (LogSource.runtime(Member("gone", "x")), "There is no deployment gone"),
]


@pytest.mark.parametrize(("source", "note"), SOURCES)
async def test_an_empty_pane_says_why(source: LogSource | None, note: str) -> None:
    server = Server()
    server.say([], API)
    app = Host(server, source)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[0] == f" {note}")
        app.pane.explain("Stopped: [s] starts it.\x1b[2J")
        await until(pilot, lambda: shown(app)[0] == " Stopped: [s] starts it.")


async def test_another_log_replaces_the_first() -> None:
    server = Server()
    server.say(lines(1, 50), API)
    server.say(lines(1, 5, "job {}"), WORKER)
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 50")
        app.pane.show(LogSource.runtime(WORKER))
        await until(pilot, lambda: shown(app)[4] == "job 5")
        server.say(lines(51, 60), API)
        server.say(lines(6, 6, "job {}"), WORKER)
        await until(pilot, lambda: shown(app)[5] == "job 6")
        assert "6 lines" in screen(app)[-1]


async def test_a_hidden_pane_draws_nothing_and_catches_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []  # lines that were there whenever the view looked for new ones
    drawn: list[bool] = []
    catch_up, refresh = LogView._catch_up, LogView.refresh

    def look(view: LogView) -> None:
        catch_up(view)
        looked.append(len(view.rows or ()))

    def draw(view: LogView, *args: Any, **named: Any) -> LogView:
        drawn.append(True)
        return refresh(view, *args, **named)

    monkeypatch.setattr(LogView, "_catch_up", look)
    server = Server()
    server.say(lines(1, 50))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 50")
        app.pane.display = False
        await until(pilot, lambda: not app.view.size and not app.view.has_focus)
        monkeypatch.setattr(LogView, "refresh", draw)
        server.say(lines(51, 60))
        await until(pilot, lambda: looked[-1] == 60)
        assert not drawn
        app.pane.display = True
        await until(pilot, lambda: shown(app)[-1:] == ["line 60"])
        assert drawn


async def test_wide_characters_keep_to_their_cells() -> None:
    server = Server()
    server.say([line(1, "日本語" * 20), line(2, "e\u0301" * 10 + " 👩\u200d💻 ok")])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[1].endswith("ok"))
        for y in (0, 1):
            assert app.view.render_line(y).cell_length == app.view.scrollable_content_region.width
        await pilot.press("w")
        await until(pilot, lambda: shown(app)[3].startswith("e"))
        assert "".join(shown(app)[:3]) == "日本語" * 20


async def test_the_log_goes_on_behind_a_question() -> None:
    server = Server()
    server.say(lines(1, 50))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "line 50")
        view = app.view
        await app.push_screen(ModalScreen())
        server.say(lines(51, 60))
        await until(pilot, lambda: view.render_line(view.size.height - 1).text.rstrip() == "line 60")
