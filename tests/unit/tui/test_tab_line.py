"""All tabs stay on the line, whatever its width."""

import pytest

from runix_tui.tui.widgets.tab_line import labels, marked

TITLES = ["Overview", "Build", "Logs", "History", "Dockerfile", "Environment", "Health"]


@pytest.mark.parametrize("width", range(30, 120))
@pytest.mark.parametrize("at", [0, 5])
def test_every_number_and_the_whole_name_of_the_one_that_is_forward(width: int, at: int):
    found = labels(TITLES, at, width)
    assert len("".join(found)) <= width
    assert [label.split()[0] for label in found] == list("1234567")
    assert TITLES[at] in found[at]


def test_names_are_whole_where_there_is_room():
    assert "".join(labels(TITLES, 0, 100)).split() == [
        word for place, title in enumerate(TITLES, 1) for word in (str(place), title)
    ]


@pytest.mark.parametrize("width", [50, 64, 80, 120])
def test_what_is_marked_stands_in_the_middle_of_its_mark(width: int):
    texts = labels(TITLES, 1, width)
    line = marked(texts, {1}, no_color=True)
    assert line.plain == "".join(texts)
    (mark,) = [line.plain[span.start : span.end] for span in line.spans if "reverse" in str(span.style)]
    assert len(mark) - len(mark.lstrip()) == len(mark) - len(mark.rstrip())
    assert mark.strip() == "2 Build"
