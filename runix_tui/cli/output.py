"""How things are shown: cleaned and coloured on a terminal, raw into a pipe, JSON on request. Tables: ``table.py``."""

import json
import re
import sys
import unicodedata
from datetime import UTC, datetime
from typing import Any, TextIO

from runix_tui.cli.progress import aside

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_CSI = r"[0-?]*[ -/]*[@-~]?"  # what follows ESC [ (ECMA-48, 5.4)
_ESCAPE = re.compile(
    # ESC [ …, the strings of ESC ] P X ^ _ up to their end, every other sequence of ESC; then the same in one character
    rf"\x1b(?:\[{_CSI}|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~]?)|\x9b{_CSI}|[\x90\x98\x9d\x9e\x9f].*?(?:\x9c|$)",
    re.DOTALL,
)
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, invisible formats (bidi), line separators
_KEPT = frozenset("\t\u200c\u200d")  # tab; joiners, which scripts and emoji are written with
_RESET = "\x1b[0m"


def clean(text: str) -> str:
    """Foreign text for a terminal: colours stay, every other control sequence and character goes."""
    kept = []
    position = 0
    for colour in _COLOUR.finditer(text):
        kept += [plain(text[position : colour.start()]), colour.group()]
        position = colour.end()
    return "".join(kept) + plain(text[position:])


def plain(text: str) -> str:
    """Foreign text without any control sequence, colours included."""
    text = _ESCAPE.sub("", text).rstrip("\r").replace("\r", " ")
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _REMOVED)


def foreign(text: str, stream: TextIO | None = None) -> str:
    """Text of a log, commit or name as ``stream`` takes it: cleaned for a terminal, raw into a pipe."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return text
    shown = clean(text)
    return shown + _RESET if "\x1b" in shown else shown


def say(text: str) -> None:
    """A line about what is going on: on stderr, so that stdout is for results. It may hold foreign text."""
    write(foreign(text, sys.stderr) + "\n", sys.stderr)


def line(text: str) -> None:
    """A line of the result, as it is."""
    write(text + "\n", sys.stdout)


def write(text: str, stream: TextIO) -> None:
    """Print, with the line of progress out of the way."""
    with aside():
        stream.write(text)
        stream.flush()


def as_json(value: Any) -> None:
    """A result for scripts."""
    line(json.dumps(_plain_data(value), indent=2, ensure_ascii=False))


def _plain_data(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [_plain_data(item) for item in value]
    return value


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
