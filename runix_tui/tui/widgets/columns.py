"""One row of the list as cells that fit a width: which columns there are, and what stands in them. Pure; no colours.

``▸◆● name  http://…  web  v4  abc1234  2m  live ▁▂▅▃  41M``: what leaves first when it gets narrow is listed in
``EXTRAS``; the end of a row is its state: figures while all is well, the reason when it is not.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from runix_tui.core.human import age
from runix_tui.core.terminal import plain
from runix_tui.tui.listing import Entry
from runix_tui.tui.looks import SYMBOLS, Look
from runix_tui.tui.widgets.sparks import spark

if TYPE_CHECKING:
    from runix_tui.tui.fleet import Series

MARKS = 4  # cells: cursor, mark, symbol, gap
NAME, FAIR_NAME, LONGEST_NAME = 11, 16, 28
VERSION, AGE, KIND, COMMIT, URL = 4, 4, 8, 7, 30
WORD, SPARK, MEMORY = 5, 6, 5
STATE = WORD + SPARK + 1 + MEMORY
FAIR_STATE, LONGEST_STATE = 30, 44
SHORTEST_REASON = 8
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a row; ``role`` says what it is, and so its colour."""

    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a list that is ``width`` cells wide; 0: a column is not shown."""

    name: int
    url: int
    kind: int
    commit: int
    state: int

    @classmethod
    def fitting(cls, width: int, *, alone: bool) -> "Columns":
        """``alone``: nothing beside the list says the rest, so the URL is shown rather than type and commit."""
        rest = width - MARKS - NAME - (VERSION + 1) - (AGE + 1) - (STATE + 1)
        taken: dict[str, int] = {}
        for column, size in [("url", URL)] * alone + [("kind", KIND), ("commit", COMMIT)]:
            if rest >= size + 1:
                taken[column] = size
                rest -= size + 1
        name, rest = _wider(NAME, FAIR_NAME, rest)
        state, rest = _wider(STATE, FAIR_STATE, rest)
        name, rest = _wider(name, LONGEST_NAME, rest)
        state, rest = _wider(state, LONGEST_STATE, rest)
        url = taken.get("url", 0)
        if url:
            url, rest = url + rest, 0
        return cls(name, url, taken.get("kind", 0), taken.get("commit", 0), state + rest)

    def cells(
        self, one: Entry, series: "Series | None", *, cursor: bool, marked: bool, cpu: bool = False
    ) -> list[Cell]:
        """The row of ``one``; ``cpu``: its CPU as a number instead of its memory."""
        cells = [
            Cell("▸" if cursor else " ", "cursor"),
            Cell("◆" if marked else " ", "mark"),
            Cell(SYMBOLS[one.look] + " ", one.look.name.lower()),
            Cell(fit(one.name, self.name), "name"),
        ]
        if self.url:
            cells.append(Cell(" " + fit(_address(one.url), self.url), "muted"))
        if self.kind:
            cells.append(Cell(" " + fit(one.kind, self.kind), "muted"))
        cells.append(Cell(" " + fit(f"v{one.version}" if one.version else NOTHING, VERSION, right=True), "muted"))
        if self.commit:
            cells.append(Cell(" " + fit(one.commit or NOTHING, self.commit), "muted"))
        cells.append(Cell(" " + fit(age(one.changed_at), AGE, right=True) + " ", "muted"))
        return cells + (self._well(one, series, cpu=cpu) if one.look is Look.LIVE else self._unwell(one))

    def _well(self, one: Entry, series: "Series | None", *, cpu: bool) -> list[Cell]:
        bars, figure = "", ""
        if series and series.newest:
            bars = spark(list(series.cpu), SPARK, top=10)
            figure = f"{series.newest.cpu_percent:.0f}%" if cpu else megabytes(series.newest.memory_bytes)
        return [
            Cell(fit(one.word, WORD), one.look.name.lower()),
            Cell(bars.rjust(SPARK), "bars"),
            Cell(" " + figure.rjust(MEMORY) + " " * (self.state - STATE), "muted"),
        ]

    def _unwell(self, one: Entry) -> list[Cell]:
        """The word, and as much of the reason as says anything."""
        room = self.state - cell_len(one.word) - 2
        told = one.reason and (room >= SHORTEST_REASON or cell_len(one.reason) <= room)
        return [Cell(fit(f"{one.word}: {one.reason}" if told else one.word, self.state), one.look.name.lower())]


def _wider(now: int, most: int, rest: int) -> tuple[int, int]:
    """A column that takes of ``rest`` until it has ``most``; one that is short of room gives."""
    more = min(rest, most - now)
    return now + more, rest - more


def fit(text: str, width: int, *, right: bool = False) -> str:
    """``text`` in exactly ``width`` cells; what is cut ends in an ellipsis."""
    text = plain(text)
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return " " * (width - cell_len(text)) + text if right else set_cell_size(text, width)


def megabytes(count: int) -> str:
    """Bytes in at most five characters: ``41M``, ``1.5G``."""
    return f"{count / 1024**3:.1f}G" if count >= 1000 * 1024**2 else f"{count / 1024**2:.0f}M"


def _address(url: str | None) -> str:
    return (url or "").removeprefix("http://")
