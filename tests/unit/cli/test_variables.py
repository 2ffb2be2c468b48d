"""Environment variables as people write them in files."""

from pathlib import Path

import pytest

from runix_tui.cli import variables
from runix_tui.errors import InvalidRequest


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"# a comment\nexport A=1\n\nB='$HOME ${X}'\nC=\"two\nlines\"\nD=\nE\nF=gr\xc3\xbcn # why\n")
    assert variables.of_file(file, {"E": "mine"}) == {
        "A": "1", "B": "$HOME ${X}", "C": "two\nlines", "D": "", "E": "mine", "F": "grün"
    }  # fmt: skip
    assert variables.of_file(None, {}) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"A=1\n!!nonsense!!\n", "!!nonsense!!"),
        (b"A=1\n'x\n", "line 2"),
        (b"A='never ended\n", "line 1"),
        (b"\xff", "utf-8"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: bytes, said: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(text)
    with pytest.raises(InvalidRequest, match=said):
        variables.of_file(file, {})
