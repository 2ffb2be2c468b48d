"""A line at the bottom of a terminal that says what goes on, and for how long, while nothing else is printed.

On stderr, and on a terminal alone: a pipe never sees it. Whoever prints takes it away first (:func:`aside`).
"""

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

QUIET = 0.7  # seconds without output before it shows
TICK = 0.1
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TAKE_AWAY = "\r\x1b[K"


class Waiting:
    """Use it as a context manager: ``what`` goes on meanwhile; assign to it when that changes."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._began = self._printed = time.monotonic()
        self._shown = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        if _live() and not _current:
            _current.append(self)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self in _current:
            self._over.set()
            self._thread.join()
            with _lock:
                self.take_away()
            _current.remove(self)

    def take_away(self) -> None:
        """Make room for something to be printed. Hold the lock."""
        if self._shown:
            sys.stderr.write(_TAKE_AWAY)
            sys.stderr.flush()
            self._shown = False
        self._printed = time.monotonic()

    def _run(self) -> None:
        while not self._over.wait(TICK):
            with _lock:
                now = time.monotonic()
                if now - self._printed > QUIET:
                    self._show(now - self._began)

    def _show(self, seconds: float) -> None:
        frame = FRAMES[int(seconds / TICK) % len(FRAMES)]
        text = f"{frame} {self.what} · {elapsed(seconds)}"
        width = shutil.get_terminal_size().columns
        sys.stderr.write(f"{_TAKE_AWAY}{text[: max(1, width - 1)]}")
        sys.stderr.flush()
        self._shown = True


@contextmanager
def aside() -> Iterator[None]:
    """Inside, the terminal's last line is free."""
    with _lock:
        for each in _current:
            each.take_away()
        yield


def elapsed(seconds: float) -> str:
    """``12 s``, ``3 min 05 s``."""
    whole = int(seconds)
    return f"{whole // 60} min {whole % 60:02} s" if whole >= 60 else f"{whole} s"


def _live() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


_current: list[Waiting] = []
_lock = threading.RLock()
