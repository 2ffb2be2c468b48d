"""Figures over time in one line of text. Pure."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def spark(figures: Sequence[float], width: int, *, top: float | None = None) -> str:
    """The newest ``width`` figures as bars; ``top`` is what a full bar stands for (None: the largest of them)."""
    shown = list(figures)[-width:]
    full = max(top or 0.0, *shown, 1e-9) if shown else 1.0
    return "".join(_BARS[min(len(_BARS) - 1, int(figure / full * len(_BARS)))] for figure in shown)
