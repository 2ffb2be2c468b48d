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


def line_of(text: str | None, needle: str) -> int | None:
    """The number of the first line that holds ``needle`` as a word, from 1."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(needle)}(?![\w-])", re.IGNORECASE)
    for number, line in enumerate((text or "").splitlines(), 1):
        if pattern.search(line):
            return number
    return None


def at(tree: SourceTree, path: str, needle: str) -> str:
    """``path:line`` of where a word stands, or ``path`` alone."""
    number = line_of(tree.text(path), needle)
    return f"{path}:{number}" if number else path


def _bad(path: str, problem: str) -> PlanError:
    return PlanError(
        f"{path} cannot be read: {problem}",
        hint=f"Correct {path}; a parser of its format shows the place.",
        code="bad_manifest",
        evidence=(f"{path}: {problem}",),
    )
