"""Environment variables as people write them."""

import pytest

from runix_tui.core import variables
from runix_tui.errors import InvalidRequest


def test_pairs_stay_as_they_are() -> None:
    pairs = ["A=1", "B=", "C=a=b=c", "D=$HOME 'x' \"y\"\n", "E"]
    assert variables.of_pairs(pairs, {"E": "mine"}) == {
        "A": "1", "B": "", "C": "a=b=c", "D": "$HOME 'x' \"y\"\n", "E": "mine"
    }  # fmt: skip


@pytest.mark.parametrize("pair", ["1A=x", "=x", "A-B=x", "", "UNSET"])
def test_wrong_pairs(pair: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        variables.of_pairs([pair], {})
    assert caught.value.errors[0].path.startswith("env.")


def test_text_is_read_line_by_line() -> None:
    assert variables.of_text("# why\nA=1\nexport B='two words'\nC", {"C": "mine"}) == {
        "A": "1", "B": "two words", "C": "mine"
    }  # fmt: skip


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(InvalidRequest, match=r"^line 2 is not NAME=VALUE$"):
        variables.of_text("A=1\n'x\n", {})
