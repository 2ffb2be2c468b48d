"""What a reader looks for, and where it is in the stored lines. Pure, and made to go through millions of lines.

A line is searched as it is shown: without colours and controls. Most blocks of lines are left after one look at their
bytes; the others are taken apart.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from runix_tui.tui.logs.costs import endless
from runix_tui.tui.logs.entries import entry, said
from runix_tui.tui.logs.levels import ERROR_STEMS, Level, level
from runix_tui.tui.logs.spool import Spool
from runix_tui.tui.logs.text import LONGEST, visible

_TEXT = '","line":"'
_COLOUR = re.compile(r"\\u001b\[[0-9;:]*m")
_NO_COLOUR = "\\\\u001b"  # the text \\u001b itself, not the character
_CHANGING = ("\\u", "\\r", "\\t")  # escapes of what is not shown as it is stored


class BadPattern(ValueError):
    """A regular expression that is none; the text says why."""


class Test(Protocol):
    """Says which lines are looked for."""

    def passes(self, text: str) -> bool:
        """Whether a line with this visible text is."""
        ...

    def absent(self, block: str) -> bool:
        """Whether none of these stored lines can be, as far as a quick look tells. Never wrong when it says so."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A text, or a regular expression, that lines have. Capitals count once there is one in it.

    Raises ``BadPattern``.
    """

    text: str
    regex: bool = False
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _needle: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.regex and (wrong := endless(self.text)):
            raise BadPattern(wrong)
        ignoring = re.IGNORECASE if self.text == self.text.lower() else 0
        try:
            pattern = re.compile(self.text if self.regex else re.escape(self.text), ignoring)
        except (re.error, RecursionError, OverflowError) as error:
            raise BadPattern(str(error)) from error
        stored = json.dumps(self.text, ensure_ascii=False)[1:-1]
        object.__setattr__(self, "_pattern", pattern)
        object.__setattr__(self, "_needle", "" if self.regex or not stored.isascii() else stored)

    def passes(self, text: str) -> bool:
        """Whether a visible text has it."""
        return self._pattern.search(text) is not None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where a visible text has it."""
        return [found.span() for found in self._pattern.finditer(text) if found.end() > found.start()]

    def absent(self, block: str) -> bool:
        """Whether no stored line can have it."""
        if not self._needle or not block.isascii():
            return False
        return self._needle not in (block.lower() if self._pattern.flags & re.IGNORECASE else block)

    @property
    def shown(self) -> str:
        """As it is shown among others."""
        return f"/{self.text}/" if self.regex else self.text


@dataclass(frozen=True, slots=True)
class Bad:
    """Lines that say of themselves that they are errors, of those that pass ``among``."""

    among: Test

    def passes(self, text: str) -> bool:
        """Whether a visible text does."""
        return level(text) is Level.ERROR and self.among.passes(text)

    def absent(self, block: str) -> bool:
        """Whether no stored line can."""
        low = block.lower()
        return not any(sign in low for sign in (*ERROR_STEMS, *_CODED))


_CODED = ('"line":"e0', '"line":"e1', '"line":"f0', '"line":"f1', 'level\\":', "level=", 'severity\\":', "lvl")
"""Klog's errors, and levels that may be numbers."""


def scan(spool: Spool, test: Test, low: int, high: int) -> list[int]:
    """The ids from ``low`` to ``high``, exclusive, of lines that pass; for a thread."""
    found: list[int] = []
    for first, data in spool.blocks(low, high):
        block = data.decode("utf-8", "replace")
        bare = _uncoloured(block)
        if not any(escape in bare for escape in _CHANGING):
            if test.absent(bare):
                continue
            block = bare
        found += [line_id for line_id, text in enumerate(_texts(block), first) if test.passes(text)]
    return found


def seek(spool: Spool, test: Test, low: int, high: int, stopped: Callable[[], bool], *, back: bool) -> int | None:
    """The first line from ``low`` on that passes, below ``high``; ``back``: the last one; for a thread."""
    for start, stop in _stretches(low, high, back=back):
        if stopped():
            return None
        if found := scan(spool, test, start, stop):
            return found[-1 if back else 0]
    return None


def _stretches(low: int, high: int, *, back: bool, size: int = 5000) -> Iterator[tuple[int, int]]:
    while low < high:
        if back:
            yield max(low, high - size), high
            high -= size
        else:
            yield low, min(high, low + size)
            low += size


def _uncoloured(stored: str) -> str:
    return _COLOUR.sub("", stored) if "\\u001b" in stored and _NO_COLOUR not in stored else stored


def _texts(block: str) -> Iterator[str]:
    """The visible texts of stored lines."""
    for line in block.split("\n")[:-1]:
        at = line.find(_TEXT, 30, 160)
        if at < 0:
            yield visible(said(entry(line.encode()).event))
            continue
        raw = line[at + len(_TEXT) : -2]
        if "\\" in raw:
            bare = _uncoloured(raw)
            raw = json.loads(f'"{raw if any(escape in bare for escape in _CHANGING) else bare}"')
        yield raw if raw.isprintable() and len(raw) <= LONGEST else visible(raw)
