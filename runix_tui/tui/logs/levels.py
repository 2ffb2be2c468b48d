"""How bad a line is, as well as its words tell: for its colour, and to go from error to error. Pure."""

import re
from enum import IntEnum
from functools import cache


class Level(IntEnum):
    """Ordered: worse is more."""

    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4


_HEAD = 400  # characters in which a level is looked for
_WORDS = {
    Level.ERROR: "error|err|fatal|critical|crit|panic|emerg|emergency|alert|severe|exception",
    Level.WARN: "warning|warn",
    Level.INFO: "info|information|notice",
    Level.DEBUG: "debug|trace|verbose|fine",
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split("|")}
_NAMES = "|".join(_LEVELS)
ERROR_STEMS = ("err", "fatal", "crit", "panic", "emerg", "alert", "severe", "exception", "traceback")
"""Small letters: one of them is in every line that says in words that it is an error."""
_FIELDS = ("level", "lvl", "severity")
_STEMS = (*ERROR_STEMS, *_FIELDS, "warn", "info", "notice", "debug", "trace", "verbose", "fine")
# "level":"error" · "severity": "ERROR" · level=error · "level":50 (bunyan, pino)
_FIELD = rf"""(?:"(?:log\.?)?(?:level|lvl|severity|levelname)"\s*:\s*|\b(?:level|lvl|severity)=)"?({_NAMES}|\d\d)\b"""
# ERROR among other words · [error], error: at the beginning · E1126 10:00:00 (klog) · a traceback, npm ERR!
_CAPITALS = rf"\b({_NAMES.upper()})\b"
_MARKED = rf"[\[<(|]\s*({_NAMES})\s*[\])>|]|^(?:[^\s:]+\s+){{0,3}}?({_NAMES})\b[:!]"
_TRACE = r"^(?:Traceback \(most recent|panic: |\s*(?:[\w.]+\.)?\w*(?:Error|Exception)\b(?::|$))|\bnpm ERR!"
_KLOG = r"([EWIF])\d{4} \d\d:\d\d"
_KLOG_LEVELS = {"E": Level.ERROR, "F": Level.ERROR, "W": Level.WARN, "I": Level.INFO}


@cache
def _pattern(source: str) -> re.Pattern[str]:
    """Compiled when a line first needs it: starting the program does not."""
    return re.compile(source)


def level(text: str) -> Level | None:
    """The level that a visible text tells; None: it tells none."""
    head = text[:_HEAD]
    low = head.lower()
    if klog := _pattern(_KLOG).match(head):
        return _KLOG_LEVELS[klog[1]]
    if not any(stem in low for stem in _STEMS):
        return None
    if any(name in low for name in _FIELDS) and (field := _pattern(_FIELD).search(low)):
        return _field(field[1])
    if _pattern(_TRACE).search(head):
        return Level.ERROR
    if word := _pattern(_CAPITALS).search(head) or _pattern(_MARKED).search(low):
        return _LEVELS[next(group for group in word.groups() if group).lower()]
    return None


def _field(value: str) -> Level | None:
    if not value.isdigit():
        return _LEVELS[value]
    number = int(value)
    if number >= 50:
        return Level.ERROR
    return Level.WARN if number >= 40 else Level.INFO if number >= 30 else Level.DEBUG
