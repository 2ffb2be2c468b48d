"""Lines of a log as files: named well, never over another one, whole or not at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from runix_tui.tui.logs import export
from runix_tui.tui.logs.source import LogSource, Member
from tests.unit.tui.logs.entrykit import spool_of

NOW = datetime(2026, 2, 25, 12, 41, 7, tzinfo=UTC)
API = LogSource.runtime(Member("d1", "shop/my-api"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_named_by_its_log_and_the_time(here: Path) -> None:
    path = export.new_file(API, NOW)
    assert path == here / "shop-my-api-20260225-124107.log"
    assert path.stat().st_mode & 0o777 == 0o600
    assert export.new_file(LogSource.build(API.members[0], 4), NOW).name == "shop-my-api-build-v4-20260225-124107.log"


def test_two_files_of_one_second_are_two(here: Path) -> None:
    made = [export.new_file(API, NOW).name for _ in range(3)]
    assert made == [f"shop-my-api-20260225-124107{more}.log" for more in ("", "-2", "-3")]
    assert sorted(path.name for path in here.iterdir()) == sorted(made)


@pytest.mark.parametrize("letter", ["a", "é", "日"])
def test_many_long_names_make_a_name_that_a_file_can_have(letter: str) -> None:
    many = LogSource.runtime(*(Member(f"d{number}", letter * 40 + "/" + letter * 40) for number in range(4)))
    for _ in range(2):
        path = export.new_file(many, NOW)
        assert path.name.startswith(letter * 40 + "-" + letter)
        assert len(path.name.encode()) <= 255


def test_what_cannot_be_written_whole_is_not_left_behind(here: Path) -> None:
    path = here / "full.log"
    path.symlink_to("/dev/full")
    with spool_of(["one", "two"]) as spool, pytest.raises(OSError, match="No space left"):
        export.write(path, API, spool.still(), range(2), stamps=False, colours=False)
    assert list(here.iterdir()) == []


def test_where_the_user_is_may_not_be_written_the_home_is(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = here / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(export, "_writable", lambda folder: folder != here)
    assert export.new_file(API, NOW).parent == home
