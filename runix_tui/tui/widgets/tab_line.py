"""The line of tabs: a number and a name each; a click brings one forward."""

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.widgets import Static

from runix_tui.tui.messages import TabWanted


class TabLine(Static):
    """Shows which tab is forward; the keys 1-7 are the screen's."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__("", markup=False)
        self._titles = list(titles)
        self._spans: list[range] = []
        self._at = 0

    def on_mount(self) -> None:
        """Draw it once."""
        self.show(0)

    def show(self, at: int) -> None:
        """Mark the tab with this place, from 0."""
        self._at = at
        line = Text(no_wrap=True, overflow="ellipsis")
        self._spans = []
        for place, title in enumerate(self._titles):
            start = len(line)
            line.append(f" {place + 1} {title} ", style="reverse bold" if place == at else "")
            self._spans.append(range(start, len(line)))
        self.update(line)

    def on_click(self, event: events.Click) -> None:
        """The tab under the pointer comes forward."""
        at = next((place for place, span in enumerate(self._spans) if event.x in span), None)
        if at is not None:
            self.post_message(TabWanted(self._titles[at].lower()))
