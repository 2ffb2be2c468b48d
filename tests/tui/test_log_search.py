"""Searching and filtering in a log pane, as a user sees it."""

from textual.pilot import Pilot

from runix_tui.tui.logs.source import LogSource
from tests.tui.logkit import API, WORKER, Host, Server, line, lines, screen, shown, until

SIZE = (70, 12)


async def type_in(pilot: "Pilot[None]", key: str, text: str) -> None:
    await pilot.press(key, *("space" if each == " " else each for each in text))


async def opened(pilot: "Pilot[None]", app: Host, last: str) -> None:
    await until(pilot, lambda: last in "\n".join(shown(app)))


def some_errors() -> list[bytes]:
    return [
        line(seq, f"ERROR number {seq}" if seq % 1000 == 0 else f"GET /{seq} \x1b[32m2\x1b[1m00\x1b[0m")
        for seq in range(1, 9001)
    ]


async def test_a_search_goes_through_lines_that_are_not_here_yet() -> None:
    server = Server()
    server.say(some_errors())
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "ERROR number 9000")
        await type_in(pilot, "slash", "number")
        await pilot.press("enter")
        await until(pilot, lambda: "/ number  9/9" in screen(app)[-1] and "…" not in screen(app)[-1])
        await pilot.press("N", "N")
        await until(pilot, lambda: "ERROR number 7000" in "\n".join(shown(app)))
        assert "/ number  7/9" in screen(app)[-1]
        assert "‖ reading" in screen(app)[-1]
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: "ERROR number 1000" in "\n".join(shown(app)))
        await pilot.press("escape")
        await until(pilot, lambda: "/ number" not in screen(app)[-1])


async def test_a_colour_inside_a_word_does_not_hide_it() -> None:
    server = Server()
    server.say(some_errors())
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "ERROR number 9000")
        await type_in(pilot, "slash", "42 200")
        await until(pilot, lambda: "/ 42 200  90/90" in screen(app)[-1] and "…" not in screen(app)[-1])
        assert any("GET /8942 200" in each for each in shown(app))


async def test_a_broken_expression_is_said_and_stays() -> None:
    server = Server()
    server.say(some_errors())
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "ERROR number 9000")
        await pilot.press("slash", "ctrl+r", "left_parenthesis", "enter")
        await until(pilot, lambda: "unterminated subpattern" in "\n".join(screen(app)))
        await pilot.press("9", "right_parenthesis", "0", "0", "enter")
        await until(pilot, lambda: "/ /(9)00/  1" in screen(app)[-1])


async def test_leaving_the_prompt_leaves_everything_as_it_was() -> None:
    server = Server()
    server.say(some_errors())
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "ERROR number 9000")
        before = shown(app)
        await type_in(pilot, "slash", "number 3000")
        await until(pilot, lambda: "ERROR number 3000" in "\n".join(shown(app)))
        await pilot.press("escape")
        await until(pilot, lambda: shown(app) == before and "● following" in screen(app)[-1])


async def test_filters_are_combined_and_taken_back() -> None:
    server = Server()
    server.say(some_errors())
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "ERROR number 9000")
        await type_in(pilot, "ampersand", "error")
        await pilot.press("enter")
        await until(pilot, lambda: "9 of 9\u202f000 lines" in screen(app)[-1])
        assert shown(app)[:9] == [f"ERROR number {each}000" for each in range(1, 10)]
        await type_in(pilot, "exclamation_mark", "4000")
        await pilot.press("enter")
        await until(pilot, lambda: "8 of 9\u202f000 lines" in screen(app)[-1])
        assert " & error " in screen(app)[-1]
        assert " ! 4000" in screen(app)[-1]
        await pilot.press("plus")
        await until(pilot, lambda: "23 of 9\u202f000 lines" in screen(app)[-1])
        assert shown(app)[-2:] == ["GET /8999 200", "ERROR number 9000"]
        server.say([line(9001, "after"), line(9002, "error again")])
        await until(pilot, lambda: shown(app)[-3:] == ["ERROR number 9000", "after", "error again"])
        await pilot.press("minus", "backspace", "backspace")
        await until(pilot, lambda: shown(app)[-3:] == ["ERROR number 9000", "after", "error again"])
        await until(pilot, lambda: "9\u202f002 lines" in screen(app)[-1] and " of " not in screen(app)[-1])


async def test_all_filtered_away_is_said() -> None:
    server = Server()
    server.say(lines(1, 10))
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 10")
        await type_in(pilot, "ampersand", "nowhere")
        await pilot.press("enter")
        await until(pilot, lambda: "All 10 lines are filtered away" in shown(app)[0])


async def test_from_error_to_error() -> None:
    server = Server()
    server.say([*some_errors(), *lines(9001, 9050)])
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 9050")
        await pilot.press("left_square_bracket")
        await opened(pilot, app, "ERROR number 9000")
        await pilot.press(*["left_square_bracket"] * 4)
        await opened(pilot, app, "ERROR number 5000")
        await pilot.press("right_square_bracket")
        await opened(pilot, app, "ERROR number 6000")


async def test_another_log_ends_what_is_typed() -> None:
    server = Server()
    server.say(some_errors())
    server.say(lines(1, 5), WORKER)
    app = Host(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "ERROR number 9000")
        await type_in(pilot, "ampersand", "number")
        app.pane.show(LogSource.runtime(WORKER))
        await opened(pilot, app, "line 5")
        assert "Keep only" not in "\n".join(screen(app))
        await pilot.pause(0.2)
        assert "5 lines" in screen(app)[-1]
        assert "number" not in screen(app)[-1]
