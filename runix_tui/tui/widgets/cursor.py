"""The row at the cursor of a list, told by a symbol: colours alone do not tell it to everybody, nor everywhere."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import OptionList

CURSOR = "▸"


def with_cursor(options: OptionList, y: int, strip: Strip) -> Strip:
    """``strip`` is what ``options`` draws in line ``y``: in the first line of the row at the cursor, the symbol takes
    the place of its first cell."""
    at = options.highlighted
    if at is None or options._index_to_line.get(at) != options.scroll_offset.y + y:  # there is no public name for it
        return strip
    mark = [Segment(CURSOR, each.style) for each in strip.crop(0, 1)]
    return Strip.join([Strip(mark), strip.crop(1)])
