"""Settings: config.toml as a form, its comments kept."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.pilot import Pilot

from runix_tui.tui.widgets.setting_row import SettingRow
from tests.tui.conftest import NARROW, opened, sees, text_of
from tests.tui.served import Served, ServedLink

COMMENTED = "# mine\n[build]\ncpus = 1.5 # of four\n"


@pytest.fixture
def file(server: Served) -> Path:
    """The home's config.toml, with a comment."""
    path = server.world.home / "config.toml"
    path.write_text(COMMENTED)
    return path


def at(pilot: Pilot[None]) -> str:
    """The key that is focused, or typed into."""
    focused = pilot.app.focused
    row = (
        next((each for each in (focused, *focused.ancestors) if isinstance(each, SettingRow)), None)
        if focused
        else None
    )
    return row.key if row else ""


async def go_to(pilot: Pilot[None], key: str) -> None:
    """The view, with the cursor on a key."""
    await pilot.press("comma")
    await sees(pilot, lambda: at(pilot))
    await go_on(pilot, key)


async def go_on(pilot: Pilot[None], key: str) -> None:
    """On to a key below."""
    for _ in range(40):
        if at(pilot) == key:
            return
        await pilot.press("j")
    raise AssertionError(f"{key} is not to be reached")


def says(file: Path, *texts: str) -> Callable[[], bool]:
    return lambda: all(text in file.read_text() for text in texts)


async def test_shows_what_is_set_and_what_it_means(file: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await go_to(pilot, "build.cpus")
        text = text_of(pilot.app)
        assert str(file) in text
        assert "[build]" in text
        assert "Cores of one build." in text
        row = next(line for line in text.splitlines() if "cpus" in line)
        assert "1.5" in row
        assert "set · default 2.0" in row


async def test_a_change_is_written_and_comments_stay(file: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await go_to(pilot, "build.cpus")
        await pilot.press("enter", "ctrl+u", "3", "enter")
        await sees(pilot, says(file, "cpus = 3", "# mine", "# of four"))
        await sees(pilot, lambda: "takes effect when the server starts again" in text_of(pilot.app))
        await sees(pilot, lambda: at(pilot) == "build.cpus")


async def test_what_the_server_refuses_is_said_below_in_its_words(file: Path, link: ServedLink) -> None:
    async with opened(link, NARROW) as pilot:
        await go_to(pilot, "build.cpus")
        await pilot.press("enter", "ctrl+u", "minus", "1", "enter")
        await sees(pilot, lambda: "at least 0.01" in text_of(pilot.app))
        assert says(file, COMMENTED)()
        await pilot.press("ctrl+u", *"many", "enter")
        await sees(pilot, lambda: "at least 0.01" not in text_of(pilot.app) and "number" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "number" not in text_of(pilot.app) and "1.5" in text_of(pilot.app))
        assert says(file, COMMENTED)()


async def test_true_and_false_swap_at_once(file: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await go_to(pilot, "registry.offline")
        await pilot.press("enter")
        await sees(pilot, says(file, "offline = true"))


async def test_whom_to_trust_is_changed_in_the_file_alone(file: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await go_to(pilot, "api.allowed_hosts")
        await sees(pilot, lambda: "Changed in config.toml alone: E opens it." in text_of(pilot.app))
        await pilot.press("enter", "ctrl+r")
        assert not pilot.app.query("SettingRow Input")
        await go_on(pilot, "build.cpus")
        await pilot.press("enter")
        await sees(pilot, lambda: pilot.app.query("SettingRow Input"))
        assert says(file, COMMENTED)()


async def test_the_keys_of_changing_are_told_while_it_is_changed(file: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await go_to(pilot, "build.cpus")
        await pilot.press("enter")
        await sees(pilot, lambda: "Enter takes it over, Esc leaves it as it was." in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "Enter takes it over" not in text_of(pilot.app))
        assert says(file, COMMENTED)()


async def test_back_to_the_default(file: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await go_to(pilot, "build.cpus")
        await pilot.press("ctrl+r")
        await sees(pilot, lambda: not says(file, "cpus")())
        assert says(file, "# mine")()


async def test_going_on_takes_over_what_was_typed(file: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await go_to(pilot, "build.cpus")
        await pilot.press("enter", "ctrl+u", "4", "tab")
        await sees(pilot, says(file, "cpus = 4"))
        assert at(pilot) != "build.cpus"


async def test_the_file_in_the_users_editor(
    file: Path, link: ServedLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys, pathlib\npathlib.Path(sys.argv[2]).write_text('[build]\\ncpus = 0.5\\n')\n")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script} -w")
    async with opened(link) as pilot:
        await go_to(pilot, "build.cpus")
        monkeypatch.setattr(pilot.app, "suspend", nullcontext)
        await pilot.press("E")
        await sees(pilot, lambda: "0.5" in next(line for line in text_of(pilot.app).splitlines() if "cpus" in line))


@pytest.fixture
def broken(file: Path) -> None:
    file.write_text("[build]\ncpus = 'many'\n")


@pytest.mark.usefixtures("broken")
async def test_a_broken_file_is_said_with_what_to_do(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await pilot.press("comma")
        await sees(pilot, lambda: "build.cpus" in text_of(pilot.app) and "Correct this key" in text_of(pilot.app))
