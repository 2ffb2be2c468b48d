"""What a regular expression may cost: some take longer than anybody waits, and Python's ``re`` cannot be interrupted,
not even in a thread, for it holds the interpreter. Such ones are refused before they are tried. Pure.

Two shapes make a search exponential in the length of a line: a repeat inside of a repeat, ``(a+)+``, and repeated
alternatives that begin alike, ``(a|ab)*``. Each ``.*`` more makes the degree of the polynomial one higher: the same
one twice in a row is refused, and so are more than ``MOST``.
"""

import re
import warnings
from collections.abc import Iterator
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _constants as constants  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

MOST = 3  # repeats without end, one behind the other, that may overlap
LONG = 16  # a repeat of more than that is as good as one without end
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
NESTED = "a repeat inside a repeat may take for ever: take one of them away"
TWICE = "the same repeat twice in a row may take for ever: take one of them away"
CHOICES = "repeated alternatives may take for ever: write them as [ab]"
MANY = f"more than {MOST} repeats of anything may take for ever: take one away"


def endless(pattern: str) -> str:
    """Why ``pattern`` may take for ever, in words; empty: it does not. One that cannot be read is no matter here."""
    try:
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return ""
    return _nested(tree, inside=False) or (MANY if _wide(tree) > MOST else "")


def _nested(tree: Any, *, inside: bool) -> str:
    before = ""
    for kind, value in tree:
        repeats = kind in _REPEATS and value[1] > LONG
        if inside and repeats:
            return NESTED
        same = str(value[2]) if repeats else ""
        if same and same == before:
            return TWICE
        before = same
        if inside and kind is constants.BRANCH:
            return CHOICES
        for part in _parts(kind, value):
            if wrong := _nested(part, inside=inside or repeats):
                return wrong
    return ""


def _wide(tree: Any) -> int:
    """How many repeats may fight for the same characters."""
    return sum(
        (kind in _REPEATS and value[1] > LONG) + sum(_wide(part) for part in _parts(kind, value))
        for kind, value in tree
    )


def _parts(kind: Any, value: Any) -> Iterator[Any]:
    """The expressions inside of one."""
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, tuple | list) and kind is not constants.IN:
        for each in value:
            yield from _parts(kind, each)
