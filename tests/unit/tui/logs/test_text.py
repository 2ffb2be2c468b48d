"""What is left of a raw line, and its colours."""

import unicodedata
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color

from runix_tui.tui.logs.text import LONGEST, Painted, painted, visible

RAW = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.sampled_from(
            [
                "\x1b[31m",
                "\x1b[0m",
                "\x1b[1;38;5;200m",
                "\x1b[48;2;1;2;3m",
                "\x1b]52;c;eA==\x07",
                "\x1b[2J",
                "\x1b",
                "\x9b31m",
                "\t",
                "\r",
                "\u202e",
                "\x1b[38:2::1:2:3m",
                "\x1b[;;m",
                "\x1b[38;5m",
                "\x1b[38;2;999;0;0m",
                "\x1bP",
                "\x1b\\",
            ]
        ),
    ),
    max_size=8,
).map("".join)


@given(RAW)
def test_nothing_is_left_that_moves_a_terminal(raw: str) -> None:
    text = visible(raw)
    assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in "\u202e\u2066\ufeff"]
    assert "\x1b" not in text


@given(RAW)
def test_what_is_painted_is_what_is_searched(raw: str) -> None:
    paint = painted(raw)
    assert paint.text == visible(raw)
    for before, span in zip((None, *paint.spans), paint.spans, strict=False):
        assert 0 <= span.start < span.end <= len(paint.text)
        assert before is None or before.end <= span.start


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=50))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert painted(text) == Painted(text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("10%\r20%\r", "20%"),
        ("10%\r", "10%"),
        ("a\tb", "a       b"),
        ("\x1b[31ma\x1b[0m\tb", "a       b"),
        ("x" * (LONGEST + 5), "x" * LONGEST + "…"),
    ],
)
def test_overwritten_indented_and_endless_lines(raw: str, text: str) -> None:
    assert visible(raw) == text


@pytest.mark.parametrize(
    ("codes", "colour", "background", "attributes"),
    [
        ("31", Color.from_ansi(1), None, ""),
        ("1;91", Color.from_ansi(9), None, "bold"),
        ("38;5;200;4", Color.from_ansi(200), None, "underline"),
        ("38;2;1;2;3;48;5;7", Color.from_rgb(1, 2, 3), Color.from_ansi(7), ""),
        ("38:2::1:2:3", Color.from_rgb(1, 2, 3), None, ""),
        ("38:5:9", Color.from_ansi(9), None, ""),
        ("31;39;42;49;1;22;3", None, None, "italic"),
        ("7;4:3", None, None, "reverse underline"),
    ],
)
def test_colours(codes: str, colour: Color | None, background: Color | None, attributes: str) -> None:
    (span,) = painted(f"\x1b[{codes}mx").spans
    assert (span.style.color, span.style.bgcolor) == (colour, background)
    for name in ("bold", "italic", "underline", "reverse", "blink", "conceal"):
        assert bool(getattr(span.style, name)) == (name in attributes.split())


@pytest.mark.parametrize("codes", ["", "0", "31;0", "5", "8", "38;5", "99999999999"])
def test_what_colours_nothing(codes: str) -> None:
    assert painted(f"\x1b[{codes}mx").spans == ()


def test_a_sequence_without_end_costs_nothing() -> None:
    bomb = "a\x1b[31m" + "b\x1b[" + "38;" * 5000 + "m" + "c"
    started = perf_counter()
    for number in range(40):
        paint = painted(f"{number}{bomb}")
        assert paint.text == f"{number}abc"
    assert perf_counter() - started < 0.5, "it took 70 ms for each"
