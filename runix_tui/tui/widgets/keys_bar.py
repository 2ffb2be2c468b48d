"""The bottom line: the keys of what is focused."""

from textual.widgets import Footer


class KeysBar(Footer):
    """Keys of the focused pane."""
