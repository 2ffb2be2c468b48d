"""A place that is read: it scrolls by the keys that move everywhere."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll


class Reader(VerticalScroll):
    """Up, down, ends; the arrow and page keys are the container's own."""

    DEFAULT_CSS = "Reader { scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False, id="reader.down", tooltip="Down"),
        Binding("k", "scroll_up", show=False, id="reader.up", tooltip="Up"),
        Binding("g", "scroll_home", show=False, id="reader.top", tooltip="To the top"),
        Binding("G", "scroll_end", show=False, id="reader.end", tooltip="To the end"),
    ]
