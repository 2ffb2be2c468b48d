"""Facts, a label and a value each: values wrap beside their label, whatever the width."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Region, Size
from textual.widget import Widget

GAP = 2  # columns between labels and values
NARROWEST = 20  # columns of a value; where there are fewer, it stands below its label


@dataclass(frozen=True, slots=True)
class Fact:
    """``value`` is shown as it is: what is foreign in it is cleaned before."""

    label: str
    value: Content | str

    @property
    def content(self) -> Content:
        """The value with its styles."""
        return self.value if isinstance(self.value, Content) else Content(self.value)


SPACE = Fact("", "")
"""An empty line between groups."""


class FactList(Widget):
    """Draws again only when a fact became different."""

    DEFAULT_CSS = "FactList { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._facts: tuple[Fact, ...] = ()
        self._drawn: tuple[int, list[Content]] | None = None  # the lines at the width that was asked for last

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these."""
        if self._facts != (shown := tuple(facts)):
            width, height = self.content_size
            before = self._lines(width)
            self._facts, self._drawn = shown, None
            now = self._lines(width)
            if len(now) != height:
                self.refresh(layout=True)
            else:
                self.refresh(*(Region(0, at, width, 1) for at in range(height) if before[at : at + 1] != [now[at]]))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the values take at this width."""
        return len(self._lines(width))

    def render(self) -> Content:
        """All lines."""
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        if self._drawn is None or self._drawn[0] != width:
            self._drawn = width, self._wrapped(width)
        return self._drawn[1]

    def _wrapped(self, width: int) -> list[Content]:
        column = max((len(fact.label) for fact in self._facts), default=0) + GAP
        if width - column < NARROWEST:
            return self._stacked(width)
        lines = []
        for fact in self._facts:
            wrapped = fact.content.wrap(width - column) or [Content("")]
            for number, line in enumerate(wrapped):
                label = "" if number else fact.label
                lines.append(Content.assemble((label.ljust(column), "$text-muted"), line))
        return lines

    def _stacked(self, width: int) -> list[Content]:
        """Values below their labels."""
        lines = []
        for fact in self._facts:
            lines.append(Content.styled(fact.label, "$text-muted"))
            lines += [Content.assemble(" " * GAP, line) for line in fact.content.wrap(max(8, width - GAP))]
        return lines
