"""Pictures of the screen, compared with those that somebody looked at and accepted.

After a change that is meant: ``pytest tests/tui/test_snapshots.py --snapshot-update``, then look at the SVG files.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from runix_tui.tui.app import RunixApp
from tests.tui.conftest import NARROW, WIDE, sees, text_of
from tests.tui.scene import Scene, feed, staged

HUGE = (200, 50)
Compare = Callable[..., bool]
Shot = Callable[..., bool]


@pytest.fixture
def shot(snap_compare: Compare, tmp_path: Path) -> Shot:
    """Opens the app on a scene, presses keys, waits for words, and compares the picture."""

    def take(
        *press: str,
        until: str,
        size: tuple[int, int] = WIDE,
        theme: str = "",
        select: str = "shop/my-api",
        **there: Any,
    ) -> bool:
        with staged(tmp_path, **there) as scene:
            app = scene.app(select)

            async def before(pilot: Pilot[None]) -> None:
                await sees(
                    pilot, lambda: app.fleet.known and app.fleet.health and app.main.chosen == _id(scene, select)
                )
                feed(app)
                if theme:
                    app.theme = theme
                await pilot.press(*press)
                await sees(pilot, lambda: until in text_of(app) and not _reads(app))
                await pilot.wait_for_scheduled_animations()

            return snap_compare(app, terminal_size=size, run_before=before)

    return take


def _reads(app: RunixApp) -> bool:
    """Whether a tab is still reading what it shows."""
    return any(each.group == "reading" and each.is_running for each in app.workers)


def _id(scene: Scene, select: str) -> str | None:
    name = select.rpartition("/")[2]
    return next((each.id for each in scene.deployments if each.service_name == name), None)


@pytest.mark.parametrize("size", [WIDE, NARROW, HUGE], ids=["wide", "narrow", "huge"])
def test_list(shot: Shot, size: tuple[int, int]) -> None:
    assert shot(until="mailer", size=size)


@pytest.mark.parametrize("theme", ["runix-light", "runix-high-contrast"])
def test_themes(shot: Shot, theme: str) -> None:
    assert shot(until="mailer", theme=theme)


def test_no_colour(shot: Shot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert shot(until="mailer")


def test_nothing_deployed(shot: Shot) -> None:
    assert shot(until="a ", select="", deployments=())


def test_a_failed_deployment(shot: Shot) -> None:
    assert shot(until="KeyError", select="tools/old")


def test_marks_and_filter(shot: Shot) -> None:
    assert shot("space", "j", "space", "slash", "m", until="mailer")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    ("tab", "until"),
    [
        ("2", "Successfully tagged"),
        ("3", "retry of cart"),
        ("4", "drop python"),
        ("5", "FROM"),
        ("6", "LOG_LEVEL"),
        ("7", "8080"),
    ],
    ids=["build", "logs", "history", "dockerfile", "env", "health"],
)
def test_tabs(shot: Shot, size: tuple[int, int], tab: str, until: str) -> None:
    opened = ("enter",) if size == NARROW else ()
    assert shot(*opened, tab, until=until, size=size)


def test_search_in_a_log(shot: Shot) -> None:
    assert shot("3", "enter", "slash", *"cart", "enter", until="/ cart")


def test_logs_of_nothing(shot: Shot) -> None:
    assert shot("3", until="has written nothing yet", lines=())


def test_compare_versions(shot: Shot) -> None:
    assert shot("4", "enter", "end", "space", until="⇄")


def test_rollback_question(shot: Shot) -> None:
    assert shot("b", until="def5678")


def test_delete_question(shot: Shot) -> None:
    assert shot("d", until="Type my-api")


@pytest.mark.parametrize(("key", "until"), [("A", "gateway"), ("D", "0.4 GiB"), ("comma", "keep_releases")])
def test_views(shot: Shot, key: str, until: str) -> None:
    assert shot(key, until=until)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_new_deployment(shot: Shot, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # folders are offered as they are where one is
    assert shot("a", until="folder", size=size)


def test_help(shot: Shot) -> None:
    assert shot("question_mark", until="In this pane")


def test_palette(shot: Shot) -> None:
    assert shot("ctrl+p", until="redeploy: Build the newest commit")


def test_no_engine(shot: Shot) -> None:
    assert shot(until="engine", engine=False)
