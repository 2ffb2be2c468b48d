"""Lines of code in a column: what is too long goes on below, a little to the right, and is cut where it must be."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

HANGING = 4  # columns
BETWEEN_PARTS = "/:,;=&"  # of a path, an address, a list, a query


class CodeText(Widget):
    """Shows text with its styles; a word is not carried over when that would leave most of the line empty."""

    DEFAULT_CSS = "CodeText { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._text = Content("")
        self._drawn: tuple[int, list[Content]] | None = None  # the lines at the width that was asked for last

    def show(self, text: Content) -> None:
        """Show this."""
        if text != self._text:
            self._text, self._drawn = text, None
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as it takes at this width."""
        return len(self._folded(width))

    def render(self) -> Content:
        """All lines."""
        return Content("\n").join(self._folded(self.content_size.width))

    def _folded(self, width: int) -> list[Content]:
        if self._drawn is None or self._drawn[0] != width:
            lines = self._text.split("\n", allow_blank=True)
            self._drawn = width, [part for line in lines for part in folded(line, max(12, width))]
        return self._drawn[1]


def folded(line: Content, width: int) -> list[Content]:
    """A line in parts of at most ``width`` cells."""
    parts = []
    room, indent = width, ""
    while line.cell_length > room:
        cut = _cut(line.plain, room)
        parts.append(Content.assemble(indent, line[:cut]))
        line = line[cut:]
        room, indent = width - HANGING, " " * HANGING
    return [*parts, Content.assemble(indent, line)]


def _cut(text: str, room: int) -> int:
    """Where to cut: behind the last blank, else the last sign between parts, that leaves at least half a line; else
    where the room ends."""
    fits = len(text)
    while Content(text[:fits]).cell_length > room:
        fits -= max(1, (Content(text[:fits]).cell_length - room) // 2)
    for signs in (" ", BETWEEN_PARTS):
        cut = max(text.rfind(sign, 0, fits) for sign in signs) + 1
        if cut > fits // 2:
            return cut
    return fits
