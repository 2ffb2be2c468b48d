"""Facts wrap beside their labels; where there is no room, below them."""

from textual.content import Content

from runix_tui.tui.widgets.fact_list import SPACE, Fact, FactList


def lines(width: int, *facts: Fact) -> list[str]:
    shown = FactList()
    shown._facts = facts
    return [line.plain.rstrip() for line in shown._lines(width)]


def test_values_wrap_beside_their_label() -> None:
    value = Content.styled("one two three four five six", "bold")
    assert lines(32, Fact("name", "x"), SPACE, Fact("longer", value)) == [
        "name    x",
        "",
        "longer  one two three four five",
        "        six",
    ]


def test_below_their_label_where_there_is_no_room() -> None:
    assert lines(20, Fact("longer", "one two three four five")) == ["longer", "  one two three four", "  five"]
