"""Foreign text becomes harmless."""

import pytest
from rich.cells import cell_len

from runix_tui.core import terminal

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # "I want", written with a ZWNJ


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b[38;2;1;2;3mtrue\x1b[4:3mcurly", "\x1b[38;2;1;2;3mtrue\x1b[4:3mcurly"),
        ("a\x1b[2Jb\x1b[1;1Hc\x1b[1Ad", "abcd"),
        ("a\x1b[?1049hb\x1b[>4;2mc", "abc"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("a\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1bPq#0\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d", "abcd"),
        ("a\x1bcb\x1b(0c\x1b7d", "abcd"),
        ("a\x9b31mb\x9d0;t\x9cc", "abc"),
        ("a\x1b]0;never ended", "a"),
        ("a\x1b[", "a"),
        ("a\x1b", "a"),
        ("a\x08\x08b\x07\x00\x7fc", "abc"),
        ("user\u202egpj.exe\u2066x\u200b\ufeff", "usergpj.exex"),
        ("one\u2028two\u2029", "one two "),
        ("soft\u00adhyphen \u2060word\u180ejoiner \u061cmark", "softhyphen wordjoiner mark"),
        ("a\u034fb\u115f\u1160\u3164\uffa0c\u17b4\u180bd", "abcd"),
        ("hid\U000e0101den \U000e0068\U000e0069", "hidden "),
        (PERSIAN, PERSIAN),
        ("क्\u200cष क्\u200dष", "क्\u200cष क्ष"),
        ("র\u200d্য 👩\u200d্ a\u200d্", "র\u200d্য 👩্ a্"),
        ("ශ්\u200dරී ക്\u200d", "ශ්රී ക്"),
        ("pay\u200dpal pay\u200cpal \u200c", "paypal paypal "),
        ("❤\ufe0f\u200d🔥 👩🏽\u200d🚀 🙂\u200d↔\ufe0f", "❤\ufe0f\u200d🔥 👩🏽\u200d🚀 🙂\u200d↔\ufe0f"),
        ("👩\u200d \u200d👩\u200d\u200d💻", "👩 👩💻"),
        ("10%\r20%\r", "10% 20%"),
        ("tab\there", "tab\there"),
        ("grün 🚀 👩\u200d💻", "grün 🚀 👩\u200d💻"),
    ],
)
def test_clean(hostile: str, shown: str) -> None:
    assert terminal.clean(hostile) == shown


@pytest.mark.parametrize(
    "text", [PERSIAN, "র\u200d্য", "👩\u200d💻", "pay\u200dpal", "क्\u200dष", "\u3164", "a\u200bb", "one\u2028two"]
)
def test_cells_are_counted_as_terminals_show_them(text: str) -> None:
    """What stays takes the cells of its letters; one emoji sequence is one emoji."""
    shown = terminal.plain(text)
    letters = shown.replace("\u200c", "")
    assert cell_len(shown) == (2 if "💻" in letters else sum(cell_len(char) for char in letters))


@pytest.mark.parametrize("text", ["ශ්\u200dරී", "क्\u200dष"])
def test_a_joiner_of_letters_would_still_take_a_cell_away(text: str) -> None:
    """Why it goes: Rich takes no letter behind one into account. Should that change, it can stay."""
    assert cell_len(text) < sum(cell_len(char) for char in text)


def test_plain_takes_colours_too() -> None:
    assert terminal.plain("\x1b[31mred\x1b[0m") == "red"
