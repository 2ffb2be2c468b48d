"""The last gate before the terminal."""

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from runix_tui.tui.harmless import Harmless

BLACK = Color(0, 0, 0)


def test_what_is_harmless_passes_as_it_is() -> None:
    line = [Segment("plain ✓ ünï 漢字 👩‍💻"), Segment("[red]", Style(bold=True))]
    assert Harmless().apply(line, BLACK) is line


@pytest.mark.parametrize(
    "control",
    [
        *map(chr, (*range(0x20), *range(0x7F, 0xA0))),
        "\u061c",
        "\u200e",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\u2069",
    ],
)
def test_a_control_goes_and_the_width_stays(control: str) -> None:
    line = [Segment("before", Style(bold=True)), Segment(f"a{control}]52;c;x{control}b")]
    found = Harmless().apply(line, BLACK)
    assert [segment.text for segment in found] == ["before", "a]52;c;xb"]
    assert found[0].style == Style(bold=True)
    assert sum(cell_len(segment.text) for segment in found) == sum(cell_len(segment.text) for segment in line)
