"""The part of a log that fits into a pane: where it begins, and how it moves. Pure; heights are asked for when needed.

A place is a row and, where long lines are wrapped, which of its lines on the screen (its ``part``) is the topmost one.
So positions are exact although nobody ever counts the wrapped lines of a whole log.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line on the screen: part ``part`` of what is shown at ``row``."""

    row: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """A pane of ``height`` lines over ``count`` rows, each as high as ``height_of`` says (1 or more)."""

    count: int
    height: int
    height_of: Callable[[int], int]

    @property
    def last(self) -> Place:
        """The topmost place when the end is shown."""
        if not self.count:
            return Place(0)
        bottom = Place(self.count - 1, self.height_of(self.count - 1) - 1)
        return self._up(bottom, max(1, self.height) - 1)

    def moved(self, top: Place, by: int) -> Place:
        """The top after scrolling ``by`` lines down, or up when negative; never beyond the ends."""
        if not self.count:
            return Place(0)
        if by < 0:
            return self._up(top, -by)
        return min(self._down(top, by), self.last)

    def lines(self, top: Place) -> list[Place]:
        """What is on the screen, from the top down; fewer than ``height`` where the log is short."""
        found: list[Place] = []
        row, part = top.row, top.part
        while row < self.count and len(found) < self.height:
            found += [Place(row, each) for each in range(part, self.height_of(row))]
            row, part = row + 1, 0
        return found[: self.height]

    def held(self, top: Place) -> Place:
        """The top nearest to ``top`` that exists: rows went, or lines are wrapped differently."""
        if not self.count:
            return Place(0)
        row = min(top.row, self.count - 1)
        part = min(top.part, self.height_of(row) - 1) if row == top.row else 0
        return min(Place(row, part), self.last)

    def _up(self, place: Place, by: int) -> Place:
        row, part = place.row, place.part - by
        while part < 0 and row > 0:
            row -= 1
            part += self.height_of(row)
        return Place(row, max(0, part))

    def _down(self, place: Place, by: int) -> Place:
        row, part = place.row, place.part + by
        while row < self.count and part >= self.height_of(row):
            part -= self.height_of(row)
            row += 1
        return Place(row, part) if row < self.count else self.last
