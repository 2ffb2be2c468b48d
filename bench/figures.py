"""Pairs of measurements and the table of what came of them. Knows nothing of what is measured."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

PAIRS = 7
Pairs = tuple[tuple[float, ...], tuple[float, ...]]
"""Measurements of Runix, and those of the raw engine next to them."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio is to be: at most (``best`` is low) or at least ``limit``; None: for information."""

    limit: float | None
    low: bool = True

    def met(self, ratio: float) -> bool | None:
        """Whether ``ratio`` is within; None without a limit."""
        if self.limit is None:
            return None
        return ratio <= self.limit if self.low else ratio >= self.limit

    def __str__(self) -> str:
        return "none" if self.limit is None else f"{'≤' if self.low else '≥'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``runix`` and ``raw`` are one measurement of each pair, both in ``unit``."""

    name: str
    unit: str
    runix: tuple[float, ...]
    raw: tuple[float, ...]
    target: Target

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios: a slow moment of the machine hits both halves of a pair."""
        return median(ours / theirs for ours, theirs in zip(self.runix, self.raw, strict=True))

    def row(self) -> tuple[str, ...]:
        """The cells of its line."""
        ratios = sorted(ours / theirs for ours, theirs in zip(self.runix, self.raw, strict=True))
        met = self.target.met(self.ratio)
        return (
            self.name,
            _number(median(self.runix), self.unit),
            _number(median(self.raw), self.unit),
            f"{self.ratio:.2f}",
            f"{ratios[0]:.2f}-{ratios[-1]:.2f}",
            str(self.target),
            "" if met is None else "yes" if met else "NO",
        )


HEAD = ("what", "Runix", "raw", "ratio", "spread", "target", "met")


def alternate(runix: Callable[[int], float], raw: Callable[[int], float], pairs: int) -> Pairs:
    """``pairs`` measurements of both, next to each other in time, taking turns in going first. One of each comes
    before, unmeasured: the first use of anything is another thing."""
    runix(0)
    raw(0)
    ours, theirs = [], []
    for number in range(1, pairs + 1):
        if number % 2:
            ours.append(runix(number))
            theirs.append(raw(number))
        else:
            theirs.append(raw(number))
            ours.append(runix(number))
    return tuple(ours), tuple(theirs)


def table(figures: list[Figure]) -> str:
    """All figures, in columns."""
    rows = [HEAD, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"
