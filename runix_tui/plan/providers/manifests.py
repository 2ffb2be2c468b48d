"""Manifests in TOML and JSON as values, with an error that names file and line. No language's rules here."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from runix_tui.core.ports import SourceTree
from runix_tui.errors import PlanError


class Table:
    """A table of a manifest, read leniently: what has another type than asked for counts as absent."""

    def __init__(self, values: object) -> None:
        self._values: Mapping[str, Any] = values if isinstance(values, dict) else {}

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __bool__(self) -> bool:
        return bool(self._values)

    def table(self, *path: str) -> "Table":
        """The table at a path (empty when there is none)."""
        found: object = self._values
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return Table(found)

    def text(self, key: str) -> str:
        """A string, or the empty one."""
        value = self._values.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings of a list."""
        value = self._values.get(key)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()

    def tables(self, key: str) -> tuple["Table", ...]:
        """The tables of a list of tables."""
        value = self._values.get(key)
        return tuple(Table(each) for each in value if isinstance(each, dict)) if isinstance(value, list) else ()

    def flag(self, key: str) -> bool | None:
        """A boolean, or None."""
        value = self._values.get(key)
        return value if isinstance(value, bool) else None

    def names(self) -> tuple[str, ...]:
        """The names in it, in the file's order."""
        return tuple(self._values)


def read_toml(tree: SourceTree, path: str) -> Table:
    """A TOML file (empty when there is none). Raises ``PlanError`` (``bad_manifest``)."""
    try:
        return Table(tomllib.loads(tree.text(path) or ""))
    except tomllib.TOMLDecodeError as error:
        raise _bad(path, str(error)) from error


def read_json(tree: SourceTree, path: str) -> Table:
    """A JSON file (empty when there is none). Raises ``PlanError`` (``bad_manifest``)."""
    text = tree.text(path)
    if text is None:
        return Table({})
    try:
        return Table(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _bad(path, str(error)) from error


def at(tree: SourceTree, path: str, needle: str) -> str:
    """``path:line`` of where a word stands (in JSON: a key), or ``path`` alone."""
    text = tree.text(path) or ""
    word = re.escape(needle)
    pattern = rf'"{word}"\s*:' if path.endswith(".json") else rf"(?<![\w-]){word}(?![\w-])"
    match = re.search(pattern, text)
    return at_offset(path, text, match.start()) if match else path


def at_offset(path: str, text: str, offset: int) -> str:
    """``path:line`` of a place in a text."""
    return f"{path}:{text.count(chr(10), 0, offset) + 1}"


def _bad(path: str, problem: str) -> PlanError:
    return PlanError(
        f"{path} cannot be read: {problem}",
        hint=f"Correct {path}; a parser of its format shows the place.",
        code="bad_manifest",
        evidence=(f"{path}: {problem}",),
    )
