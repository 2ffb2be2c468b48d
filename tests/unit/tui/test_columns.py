"""A row of the list fits its width exactly, whatever is in it, and says what matters."""

import pytest
from rich.cells import cell_len

from runix_tui.tui.fleet import Series
from runix_tui.tui.looks import Look
from runix_tui.tui.widgets.columns import Columns, fit, megabytes
from tests.unit.tui.entries import entry, usage


def row(width: int, one=None, *, alone: bool = False, figures: Series | None = None, **more: bool) -> str:
    cells = Columns.fitting(width, alone=alone).cells(
        one or entry("shop"), figures, cursor=more.pop("cursor", False), marked=more.pop("marked", False), **more
    )
    return "".join(cell.text for cell in cells)


@pytest.mark.parametrize("width", [*range(38, 66), 78, 98, 120])
@pytest.mark.parametrize("alone", [True, False])
def test_it_fits_exactly(width, alone):
    figures = Series()
    figures.add(usage("x", 250, 1700 * 1024**2))
    for one in (
        entry("shop"),
        entry("a-name-as-long-as-a-name-may-be-in-all-40", version=12345, commit=None, url=None),
        entry("日本", look=Look.FAILED, reason="exits with 137 at start, because of 日本" * 3),
        entry("shop", look=Look.WORKING, word="fetching"),
    ):
        assert cell_len(row(width, one, alone=alone, figures=figures, cursor=True, marked=True)) == width


def test_symbol_word_and_figures():
    figures = Series()
    for cpu in (0, 50, 100):
        figures.add(usage("x", cpu))
    found = row(46, figures=figures)
    assert found.split() == ["●", "shop", "v1", "2m", "live", "▁▅█", "41M"]
    assert row(46, figures=figures, cpu=True).rstrip().endswith("100%")


def test_cursor_and_mark_are_told_without_colours():
    assert row(46, cursor=True, marked=True).startswith("▸◆●")


def test_more_width_shows_more():
    assert "abc1234" not in row(46)
    assert "web" in row(62)
    assert "abc1234" in row(62)
    assert "shop-x7kf.localhost:8080" in row(78, alone=True)


def test_the_reason_is_told_where_it_says_anything():
    wrong = entry("front", look=Look.LIVE_LAST_FAILED, reason="exits with 1 at start")
    assert row(46, wrong).rstrip().endswith("last failed")
    assert "last failed: exits with" in row(80, wrong)


def test_foreign_text_is_harmless():
    assert "\x1b" not in row(60, entry("shop", look=Look.FAILED, reason="\x1b]0;gone\x07\x1b[2Jexits"))


def test_what_is_cut_ends_in_an_ellipsis():
    assert fit("abcdef", 4) == "abc…"
    assert fit("日本語", 4) == "日 …"
    assert fit("ab", 4, right=True) == "  ab"


@pytest.mark.parametrize(("size", "shown"), [(0, "0M"), (999 * 1024**2, "999M"), (1536 * 1024**2, "1.5G")])
def test_sizes_are_short(size, shown):
    assert megabytes(size) == shown
