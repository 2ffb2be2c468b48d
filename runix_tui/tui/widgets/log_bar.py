"""The scroll bar of a log view. Rows stand for lines on the screen: nobody counts the wrapped lines of a whole log."""

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.widget import Widget

from runix_tui.tui.logs.window import Place, Window

if TYPE_CHECKING:
    from runix_tui.tui.widgets.log_view import LogView


class LogBar:
    """Moves the scroll bar of ``view``, which is always there."""

    def __init__(self, view: "LogView") -> None:
        self._view = view
        self._thumb = (0, 0, 0)  # as it was drawn: height of the bar, start and length of the thumb

    def show(self, window: Window, top: Place) -> None:
        """That ``top`` is the topmost line of ``window``."""
        view = self._view
        size = Size(view.size.width, window.last.row + window.height)
        view.set_reactive(Widget.virtual_size, size)  # not a layout: nothing but the bar depends on it
        view.scroll_y = view.scroll_target_y = top.row
        eighths = 8 * window.height / max(1, size.height)
        thumb = window.height, int(top.row * eighths), int(window.height * eighths)
        if thumb != self._thumb:  # drawing it costs as much as half of the lines
            self._thumb = thumb
            bar = view.vertical_scrollbar
            bar.window_size, bar.window_virtual_size, bar.position = window.height, size.height, top.row
