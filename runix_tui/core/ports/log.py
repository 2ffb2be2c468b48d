"""Where the outside world says what it does while it does it."""

from collections.abc import Callable

LogSink = Callable[[str, str], None]
"""Takes ``(stream, text)``: a line, or in a flood many of them with newlines in between. Stream is ``stdout``,
``stderr`` or ``runix``. Never blocks, never raises."""
