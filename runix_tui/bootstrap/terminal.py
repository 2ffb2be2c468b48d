"""The terminal as it was before the full-screen UI took it, for an end in which the UI cannot give it back itself."""

import contextlib
import os
import sys
import termios
import threading
from typing import Any

GIVES_UP_AFTER = 0.5  # seconds; a terminal that takes nothing blocks who writes
# What the UI turns on, off again: mouse, focus, paste and resize reports, keyboard protocol, alternate screen; then
# line wrap and the cursor are back, and colours are gone.
RESET = (
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[?2026l"
    "\x1b[<u\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m"
)


class Terminal:
    """The terminal of standard input, remembered as it is now."""

    def __init__(self) -> None:
        here = sys.stdin.fileno()
        self._modes = termios.tcgetattr(here) if os.isatty(here) else None  # in a browser it is a pipe

    def restore(self) -> None:
        """Give it back as it was; one that is gone or takes nothing is left after a moment."""
        if self._modes is None:
            return
        writer = threading.Thread(target=self._restore, args=(self._modes,), daemon=True)
        writer.start()
        writer.join(GIVES_UP_AFTER)

    def _restore(self, modes: list[Any]) -> None:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, modes)
            os.write(sys.stderr.fileno(), RESET.encode())
