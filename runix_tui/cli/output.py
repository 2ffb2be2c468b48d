"""How things are shown: cleaned and coloured on a terminal, raw into a pipe, JSON on request. Tables: ``table.py``."""

import json
import sys
from datetime import datetime
from typing import Any, TextIO

from runix_tui.cli.progress import aside
from runix_tui.core import human
from runix_tui.core.terminal import clean

_RESET = "\x1b[0m"


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
    return human.local(moment) if moment else "–"
