"""The newest activity under the list: a few lines."""

from textual.widgets import Static


class ActivityStrip(Static):
    """The last few things that Runix did."""
