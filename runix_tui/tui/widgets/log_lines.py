"""Lines of a log as strips for the terminal: decoded when they come on the screen, kept while they stay near it.

Knows what a line looks like, not which lines are shown.
"""

from collections.abc import Iterator, Sequence
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
    """Styles of the pane, as the theme has them: whole ones, with the background."""

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
        self, line_id: int, part: int, above: int | None, marks: Sequence[Span] = (), *, aside: bool = False
    ) -> Strip:
        """One line on the screen; ``marks`` are styles laid over its text, ``aside``: it is there for its neighbour."""
        shown = self.shown(line_id)
        tint = "log--quiet" if aside else shown.tint
        base = self.palette.tints[tint] if tint else self.palette.base
        width = self.look.width
        gutter = self._gutter_segments(line_id, part, above)
        room = max(1, width - self.gutter_width)
        start, end, skip = self._stretch(line_id, part, room)
        segments = [
            Segment(shown.text[low:high], base + style if style else base)
            for low, high, style in _stretches(shown, marks, start, end)
        ]
        if not segments:
            return Strip([*gutter, Segment(" " * room, base)], width)
        if not shown.text.isascii():
            cropped = Strip(segments).crop_extend(skip, skip + room, self.palette.base)
            return Strip([*gutter, *cropped]).crop_extend(0, width, self.palette.base)
        blank = room - (min(end, len(shown.text)) - start)
        if blank > 0:
            segments.append(Segment(" " * blank, self.palette.base))
        return Strip([*gutter, *segments], width)

    def placed(self, strip: Strip, line_id: int, part: int) -> Strip:
        """A drawn line that knows which characters it shows: the mouse selects by that."""
        start, _, skip = self._stretch(line_id, part, max(1, self.look.width - self.gutter_width))
        return strip.apply_offsets(start + skip - self.gutter_width, line_id)

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
        quiet = self.palette.tints["log--quiet"]
        if part:
            return [Segment(" " * width, quiet)]
        gutter = self.gutter(line_id, above)
        cut = self.look.stamps.width
        segments = [Segment(gutter[:cut], quiet)] if cut else []
        if self.names:
            colour = self.palette.origins[self.shown(line_id).origin % len(self.palette.origins)]
            segments.append(Segment(gutter[cut:], colour))
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


def _stretches(shown: Shown, marks: Sequence[Span], start: int, end: int) -> Iterator[tuple[int, int, Style | None]]:
    """The characters from ``start`` to ``end``, each stretch with its style; later spans lie over earlier ones."""
    end = min(end, len(shown.text))
    if not shown.spans and not marks:
        if start < end:
            yield start, end, None
        return
    spans = [span for span in (*shown.spans, *marks) if span.start < end and span.end > start]
    edges = sorted({start, end, *(min(max(edge, start), end) for span in spans for edge in (span.start, span.end))})
    for low, high in pairwise(edges):
        styles = [span.style for span in spans if span.start <= low < span.end]
        yield low, high, styles[0] if len(styles) == 1 else Style.combine(styles) if styles else None
