"""A pane over rows that are higher than one line: places are exact without counting all of them."""

from hypothesis import given
from hypothesis import strategies as st

from runix_tui.tui.logs.window import Place, Window

HEIGHTS = st.lists(st.integers(1, 5), max_size=12)


def everything(heights: list[int]) -> list[Place]:
    return [Place(row, part) for row, height in enumerate(heights) for part in range(height)]


@given(HEIGHTS, st.integers(1, 8), st.data())
def test_a_window_shows_and_moves_as_over_a_list_of_all_lines(
    heights: list[int], height: int, data: st.DataObject
) -> None:
    window = Window(len(heights), height, heights.__getitem__)
    places = everything(heights)
    last = max(0, len(places) - height)
    assert window.lines(window.last) == places[last:]
    if not places:
        return
    at = data.draw(st.integers(0, last))
    by = data.draw(st.integers(-60, 60))
    assert window.lines(places[at]) == places[at : at + height]
    assert window.moved(places[at], by) == places[min(last, max(0, at + by))]


@given(HEIGHTS, st.integers(1, 8), st.integers(0, 20), st.integers(0, 9))
def test_a_place_that_is_gone_becomes_one_that_exists(heights: list[int], height: int, row: int, part: int) -> None:
    window = Window(len(heights), height, heights.__getitem__)
    held, places = window.held(Place(row, part)), everything(heights)
    tops = places[: max(1, len(places) - height + 1)] or [Place(0)]
    assert held in tops
    if Place(row, part) in tops:
        assert held == Place(row, part)
