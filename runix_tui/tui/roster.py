"""The list of deployments without its looks: which rows there are, which one is chosen, which are marked. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runix_tui.tui.fleet import Fleet
from runix_tui.tui.listing import Entry, Line, Order, arrange

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment


class Roster:
    """Rows by line. The cursor stays on its deployment, wherever that goes; when it is gone, on its neighbour."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.lines: list[Line] = []
        self.at: dict[str, int] = {}  # line by id
        self.marks: set[str] = set()
        self.cursor: str | None = None
        self.order = Order.NAME
        self.text = ""  # the filter
        self._hidden: str | None = None  # where the cursor was put before a filter took its row away

    # --- which rows --------------------------------------------------------------------------------------------------

    def lay_out(self) -> None:
        """Lines anew."""
        before = self.at.get(self.cursor or "", 0)
        self.lines = list(arrange(self._fleet.entries(), self.order, self.text, self._fleet.series))
        self.at = {line.id: at for at, line in enumerate(self.lines) if isinstance(line, Entry)}
        if self._fleet.known:
            self.marks &= self._fleet.deployments.keys()
        if self.cursor not in self.at:
            self._hidden = self._hidden or self.cursor
            self.cursor = self._hidden if self._hidden in self.at else self._nearest(before)
        if not self.text:
            self._hidden = None

    def put(self, ids: frozenset[str]) -> bool:
        """Say what these rows say now, where they stand; False: they may have to stand elsewhere."""
        if self.order is not Order.NAME or self.text:
            return False
        for key in ids:
            at, now = self.at.get(key), self._fleet.entry(key)
            line = None if at is None else self.lines[at]
            if at is None or now is None or not isinstance(line, Entry) or line.full_name != now.full_name:
                return False
            self.lines[at] = now
        return True

    def entries(self, top: int, height: int) -> list[Entry]:
        """The rows among the lines from ``top`` on."""
        return [line for line in self.lines[top : top + height] if isinstance(line, Entry)]

    @property
    def why_empty(self) -> Sequence[str]:
        """Why there are no rows, and what to do next, in lines."""
        if self.text:
            return ("Nothing has these words.", "Esc shows everything again.")
        if not self._fleet.known:
            return ("Reaching the server…",)
        return ("Nothing is deployed yet.", "", "Press a to deploy a repository or a folder.")

    def _nearest(self, at: int) -> str | None:
        """The deployment at this line, else the next after it, else the last before it."""
        after = next((line.id for line in self.lines[at:] if isinstance(line, Entry)), None)
        return after or next((line.id for line in reversed(self.lines[:at]) if isinstance(line, Entry)), None)

    # --- which of them -----------------------------------------------------------------------------------------------

    def beside(self, by: int) -> str | None:
        """The row so many after the cursor (before it, when negative), no further than the ends."""
        ids = list(self.at)
        if not ids:
            return None
        at = ids.index(self.cursor) + by if self.cursor in self.at else 0
        return ids[max(0, min(at, len(ids) - 1))]

    def go(self, key: str | None) -> None:
        """Put the cursor there: what a filter leaves of it afterwards starts from here."""
        self.cursor, self._hidden = key, None

    def mark(self, key: str) -> None:
        """Mark it, or unmark it."""
        self.marks ^= {key}

    def mark_all(self) -> None:
        """All rows, or none when all are."""
        self.marks = set() if self.marks >= self.at.keys() else set(self.at)

    def targets(self) -> "Sequence[Deployment]":
        """What an action is about: the marked rows, else the one under the cursor."""
        wanted = [key for key in self.at if key in self.marks] or [self.cursor or ""]
        return [self._fleet.deployments[key] for key in wanted if key in self._fleet.deployments]
