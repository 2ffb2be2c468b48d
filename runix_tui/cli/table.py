"""Tables: into a pipe everything, on a terminal what fits: cut where cutting does no harm, else columns left out."""

import os
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from runix_tui.cli.output import line
from runix_tui.core.terminal import plain

GAP = 2  # columns between two cells
LEAST = 12  # columns that a cut cell keeps
_COLOURS = {"running": "32", "building": "36", "queued": "36", "failed": "31", "stopped": "90", "cancelled": "90"}
_SYMBOLS = {"running": "●", "building": "◐", "failed": "✗", "stopped": "■"}


@dataclass(frozen=True, slots=True)
class Column:
    """``leaves``: on narrow terminals the column with the highest number goes first; 0 stays, whole, however narrow the
    terminal is. ``cut``: it may be shortened to :data:`LEAST` before any column goes. ``status``: coloured words."""

    head: str
    leaves: int = 0
    cut: bool = False
    status: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heads."""
    for text in laid_out(columns, rows, _terminal_width(), colours=_colours()):
        line(text)


def laid_out(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None, *, colours: bool = False
) -> list[str]:
    """The lines of a table. ``width`` in columns of a terminal; None: a pipe, which cuts nothing."""
    shown = [[_cell(column, text, width) for column, text in zip(columns, row, strict=True)] for row in rows]
    heads = [column.head for column in columns]
    widths = [max(map(width_of, cells)) for cells in zip(heads, *shown, strict=True)]
    kept = list(range(len(columns)))
    if width is not None:
        kept = _fitted(columns, widths, width)
    lines = []
    for row in (heads, *shown):
        cells = [_padded(row[at], widths[at], last=at == kept[-1]) for at in kept]
        if colours:
            bold = row is heads
            cells = [_coloured(cell, columns[at], bold=bold) for at, cell in zip(kept, cells, strict=True)]
        lines.append((" " * GAP).join(cells).rstrip())
    return lines


def status_word(word: str) -> str:
    """A status with its symbol; the word alone tells everything."""
    return f"{_SYMBOLS.get(word, '·')} {word}"


def width_of(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _fitted(columns: Sequence[Column], widths: list[int], width: int) -> list[int]:
    """Which columns stay; ``widths`` become those of cut columns."""
    kept = list(range(len(columns)))

    def excess() -> int:
        return sum(widths[at] for at in kept) + GAP * (len(kept) - 1) - width

    while excess() > 0:
        cut = [at for at in kept if columns[at].cut and widths[at] > LEAST]
        if cut:
            widest = max(cut, key=lambda at: widths[at])
            widths[widest] = max(LEAST, widths[widest] - excess())
            continue
        leaving = [at for at in kept if columns[at].leaves]
        if not leaving:
            break
        kept.remove(max(leaving, key=lambda at: columns[at].leaves))
    return kept


def _cell(column: Column, text: str, width: int | None) -> str:
    text = " ".join(text.splitlines())
    if width is not None:
        text = plain(text)
    return status_word(text) if column.status and width is not None else text


def _padded(text: str, width: int, *, last: bool) -> str:
    if width_of(text) > width:
        while width_of(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text if last else text + " " * (width - width_of(text))


def _coloured(cell: str, column: Column, *, bold: bool) -> str:
    if bold:
        return f"\x1b[1m{cell}\x1b[0m"
    colour = _COLOURS.get(cell.rsplit(maxsplit=1)[-1], "") if column.status and cell.strip() else ""
    return f"\x1b[{colour}m{cell}\x1b[0m" if colour else cell


def _terminal_width() -> int | None:
    return os.get_terminal_size(sys.stdout.fileno()).columns or 80 if sys.stdout.isatty() else None


def _colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
