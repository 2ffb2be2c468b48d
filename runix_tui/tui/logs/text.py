"""What a line of a log looks like: its visible text, and the colours it brought along. Everything hostile is gone.

The parser of colours (SGR, ECMA-48 8.3.117) is made for speed: one split, and one look-up for each sequence.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from rich.color import Color
from rich.style import Style

from runix_tui.core.terminal import plain

LONGEST = 16 * 1024  # characters of a line that are shown; the API sends no longer ones either
TAB = 8
_DIGITS = 4  # of a number in a sequence; longer ones mean nothing
_CODES = 64  # characters of a sequence; longer ones mean nothing
_SGR = re.compile("\x1b\\[([0-9;:]*)m")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that brought its own style."""

    start: int
    end: int
    style: Style


@dataclass(frozen=True, slots=True)
class Painted:
    """A visible text and its own colours; where there is no span the pane's colour shows."""

    text: str
    spans: tuple[Span, ...] = ()


def visible(line: str) -> str:
    """The text of a raw line as it is shown, searched and copied."""
    if line.isprintable() and len(line) <= LONGEST:
        return line
    return "".join(piece for piece, _ in _pieces(line))


def painted(line: str) -> Painted:
    """The text of a raw line with its colours."""
    if line.isprintable() and len(line) <= LONGEST:
        return Painted(line)
    texts, spans, at = [], [], 0
    pen = _PLAIN
    for piece, codes in _pieces(line):
        if codes is not None:
            pen = _after(pen, codes)
        if piece:
            if pen is not _PLAIN:
                spans.append(Span(at, at + len(piece), pen.style))
            texts.append(piece)
            at += len(piece)
    return Painted("".join(texts), tuple(spans))


def _pieces(line: str) -> list[tuple[str, str | None]]:
    """The visible text in pieces, each with the codes of colours before it."""
    line = line.rstrip("\r").rpartition("\r")[2]  # progress: what was overwritten does not count
    cut = len(line) > LONGEST
    found: list[tuple[str, str | None]] = []
    codes: str | None = None
    column = 0
    for index, part in enumerate(_SGR.split(line[:LONGEST])):
        if index % 2:
            codes = part if len(part) <= _CODES else None
            continue
        text = part if part.isprintable() else _tabs(plain(part), column)
        column += len(text)
        found.append((text, codes))
    if cut:
        found.append(("…", None))
    return found


def _tabs(text: str, column: int) -> str:
    if "\t" not in text:
        return text
    indent = column % TAB
    return (" " * indent + text).expandtabs(TAB)[indent:]


_SET = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline2", 53: "overline"}
_UNSET = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline", "underline2"),
    27: ("reverse",),
    29: ("strike",),
    55: ("overline",),
}  # blinking and hidden text are not wanted in a log: 5, 6, 8, 25, 28 change nothing

_COLOURS: dict[int, Color | None] = {
    **{30 + number: Color.from_ansi(number) for number in range(8)},
    **{90 + number: Color.from_ansi(8 + number) for number in range(8)},
    39: None,
}
_BACKGROUNDS = {code + 10: colour for code, colour in _COLOURS.items()}


@dataclass(frozen=True)
class _Pen:
    """How text is written from some place on."""

    colour: Color | None = None
    background: Color | None = None
    attributes: frozenset[str] = frozenset()

    @cached_property
    def style(self) -> Style:
        on: dict[str, Any] = dict.fromkeys(self.attributes, True)
        return Style(color=self.colour, bgcolor=self.background, **on)


_PLAIN = _Pen()


@lru_cache(4096)
def _after(pen: _Pen, codes: str) -> _Pen:
    """The pen after a sequence; what is not known changes nothing."""
    numbers = [[int(part[:_DIGITS] or 0) for part in group.split(":")] for group in codes.split(";")]
    at = 0
    while at < len(numbers):
        group = numbers[at]
        if group[0] in (38, 48):
            colour, used = _extended(group, numbers[at + 1 :])
            if colour is not None:
                pen = replace(pen, colour=colour) if group[0] == 38 else replace(pen, background=colour)
            at += used
        else:
            pen = _simple(pen, group)
        at += 1
    return _PLAIN if pen == _PLAIN else pen


def _simple(pen: _Pen, group: list[int]) -> _Pen:
    code = 24 if group[:2] == [4, 0] else group[0]
    if code == 0:
        return _PLAIN
    if code in _SET:
        return replace(pen, attributes=pen.attributes | {_SET[code]})
    if code in _UNSET:
        return replace(pen, attributes=pen.attributes.difference(_UNSET[code]))
    if code in _COLOURS:
        return replace(pen, colour=_COLOURS[code])
    if code in _BACKGROUNDS:
        return replace(pen, background=_BACKGROUNDS[code])
    return pen


def _extended(group: list[int], rest: list[list[int]]) -> tuple[Color | None, int]:
    """The colour of ``38;5;n``, ``38;2;r;g;b`` or their forms with colons, and how many groups behind are its own."""
    if len(group) > 1:
        given, used = group[1:], 0
        if given[0] == 2 and len(given) > 4:
            given = [2, *given[2:]]  # 38:2:colour space:r:g:b
    else:
        given = [part[0] for part in rest[:4]]
        used = {5: 2, 2: 4}.get(given[0], 0) if given else 0
    match given:
        case [5, number, *_] if number < 256:
            return Color.from_ansi(number), used
        case [2, red, green, blue, *_] if max(red, green, blue) < 256:
            return Color.from_rgb(red, green, blue), used
    return None, used
