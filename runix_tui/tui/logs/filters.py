"""What a reader keeps of a log: lines that have some texts and not others, with the lines around them. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from runix_tui.tui.logs.finder import Finder, Ids
from runix_tui.tui.logs.search import Query
from runix_tui.tui.logs.spool import Spool

MOST_CONTEXT = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """Lines with every text of ``keep`` and none of ``drop``, and ``context`` lines before and after each."""

    keep: tuple[Query, ...] = ()
    drop: tuple[Query, ...] = ()
    context: int = 0

    def __bool__(self) -> bool:
        return bool(self.keep or self.drop)

    def passes(self, text: str) -> bool:
        """Whether a line with this visible text is kept for itself."""
        return all(query.passes(text) for query in self.keep) and not any(query.passes(text) for query in self.drop)

    def absent(self, block: str) -> bool:
        """Whether none of these stored lines is."""
        return any(query.absent(block) for query in self.keep)

    def keeping(self, query: Query) -> "Filters":
        """Lines without this text go, too."""
        return replace(self, keep=(*(each for each in self.keep if each != query), query))

    def dropping(self, query: Query) -> "Filters":
        """Lines with this text go, too."""
        return replace(self, drop=(*(each for each in self.drop if each != query), query))

    def less(self) -> "Filters":
        """Without the newest text that lines must not have, or else the newest that they must."""
        return replace(self, drop=self.drop[:-1]) if self.drop else replace(self, keep=self.keep[:-1])

    def widened(self, by: int) -> "Filters":
        """More lines around each kept one, or fewer."""
        return replace(self, context=min(MOST_CONTEXT, max(0, self.context + by)))

    def chips(self) -> list[str]:
        """Each part as it is shown."""
        chips = [f"& {query.shown}" for query in self.keep] + [f"! {query.shown}" for query in self.drop]
        return [*chips, f"±{self.context}"] if chips and self.context else chips


@dataclass(frozen=True, slots=True)
class Both:
    """Lines that pass two tests: what is searched is what the filters leave."""

    one: Filters
    other: Query

    def passes(self, text: str) -> bool:
        """Whether a visible text passes both."""
        return self.other.passes(text) and self.one.passes(text)

    def absent(self, block: str) -> bool:
        """Whether no stored line can."""
        return self.other.absent(block) or self.one.absent(block)


class FilteredRows:
    """The lines that a finder found, with ``context`` lines around each. :meth:`catch_up` after each of its steps."""

    def __init__(self, spool: Spool, finder: Finder, context: int) -> None:
        self.finder = finder
        self._spool = spool
        self._context = context
        self._ids = Ids() if context else finder.ids
        self._taken = 0, 0  # found lines that were taken over, older and newer ones
        self._from: int | None = None  # as far as context would go, where lines are not here yet
        self._upto: int | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def at(self, row: int) -> int:
        """The id shown at ``row``."""
        return self._ids[row]

    def row(self, line_id: int) -> int:
        """Where ``line_id`` is shown, or the next later line that is."""
        return bisect_left(self._ids, line_id)

    def snapshot(self) -> Sequence[int]:
        """All ids as they are now."""
        return self._ids.copy()

    def kept(self, line_id: int) -> bool:
        """Whether a shown line passed for itself, and is not only near one that did."""
        if not self._context:
            return True
        at = self.finder.index(line_id)
        return at < len(self.finder.ids) and self.finder.ids[at] == line_id

    def catch_up(self) -> None:
        """Take over what was found, and the lines around it."""
        if not self._context:
            return
        self._fill()
        found = self.finder.ids
        older, newer = self._taken
        for index in range(found.older + newer, len(found)):
            self._take_newer(found[index])
        for index in range(found.older - older - 1, -1, -1):
            self._take_older(found[index])
        self._taken = found.older, len(found) - found.older

    def _fill(self) -> None:
        """Lines around what was found that were not here then."""
        ids, spool = self._ids, self._spool
        if self._upto is not None:
            ids.after(range(ids[-1] + 1, min(self._upto, spool.end)))
        if self._from is not None:
            ids.before(range(max(self._from, spool.first), ids[0]))

    def _take_newer(self, line_id: int) -> None:
        ids, spool = self._ids, self._spool
        low, high = line_id - self._context, line_id + self._context + 1
        if not ids:
            self._from = low
        ids.after(range(max(low, ids[-1] + 1 if ids else spool.first), min(high, spool.end)))
        self._upto = high

    def _take_older(self, line_id: int) -> None:
        ids, spool = self._ids, self._spool
        low, high = line_id - self._context, line_id + self._context + 1
        if not ids:
            self._upto = high
        ids.before(range(max(low, spool.first), min(high, ids[0] if ids else spool.end)))
        self._from = low
