"""What a table leaves out, and what it never does."""

import pytest

from runix_tui.cli.read import HISTORY, SERVICES
from runix_tui.cli.table import Column, laid_out, width_of

ROW = ("default", "a-name-of-forty-characters-that-is-whole", "running", "v12", "abc1234", "background_worker",
       "standard", "12d", "http://a-name-of-forty-characters-that-is-whole-x7kf.localhost:8080")  # fmt: skip
SHORT = (
    "default",
    "shop",
    "running",
    "v1",
    "abc1234",
    "web_service",
    "starter",
    "5m",
    "http://shop-x7kf.localhost:8080",
)
ENTRY = ("3", "failed", "redeploy", "abc1234", "2026-02-25 12:00:00", "12.3 s", "0123456789ab", "x" * 300)


@pytest.mark.parametrize("width", [20, 40, 80, 100, 120, 200])
@pytest.mark.parametrize("row", [ROW, SHORT])
def test_name_status_and_url_stay_whole(row: tuple[str, ...], width: int) -> None:
    head, line = laid_out(SERVICES, [row], width)
    assert row[1] in line
    assert "● running" in line
    assert line.endswith(row[-1])
    assert head.split()[0] in ("PROJECT", "NAME")
    whole = width_of(row[1]) + width_of("● running") + width_of(row[-1]) + 4
    assert width_of(line) <= max(width, whole)


def test_a_usual_terminal_shows_versions_too() -> None:
    head, line = laid_out(SERVICES, [SHORT], 80)
    assert "VERSION" in head
    assert "v1" in line
    assert "TYPE" not in head


@pytest.mark.parametrize("width", [80, 100, 140])
def test_a_history_is_cut_in_its_note_alone(width: int) -> None:
    head, line = laid_out(HISTORY, [ENTRY], width)
    assert width_of(line) <= width
    assert line.endswith("…")
    assert head.startswith("VERSION  STATUS")


def test_a_pipe_gets_everything_in_plain_words() -> None:
    lines = laid_out(SERVICES, [ROW, SHORT], None, colours=False)
    assert all(cell in lines[1] for cell in ROW)
    assert "●" not in "".join(lines)
    assert len(laid_out(HISTORY, [ENTRY], None)[1]) > 300


def test_columns_line_up_also_under_wide_characters() -> None:
    lines = laid_out([Column("A"), Column("B")], [("日本", "x"), ("ab", "y")], 40)
    assert [width_of(line) for line in lines] == [7, 7, 7]


def test_foreign_cells_break_no_row() -> None:
    lines = laid_out([Column("A"), Column("B")], [("one\ntwo\x1b[2J\x1b[31m", "x")], 40)
    assert lines[1] == "one two  x"
    assert len(laid_out([Column("A")], [("one\ntwo",)], None)) == 2


def test_colours_do_not_count() -> None:
    plain = laid_out(SERVICES, [SHORT], 80)
    coloured = laid_out(SERVICES, [SHORT], 80, colours=True)
    assert "\x1b[32m● running\x1b[0m" in coloured[1]
    assert coloured[1].replace("\x1b[32m", "").replace("\x1b[0m", "") == plain[1]
