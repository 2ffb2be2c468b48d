"""Lines leave a log pane: selected, copied, saved, paged."""

import errno
import re
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from runix_tui.tui.logs import export, reading
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.widgets.log_view import LogView
from tests.tui.logkit import API, Host, Server, line, lines, screen, shown, until

SIZE = (60, 12)


class Said(Host):
    """Keeps what was told to the user."""

    def __init__(self, server: Server, source: LogSource) -> None:
        super().__init__(server, source)
        self.told: list[str] = []

    def notify(self, message: str, **kwargs: object) -> None:  # type: ignore[override]
        assert kwargs["markup"] is False
        self.told.append(message)


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def only_file(folder: Path) -> Path:
    (path,) = files(folder)
    return path


async def opened(pilot: "Pilot[None]", app: Host, last: str) -> None:
    await until(pilot, lambda: last in shown(app))


async def test_lines_picked_with_the_keys_are_copied() -> None:
    server = Server()
    server.say(lines(1, 100))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 100")
        await pilot.press("v", "up", "k", "y")
        await until(pilot, lambda: app.clipboard)
        assert app.clipboard == "line 98\nline 99\nline 100"
        assert app.told == ["Copied 3 lines."]
        assert "selecting" in screen(app)[-1]
        await pilot.press("pageup", "y")
        await until(pilot, lambda: app.clipboard.startswith("line 88\n"))
        await pilot.press("escape")
        await until(pilot, lambda: "selecting" not in screen(app)[-1])


async def test_the_mouse_selects_characters_also_of_lines_scrolled_sideways() -> None:
    server = Server()
    server.say([line(1, "first 0123456789"), line(2, "\x1b[31msecond\x1b[0m abcdef"), line(3, "third")])
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "third")
        await pilot.press("right")
        await until(pilot, lambda: shown(app)[0] == "23456789")
        await pilot.mouse_down(LogView, offset=(2, 0))
        await pilot.hover(LogView, offset=(3, 1))
        await pilot.mouse_up(LogView, offset=(3, 1))
        await until(pilot, app.screen.get_selected_text)
        assert app.screen.get_selected_text() == "456789\nsecond abcde"
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard)
        assert app.clipboard == "456789\nsecond abcde"


async def test_a_selection_stays_on_its_lines_when_older_ones_come() -> None:
    server = Server()
    server.say(lines(1, 5000))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 5000")
        await pilot.press("v", "up")
        assert app.pane.reading is not None
        assert await app.pane.reading.log.older()
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard)
        assert app.clipboard == "line 4999\nline 5000"


async def test_without_a_selection_the_screen_is_copied() -> None:
    server = Server()
    server.say(lines(1, 3))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 3")
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard)
        assert app.clipboard == "line 1\nline 2\nline 3"


async def test_what_no_terminal_takes_goes_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    server = Server()
    server.say([line(seq, f"{seq} " + "x" * 10_000) for seq in range(1, 21)])
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shown(app)[-1].startswith("20 xxx"))
        await pilot.press("v", "g", "y")
        await until(pilot, lambda: app.told)
        path = only_file(tmp_path)
        assert app.told == [f"Too much for a clipboard: 20 lines are in {path}"]
        assert [len(each) for each in path.read_text().splitlines()] == [10_002] * 9 + [10_003] * 11
        assert app.clipboard == ""


async def test_what_is_shown_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    server = Server()
    server.say([line(1, "\x1b[31mkeep\x1b[0m this"), line(2, "not that"), line(3, "keep too")])
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "keep too")
        await pilot.press("ampersand", *"keep", "enter", "S")
        await until(pilot, lambda: app.told)
        path = only_file(tmp_path)
        assert path.read_text() == "keep this\nkeep too\n"
        assert path.stat().st_mode & 0o777 == 0o600
        assert f"Saved 2 lines to {path}." in app.told[0]


async def test_what_is_being_saved_is_whole_although_the_log_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun, left, write = Event(), Event(), export.write

    def slow(*args: object, **named: object) -> None:
        begun.set()
        assert left.wait(10)
        write(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(export, "write", slow)
    server = Server()
    server.say(lines(1, 100))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 100")
        await pilot.press("S")
        await until(pilot, begun.is_set)
        app.pane.show(None)
        left.set()
        await until(pilot, lambda: app.told)
        assert app.told[0].startswith("Saved 100 lines")
        assert only_file(tmp_path).read_text().splitlines() == [f"line {seq}" for seq in range(1, 101)]


async def test_errors_are_looked_for_no_more_when_the_log_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, left, seek = Event(), Event(), reading.seek

    def slow(*args: Any, **named: Any) -> int | None:
        begun.set()
        assert left.wait(10)
        return seek(*args, **named)

    monkeypatch.setattr(reading, "seek", slow)
    server = Server()
    server.say(lines(1, 5000))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 5000")
        await pilot.press("left_square_bracket")
        await until(pilot, begun.is_set)
        app.pane.show(None)
        left.set()
        await until(pilot, lambda: "No log is chosen" in shown(app)[0])
        await until(pilot, lambda: not [each for each in app.workers if each.group == "errors"])
        assert app.told == []


async def test_a_filter_that_leaves_nothing_ends_what_is_being_picked() -> None:
    server = Server()
    server.say(lines(1, 100))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 100")
        await pilot.press("v", "ampersand", *"nowhere", "enter")
        await until(pilot, lambda: "& nowhere" in screen(app)[-1] and app.view.has_focus)
        await pilot.press("j", "g", "k")
        await until(pilot, lambda: "selecting" not in screen(app)[-1])


async def test_where_nothing_can_be_saved_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        path = tmp_path / "api.log"
        path.symlink_to("/dev/full")
        return path

    monkeypatch.setattr(export, "new_file", full)
    server = Server()
    server.say(lines(1, 3))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 3")
        await pilot.press("S")
        await until(pilot, lambda: app.told)
        assert app.told == [
            f"The lines cannot be written to {tmp_path / 'api.log'}: No space left on device."
            " Make room there and try again."
        ]
        assert files(tmp_path) == []


async def test_where_there_is_no_pager_it_is_said() -> None:
    server = Server()
    server.say(lines(1, 3))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 3")
        await pilot.press("P")
        await until(pilot, lambda: app.told)
        assert app.told == ["This terminal cannot be handed to a pager; S saves the lines."]


async def test_where_no_file_can_be_made_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def refuse(path: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", refuse)
    server = Server()
    server.say(lines(1, 3))
    app = Said(server, LogSource.runtime(API))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, "line 3")
        await pilot.press("S")
        await until(pilot, lambda: app.told)
        assert re.fullmatch(rf"The lines cannot be written to {tmp_path}/api-.*\.log: Permission denied\.", app.told[0])
