"""The line of tabs: a number and a name each, as long as there is room; a click brings one forward."""

from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, pairwise

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widget import Widget

from runix_tui.tui.messages import TabWanted

SHORT = 4  # letters of a name where there is no room for all


class TabLine(Widget):
    """Shows which tab is forward; the keys 1-7 are the screen's."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        """``titles`` by name, in order."""
        super().__init__()
        self._names = list(titles)
        self._titles = list(titles.values())
        self._spans: list[range] = []
        self._at = 0

    def show(self, at: int) -> None:
        """Mark the tab with this place, from 0."""
        if at != self._at:
            self._at = at
            self.refresh()

    def render(self) -> Content:
        """The line, and where each tab is in it."""
        texts = labels(self._titles, self._at, self.size.width)
        ends = list(accumulate(map(cell_len, texts), initial=0))
        self._spans = [range(start, end) for start, end in pairwise(ends)]
        return marked(texts, {self._at}, no_color=self.app.no_color)

    def on_click(self, event: events.Click) -> None:
        """The tab under the pointer comes forward."""
        at = next((place for place, span in enumerate(self._spans) if event.x in span), None)
        if at is not None:
            self.post_message(TabWanted(self._names[at]))


def marked(texts: Sequence[str], chosen: Collection[int], *, no_color: bool) -> Content:
    """``texts`` of :func:`labels` in one line, the chosen ones marked: as far to the left as to the right of them."""
    on = "bold reverse" if no_color else "bold $foreground on $primary-muted"
    line = Content("")
    for place, text in enumerate(texts):
        gap = "" if text.endswith(" ") else " "
        line = line.append_text(gap, "").append_text(text.removeprefix(gap), on if place in chosen else "$text-muted")
    return line


def labels(titles: Sequence[str], at: int, width: int) -> list[str]:
    """What stands for each tab in ``width`` cells: names, else the beginnings of those that are not forward."""
    full = [f" {place} {title} " for place, title in enumerate(titles, 1)]
    if sum(map(cell_len, full)) <= width:
        return full
    close = [f" {place} {title}" for place, title in enumerate(titles, 1)]
    if sum(map(cell_len, close)) <= width:
        return close
    cut = [title if place == at else title[:SHORT] for place, title in enumerate(titles)]
    short = [f" {place} {title}" for place, title in enumerate(cut, 1)]
    if sum(map(cell_len, short)) <= width:
        return short
    return [f" {place + 1} {title}" if place == at else f" {place + 1}" for place, title in enumerate(titles)]
