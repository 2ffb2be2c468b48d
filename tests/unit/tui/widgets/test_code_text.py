"""Long lines go on below."""

import pytest
from textual.content import Content

from runix_tui.tui.widgets.code_text import folded


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("", [""]),
        ("FROM a", ["FROM a"]),
        ("RUN pip install -r requirements.txt", ["RUN pip install -r ", "    requirements.txt"]),
        ("ENV PATH=/a/very/long/path/that/never/ends", ["ENV PATH=/a/very/", "    long/path/that/", "    never/ends"]),
        ("0123456789012345678901234", ["01234567890123456789", "    01234"]),
        ("漢字漢字漢字漢字漢字漢字", ["漢字漢字漢字漢字漢字", "    漢字"]),
    ],
)
def test_folded(line: str, parts: list[str]) -> None:
    assert [part.plain for part in folded(Content(line), 20)] == parts
