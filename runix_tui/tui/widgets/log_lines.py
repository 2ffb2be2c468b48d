"""Lines of a log as strips for the terminal: decoded when they come on the screen, kept while they stay near it.

Knows what a line looks like, not which lines are shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from runix_tui.core.events import Gap, LogLine
from runix_tui.core.terminal import plain
from runix_tui.tui.logs.entries import entry, said
from runix_tui.tui.logs.levels import Level, level
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.logs.spool import Spool
from runix_tui.tui.logs.stamps import Stamps, stamp
from runix_tui.tui.logs.text import Span, painted

KEPT = 1024  # decoded lines
NAME_WIDTH = 16  # cells of a service's name before its lines, at most


@dataclass(frozen=True, slots=True)
class Shown:
    """A decoded line. ``tint`` names the component style of the whole line where it has no colours of its own."""

    text: str
    spans: Sequence[Span]
    tint: str
    stamp: str
    origin: int


@dataclass(slots=True)
class Palette:
    """Styles of the pane, as the theme has them."""

    base: Style
    tints: dict[str, Style]
    origins: list[Style]


@dataclass(slots=True)
class Look:
    """How lines are laid out. ``width`` in cells."""

    width: int = 80
    wrap: bool = False
    stamps: Stamps = Stamps.OFF
    left: int = 0  # cells scrolled to the right


@dataclass(slots=True)
class _Kept:
    shown: Shown
    cuts: dict[int, list[int]] = field(default_factory=dict)  # by width


class LogLines:
    """The lines of one spool."""

    def __init__(self, spool: Spool, source: LogSource, look: Look, palette: Palette) -> None:
        self.look = look
        self.palette = palette
        self._spool = spool
        self._kept: dict[int, _Kept] = {}
        names = [plain(member.name) for member in source.members] if source.merged else []
        width = min(NAME_WIDTH, max(map(len, names), default=0))
        self.names = tuple(f"{name[:width]:<{width}} " for name in names)

    def shown(self, line_id: int) -> Shown:
        """A line, decoded."""
        return self._keep(line_id).shown

    def parts(self, line_id: int) -> int:
        """How many lines on the screen it takes."""
        return len(self._cuts(line_id)) if self.look.wrap else 1

    def gutter(self, line_id: int, above: int | None) -> str:
        """What stands before a line; ``above`` is the id of the line that is shown before it."""
        shown = self.shown(line_id)
        name = self.names[shown.origin] if self.names else ""
        before = self.shown(above).stamp if above is not None and self.look.stamps is Stamps.DELTA else ""
        return stamp(self.look.stamps, shown.stamp, before) + name

    @property
    def gutter_width(self) -> int:
        """Cells of every gutter."""
        return self.look.stamps.width + (len(self.names[0]) if self.names else 0)

    def strip(
        self, line_id: int, part: int, above: int | None, marks: Iterable[Span] = (), *, aside: bool = False
    ) -> Strip:
        """One line on the screen; ``marks`` are styles laid over its text, ``aside``: it is there for its neighbour."""
        shown = self.shown(line_id)
        tint = "log--quiet" if aside else shown.tint
        base = self.palette.base + self.palette.tints[tint] if tint else self.palette.base
        room = max(1, self.look.width - self.gutter_width)
        start, end, skip = self._stretch(line_id, part, room)
        segments = [
            _placed(shown.text[low:high], base + style, low, line_id)
            for low, high, style in _stretches(shown, marks, start, end)
        ]
        strip = Strip(segments or [_placed(" ", base, start, line_id)])
        if not self.look.wrap:
            strip = strip.crop_extend(skip, skip + room, self.palette.base)
        gutter = self._gutter_segments(line_id, part, above)
        return Strip([*gutter, *strip]).crop_extend(0, self.look.width, self.palette.base)

    def _stretch(self, line_id: int, part: int, room: int) -> tuple[int, int, int]:
        """The characters of a line that may be visible, and how many cells of them lie left of the screen."""
        text = self.shown(line_id).text
        if self.look.wrap:
            cuts = self._cuts(line_id)
            return cuts[part], cuts[part + 1] if part + 1 < len(cuts) else len(text), 0
        if text.isascii():
            return self.look.left, self.look.left + room, 0
        most = (self.look.left + room) * 4  # more characters than cells: combining ones, joined emoji
        return 0, most, self.look.left

    def _gutter_segments(self, line_id: int, part: int, above: int | None) -> list[Segment]:
        width = self.gutter_width
        if not width:
            return []
        quiet = self.palette.base + self.palette.tints["log--quiet"]
        if part:
            return [_placed(" " * width, quiet, -width, line_id)]
        gutter = self.gutter(line_id, above)
        cut = self.look.stamps.width
        segments = [_placed(gutter[:cut], quiet, -width, line_id)] if cut else []
        if self.names:
            colour = self.palette.origins[self.shown(line_id).origin % len(self.palette.origins)]
            segments.append(_placed(gutter[cut:], self.palette.base + colour, cut - width, line_id))
        return segments

    def _cuts(self, line_id: int) -> list[int]:
        """Where the lines on the screen begin in a wrapped line."""
        room = max(1, self.look.width - self.gutter_width)
        kept = self._keep(line_id)
        cuts = kept.cuts.get(room)
        if cuts is None:
            cuts = kept.cuts[room] = wrap(kept.shown.text, room)
        return cuts

    def _keep(self, line_id: int) -> _Kept:
        kept = self._kept.get(line_id)
        if kept is None:
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            kept = self._kept[line_id] = _Kept(_decode(self._spool.line(line_id)))
        return kept


def wrap(text: str, width: int) -> list[int]:
    """Where each line of at most ``width`` cells begins in ``text``."""
    if text.isascii():
        return list(range(0, len(text), width)) or [0]
    cuts, used = [0], 0
    for index, character in enumerate(text):
        cells = get_character_cell_size(character)
        if used + cells > width and index > cuts[-1]:
            cuts.append(index)
            used = 0
        used += cells
    return cuts


def _decode(line: bytes) -> Shown:
    found = entry(line)
    event = found.event
    if not isinstance(event, LogLine):
        tint = "log--warn" if isinstance(event, Gap) else "log--mark"
        return Shown(plain(said(event)), (), tint, found.stamp, found.origin)
    paint = painted(event.line)
    tint = ""
    if event.stream == "runix":
        tint = "log--mark"
    elif not paint.spans:
        tint = _TINTS.get(level(paint.text), "")
    return Shown(paint.text, paint.spans, tint, found.stamp, found.origin)


_TINTS: dict[Level | None, str] = {Level.ERROR: "log--error", Level.WARN: "log--warn", Level.DEBUG: "log--quiet"}


_NO_STYLE = Style.null()


def _stretches(shown: Shown, marks: Iterable[Span], start: int, end: int) -> Iterator[tuple[int, int, Style]]:
    """The characters from ``start`` to ``end``, each stretch with its style; later spans lie over earlier ones."""
    end = min(end, len(shown.text))
    spans = [span for span in (*shown.spans, *marks) if span.start < end and span.end > start]
    edges = sorted({start, end, *(min(max(edge, start), end) for span in spans for edge in (span.start, span.end))})
    for low, high in pairwise(edges):
        styles = [span.style for span in spans if span.start <= low < span.end]
        yield low, high, sum(styles, start=_NO_STYLE)


def _placed(text: str, style: Style, at: int, line_id: int) -> Segment:
    """A segment that knows where it is from: the mouse selects by that."""
    return Segment(text, style + Style.from_meta({"offset": (at, line_id)}))
