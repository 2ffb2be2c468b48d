"""Work that is done soon and not too often, however often it is asked for."""

import os
from collections.abc import Callable
from time import monotonic

from textual.timer import Timer
from textual.widget import Widget


def frame_seconds() -> float:
    """How long something new may wait for the screen: less where the screen is near."""
    return 0.1 if "SSH_CONNECTION" in os.environ or "TMUX" in os.environ else 1 / 30


class Pace:
    """Does ``work`` for ``widget`` at most once in ``seconds``: what is asked for meanwhile is done in one go."""

    def __init__(self, widget: Widget, seconds: float, work: Callable[[], None]) -> None:
        self._widget = widget
        self._seconds = seconds
        self._work = work
        self._timer: Timer | None = None
        self._done_at = 0.0

    def soon(self) -> None:
        """Do it as soon as it may be done again."""
        if self._timer is None and self._widget.is_attached:
            wait = max(0.001, self._done_at + self._seconds - monotonic())
            self._timer = self._widget.set_timer(wait, self._do)

    def _do(self) -> None:
        self._timer = None
        self._done_at = monotonic()
        self._work()
