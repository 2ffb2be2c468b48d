"""A log pane as a user sees it, on a scripted server."""

from runix_tui.tui.logs.source import LogSource
from tests.tui.logkit import API, Host, Server, line, lines, screen, shown, until

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
        assert app.pane.reading is not None
        assert len(app.pane.reading.log.spool) == 30_000


async def test_nothing_hostile_reaches_the_screen() -> None:
    server = Server()
    server.say([line(1, "a\x1b]52;c;eA==\x07b\x1b[2Jc [/bold] \u202egnp.exe \x1b[31mred\x1b[0m\x1b[1;1H!")])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[0])
        assert shown(app)[0] == "abc [/bold] gnp.exe red!"
