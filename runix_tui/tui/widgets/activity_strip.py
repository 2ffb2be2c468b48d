"""The newest activity under the list: a few lines. Follows only while it is on the screen."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.timer import Timer
from textual.widgets import Static

from runix_tui.tui.views.deeds import SYMBOLS, Deed, Mark
from runix_tui.tui.widgets.deed_lines import TICK, fitting, when

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp
    from runix_tui.tui.screens.main import MainScreen


class ActivityStrip(Static):
    """The last few things that Runix did; a click opens the Activity view."""

    DEFAULT_CSS = """
    ActivityStrip { border-title-color: $text-muted; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.border_title = "Activity"
        self._ticking: Timer | None = None

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    def on_mount(self) -> None:
        """What goes on is timed, as long as something does."""
        self._ticking = self.set_interval(TICK, self._draw, pause=True)

    def on_show(self) -> None:
        """On the screen: follow."""
        self.runix.activity.watch(self)
        self._draw()

    def on_hide(self) -> None:
        """Not on the screen any more."""
        self.runix.activity.look_away(self)
        if self._ticking is not None:
            self._ticking.pause()

    def on_resize(self) -> None:
        """Lines are cut to the width there is."""
        self._draw()

    def on_click(self) -> None:
        """The whole of it."""
        cast("MainScreen", self.screen).action_view("activity")

    def activity_changed(self) -> None:
        """Something began or ended."""
        self._draw()

    def _draw(self) -> None:
        deeds = self.runix.activity.deeds[: self.content_size.height]
        if not deeds:
            self.update(self.runix.activity.problem or "Nothing yet. What Runix does shows here.", layout=False)
        else:
            self.update(Text("\n").join(self._lines(deeds, self.content_size.width)), layout=False)
        if self._ticking is not None:
            if any(deed.mark is Mark.RUNNING for deed in deeds):
                self._ticking.resume()
            else:
                self._ticking.pause()

    def _lines(self, deeds: list[Deed], width: int) -> Iterator[Text]:
        """A line each; how it went stands in a column at the right."""
        results = [f"{SYMBOLS[deed.mark]} {deed.result}" for deed in deeds]
        wide = max(map(len, results)) + 1
        for deed, result in zip(deeds, results, strict=True):
            what = f"{when(deed.at)} {deed.source} {deed.action} {deed.subject}"
            yield Text(f"{fitting(what, max(12, width - wide))}{result:>{wide}}", no_wrap=True)
