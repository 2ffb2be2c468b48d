"""How things are shown: tables and colours on a terminal, raw text into a pipe, JSON on request."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

PIPE_WIDTH = 4000  # columns: a pipe cuts nothing

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~]?)|[\x9b\x90\x98\x9d\x9e\x9f].*?(?:\x9c|$)",
    re.DOTALL,
)
_TOLD = {"running": "green", "building": "cyan", "failed": "red", "stopped": "bright_black"}
_SYMBOLS = {"running": "●", "building": "◐", "failed": "✗", "stopped": "■"}


def clean(text: str) -> str:
    """Foreign text for a terminal: colours stay, every other control sequence and character goes."""
    kept = []
    position = 0
    for colour in _COLOUR.finditer(text):
        kept += [_plain(text[position : colour.start()]), colour.group()]
        position = colour.end()
    return "".join(kept) + _plain(text[position:])


def _plain(text: str) -> str:
    text = _ESCAPE.sub("", text)
    return "".join(c for c in text if c == "\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def foreign(text: str, stream: TextIO | None = None) -> str:
    """Text of a log, commit or name as ``stream`` takes it: cleaned for a terminal, raw into a pipe."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return text
    shown = clean(text)
    return shown + "\x1b[0m" if "\x1b" in shown else shown


def say(text: str) -> None:
    """A line about what is going on: on stderr, so that stdout is for results."""
    print(text, file=sys.stderr, flush=True)


def line(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def as_json(value: Any) -> None:
    """A result for scripts."""
    line(json.dumps(_plain_data(value), indent=2, ensure_ascii=False))


def _plain_data(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [_plain_data(item) for item in value]
    return value


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns; cut by the terminal's width with an ellipsis, never in a pipe."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)
    shown = Table(*heads, box=box.SIMPLE_HEAD if sys.stdout.isatty() else None, pad_edge=False, show_edge=False)
    for column in shown.columns:
        column.no_wrap = True
        column.overflow = "ellipsis" if sys.stdout.isatty() else "ignore"
    for row in rows:
        shown.add_row(*(Text(clean(cell), style=_TOLD.get(cell, "")) for cell in row))
    console.print(shown)


def status(word: str) -> str:
    """A status with its symbol; the word alone tells everything."""
    return f"{_SYMBOLS.get(word, '·')} {word}"


def local(moment: datetime | None) -> str:
    """A moment in local time."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "–"


def age(moment: datetime) -> str:
    """How long ago, short: ``12s``, ``5m``, ``3h``, ``2d``."""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def size(count: int | None) -> str:
    """Bytes for people."""
    if count is None:
        return "–"
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"
