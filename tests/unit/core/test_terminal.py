"""Foreign text becomes harmless."""

import pytest

from runix_tui.core import terminal


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
        ("one\u2028two\u2029", "onetwo"),
        ("10%\r20%\r", "10% 20%"),
        ("tab\there", "tab\there"),
        ("grün 🚀 👩\u200d💻", "grün 🚀 👩\u200d💻"),
    ],
)
def test_clean(hostile: str, shown: str) -> None:
    assert terminal.clean(hostile) == shown


def test_plain_takes_colours_too() -> None:
    assert terminal.plain("\x1b[31mred\x1b[0m") == "red"
