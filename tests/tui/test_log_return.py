"""Whoever leaves a log and comes back to it is where they were, as the screen shows it."""

import pytest
from textual.pilot import Pilot

from runix_tui.tui.logs import shelf
from runix_tui.tui.logs.source import LogSource
from tests.tui.logkit import API, WORKER, Host, Server, line, lines, screen, shown, until

SIZE = (70, 12)
OWN, OTHER, BOTH = LogSource.runtime(API), LogSource.runtime(WORKER), LogSource.runtime(API, WORKER)


@pytest.fixture
def server() -> Server:
    server = Server()
    server.say(lines(1, 5000, "service line {}"))
    server.say(lines(1, 3, "job {}"), WORKER)
    return server


async def elsewhere(pilot: "Pilot[None]", app: Host) -> None:
    """To another log, as long as it takes to see it."""
    app.pane.show(OTHER)
    await until(pilot, lambda: "job 3" in shown(app))


async def test_who_followed_follows(server: Server) -> None:
    app = Host(server, OWN)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "service line 5000")
        await elsewhere(pilot, app)
        server.say(lines(5001, 5100, "service line {}"))
        app.pane.show(OWN)
        await until(pilot, lambda: shown(app)[-1] == "service line 5100" and "● following" in screen(app)[-1])
        assert shown(app) == [f"service line {seq}" for seq in range(5090, 5101)]


async def test_who_read_reads_on_and_nothing_is_fetched_twice(server: Server) -> None:
    app = Host(server, OWN)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "service line 5000")
        await pilot.press("g")
        await until(pilot, lambda: shown(app)[0] == "service line 1")
        await pilot.press("pagedown", "right")
        await until(pilot, lambda: shown(app)[0] == "line 11")
        before, asked = shown(app)[:-1], len(server.asked)
        await elsewhere(pilot, app)
        assert shown(app)[2] == "job 3", "another log is not scrolled sideways"
        server.say(lines(5001, 5010, "service line {}"))
        app.pane.show(OWN)
        await until(pilot, lambda: shown(app)[-1].endswith("+4\u202f989 ▼"))
        assert shown(app)[:-1] == before
        assert "‖ reading" in screen(app)[-1]
        again = [each for each in server.asked[asked:] if each["id"] == API.id]
        assert [(each["after"], each["before"]) for each in again] == [(5000, None)]


async def test_search_filters_and_their_place_are_kept(server: Server) -> None:
    app = Host(server, OWN)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "service line 5000")
        await pilot.press("ampersand", *"00", "enter", "slash", *"900", "enter")
        await until(pilot, lambda: "/ 900  5/5" in screen(app)[-1] and "…" not in screen(app)[-1])
        await pilot.press("N")
        await until(pilot, lambda: "/ 900  4/5" in screen(app)[-1])
        before, said = shown(app), screen(app)[-1]
        await elsewhere(pilot, app)
        assert "900" not in screen(app)[-1]
        assert "&" not in screen(app)[-1]
        app.pane.show(OWN)
        await until(pilot, lambda: shown(app) == before and screen(app)[-1] == said)
        server.say([line(5001, "seen 900 too")])
        await until(pilot, lambda: "/ 900  4/6" in screen(app)[-1])


async def test_what_is_only_half_typed_is_not_kept(server: Server) -> None:
    app = Host(server, OWN)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "service line 5000")
        await pilot.press("exclamation_mark", *"service")
        await until(pilot, lambda: "filtered away" in shown(app)[0])
        await elsewhere(pilot, app)
        app.pane.show(OWN)
        await until(pilot, lambda: shown(app)[-1] == "service line 5000")
        assert "!" not in screen(app)[-1]


async def test_merged_logs_go_on_where_they_were_left(server: Server) -> None:
    app = Host(server, BOTH)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "api    service line 5000")
        await elsewhere(pilot, app)
        server.say([line(5001, "one more", at=600)])
        server.say([line(4, "job 4", at=601)], WORKER)
        app.pane.show(BOTH)
        await until(pilot, lambda: shown(app)[-1] == "worker job 4")
        assert shown(app)[-3:] == ["api    service line 5000", "api    one more", "worker job 4"]


async def test_a_log_that_is_gone_is_opened_anew(server: Server) -> None:
    app = Host(server, OWN)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "service line 5000")
        gone = server.kept.pop(API.id)
        server.cut()
        await until(pilot, lambda: "✗ There is no deployment d1" in screen(app)[-1])
        await elsewhere(pilot, app)
        server.kept[API.id] = gone[:7]
        app.pane.show(OWN)
        await until(pilot, lambda: shown(app)[6] == "service line 7")
        assert "7 lines" in screen(app)[-1]


async def test_logs_left_long_ago_give_their_room_back(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST_BYTES", 1000)
    app = Host(server, OWN)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "service line 5000")
        await pilot.press("up")
        await until(pilot, lambda: "‖ reading" in screen(app)[-1])
        await elsewhere(pilot, app)
        app.pane.show(BOTH)
        await until(pilot, lambda: shown(app)[-1] == "api    service line 5000")
        app.pane.show(OWN)
        await until(pilot, lambda: shown(app)[-1] == "service line 5000" and "● following" in screen(app)[-1])
