"""What the last visit looked like: where one was, and what was there; the next begins there, at once.

Kept as JSON beside the home's state, written whole or not at all. A file that cannot be read is as good as none. What
is secret (environment, tokens, logs) never gets here.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from runix_tui.tui.listing import Entry, Order
from runix_tui.tui.looks import Look

LARGEST = 4 * 1024**2  # bytes of a file that is read at all
MOST = 500  # deployments that are remembered


@dataclass(frozen=True, slots=True)
class Visit:
    """``theme_set`` and ``keys`` are what the settings said then; ``theme`` what was chosen on the screen."""

    selected: str = ""
    tab: str = ""
    order: Order = Order.NAME
    filter: str = ""
    theme: str = ""
    theme_set: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    fleet: tuple[Entry, ...] = ()


def load(path: Path) -> Visit:
    """The last visit; a new one when there was none, or its file is broken."""
    try:
        if path.stat().st_size > LARGEST:
            return Visit()
        return _visit(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return Visit()


def save(path: Path, visit: Visit) -> None:
    """Keep it for the next one. A disk that takes nothing is no reason not to leave: then the next begins anew."""
    text = json.dumps(asdict(visit), default=_plain, ensure_ascii=False, indent=1)
    with suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _plain(value: object) -> str:
    """As JSON, what JSON does not know."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no part of a visit")


def _visit(raw: Any) -> Visit:
    if not isinstance(raw, dict) or not isinstance(raw.get("keys", {}), dict):
        raise TypeError("no visit")
    words = {name: _word(raw, name) for name in ("selected", "tab", "filter", "theme", "theme_set")}
    keys = {str(name): str(key) for name, key in raw.get("keys", {}).items()}
    fleet = raw.get("fleet", [])
    if not isinstance(fleet, list):
        raise TypeError("no fleet")
    entries = tuple(map(_entry, fleet[:MOST]))
    return Visit(**words, order=Order(raw.get("order", Order.NAME)), keys=keys, fleet=entries)


def _entry(raw: Any) -> Entry:
    if not isinstance(raw, dict):
        raise TypeError("no entry")
    return Entry(
        id=_word(raw, "id"),
        name=_word(raw, "name"),
        project=_word(raw, "project"),
        look=Look(raw["look"]),
        word=_word(raw, "word"),
        kind=_word(raw, "kind"),
        version=int(raw["version"]) if raw["version"] is not None else None,
        commit=_word(raw, "commit") or None,
        changed_at=_moment(raw["changed_at"]),
        url=_word(raw, "url") or None,
        branch=_word(raw, "branch"),
    )


def _word(raw: Any, name: str) -> str:
    found = raw.get(name)
    if found is not None and not isinstance(found, str):
        raise TypeError(name)
    return found or ""


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found
