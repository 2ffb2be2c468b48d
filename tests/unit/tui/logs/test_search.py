"""A search finds what is seen, and nothing else."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.tui.logs.filters import FilteredRows, Filters
from runix_tui.tui.logs.finder import Finder
from runix_tui.tui.logs.search import BadPattern, Query, scan, seek
from runix_tui.tui.logs.text import visible
from tests.unit.tui.logs.entrykit import all_stored, spool_of

PIECES = st.sampled_from(
    [
        "a",
        "B",
        "ab",
        " ",
        '"',
        "\\",
        "\\u001b[31m",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[2J",
        "\x1b",
        "[2J",
        "\t",
        "\r",
        "ü",
        "K",
        "\u202e",
        ":",
        "line",
    ]
)
TEXTS = st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=12)
QUERIES = st.lists(PIECES, min_size=1, max_size=3).map("".join)


@given(TEXTS, QUERIES)
def test_a_text_is_found_exactly_where_it_is_seen(texts: list[str], wanted: str) -> None:
    query = Query(wanted)
    same = (lambda text: text.lower()) if wanted == wanted.lower() else str
    expected = [at for at, text in enumerate(texts) if query.passes(visible(text))]
    with spool_of(texts) as spool:
        assert scan(spool, query, 0, len(texts)) == expected
    for at, text in enumerate(texts):
        if visible(text).isascii() and wanted.isascii():
            assert (at in expected) == (same(wanted) in same(visible(text)))


@given(TEXTS, st.sampled_from(["a.*b", "^a", "b$", r"\\u", "(a|B)ü", r"\s"]))
def test_an_expression_is_found_exactly_where_it_is_seen(texts: list[str], pattern: str) -> None:
    query = Query(pattern, regex=True)
    expected = [at for at, text in enumerate(texts) if query.passes(visible(text))]
    with spool_of(texts) as spool:
        assert scan(spool, query, 0, len(texts)) == expected


def test_capitals_count_once_there_is_one() -> None:
    assert Query("error").passes("ERROR")
    assert not Query("Error").passes("ERROR")


def test_what_the_api_adds_is_not_searched() -> None:
    with spool_of(["x"]) as spool:
        for word in ("stdout", "seq", "2026", "line"):
            assert scan(spool, Query(word), 0, 1) == []


def test_a_broken_expression_says_why() -> None:
    with pytest.raises(BadPattern, match="unterminated"):
        Query("(", regex=True)


def test_where_a_text_is_in_a_line() -> None:
    assert Query("ab").spans("ab xAB") == [(0, 2), (4, 6)]
    assert Query("x*", regex=True).spans("abx") == [(2, 3)]


@pytest.mark.parametrize(
    ("low", "high", "back", "expected"), [(0, 9000, True, 8000), (0, 8000, True, 100), (101, 9000, False, 8000)]
)
def test_from_one_to_the_next(low: int, high: int, back: bool, expected: int) -> None:
    with spool_of(["hit" if at in (100, 8000) else "no" for at in range(9000)]) as spool:
        assert seek(spool, Query("hit"), low, high, lambda: False, back=back) == expected
        assert seek(spool, Query("hit"), low, high, lambda: True, back=back) is None


@given(
    st.lists(st.sampled_from(["hit", "no", "hit out"]), max_size=40),
    st.integers(0, 4),
    st.lists(st.integers(0, 5), max_size=8),
    st.data(),
)
def test_filtered_rows_are_those_of_a_filter_over_all_lines(
    texts: list[str], context: int, sizes: list[int], data: st.DataObject
) -> None:
    """However the log grew, at whichever end, and whenever it was looked through."""
    filters = Filters((Query("hit"),), (Query("out"),), context)
    start = data.draw(st.integers(0, len(texts)))
    end = data.draw(st.integers(start, len(texts)))
    lines = all_stored(texts)
    with spool_of(texts[start:end]) as spool:
        rows = FilteredRows(spool, Finder(spool, filters), context)
        asyncio.run(look_through(rows))
        for size in sizes:
            if data.draw(st.booleans()):
                before = max(0, start - size)
                spool.prepend(b"".join(lines[before:start]))
                start = before
            else:
                spool.append(b"".join(lines[end : end + size]))
                end = min(len(lines), end + size)
            if data.draw(st.booleans()):
                asyncio.run(look_through(rows))
        asyncio.run(look_through(rows))
        shift = spool.first - start
        kept = [at + shift for at in range(start, end) if "hit" in texts[at] and "out" not in texts[at]]
        near = sorted(
            {at for hit in kept for at in range(hit - context, hit + context + 1)} & set(range(spool.first, spool.end))
        )
        assert [rows.at(row) for row in range(len(rows))] == near
        assert list(rows.snapshot()) == near
        assert [at for at in near if rows.kept(at)] == kept
        assert [rows.row(at) for at in near] == list(range(len(near)))


async def look_through(rows: FilteredRows) -> None:
    while not rows.finder.done:
        await rows.finder.step()
    rows.catch_up()
