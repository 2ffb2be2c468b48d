"""The time before a line: local time, or how long after the line above it. Pure."""

from datetime import datetime
from enum import StrEnum

from runix_tui.tui.logs.entries import seconds


class Stamps(StrEnum):
    """What is shown before each line."""

    OFF = "off"
    TIME = "time"
    DELTA = "delta"

    @property
    def next(self) -> "Stamps":
        """The one after this, round and round."""
        order = list(Stamps)
        return order[(order.index(self) + 1) % len(order)]

    @property
    def width(self) -> int:
        """Cells that it takes, with the space behind it."""
        return {Stamps.OFF: 0, Stamps.TIME: 13, Stamps.DELTA: 10}[self]


def stamp(kind: Stamps, at: str, before: str) -> str:
    """The time of a line as ``kind`` says; ``before`` is the stamp of the line above, empty when there is none."""
    if kind is Stamps.OFF:
        return ""
    if not at:
        return " " * kind.width
    if kind is Stamps.TIME:
        local = datetime.fromtimestamp(seconds(at)).astimezone()
        return f"{local:%H:%M:%S}.{local.microsecond // 1000:03} "
    return f"{_delta(seconds(at) - seconds(before)) if before else '':>9} "


def _delta(passed: float) -> str:
    size = abs(passed)
    sign = "-" if passed < 0 else "+"
    if size < 100:
        return f"{sign}{size:.3f}s"
    if size < 6000:
        return f"{sign}{size / 60:.1f}m"
    return f"{sign}{size / 3600:.1f}h"
