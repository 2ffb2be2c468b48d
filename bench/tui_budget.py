"""Figures that are held against a number, not against a rival: what a person feels."""

from dataclasses import dataclass

HEAD = ("what", "measured", "budget", "met")


@dataclass(frozen=True, slots=True)
class Budget:
    """One line of the table. ``limit`` is at most, or (``low`` is false) at least; None: for information."""

    name: str
    unit: str
    value: float
    limit: float | None = None
    low: bool = True

    def row(self) -> tuple[str, ...]:
        """The cells of its line."""
        if self.limit is None:
            return self.name, self._shown(self.value), "", ""
        met = self.value <= self.limit if self.low else self.value >= self.limit
        return self.name, self._shown(self.value), f"{'≤' if self.low else '≥'} {self._shown(self.limit)}", _word(met)

    def _shown(self, value: float) -> str:
        return f"{value:,.0f} {self.unit}" if abs(value) >= 1000 else f"{value:.3g} {self.unit}"


def budgets(found: list[Budget]) -> str:
    """All of them, in columns."""
    rows = [HEAD, *(each.row() for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _word(met: bool) -> str:
    return "yes" if met else "NO"
