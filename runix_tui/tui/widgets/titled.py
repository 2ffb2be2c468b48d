"""A pane whose border says what it is about: when only that changes, only that line is painted."""

from typing import Self

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region


class TitledPane(Vertical):
    """Textual paints a widget with all that is in it for another title: some thousand cells for each row that the
    cursor passes."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Content("")
        self._entitling = False

    def entitle(self, title: Content) -> None:
        """Have this title."""
        if title == self._title:
            return
        self._title = title
        self._entitling = bool(self.outer_size)
        self.border_title = title
        self._entitling = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As ever; for a title only the line that it is in."""
        if self._entitling:
            regions = (Region(0, 0, self.outer_size.width, 1).translate(-self.content_offset),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
