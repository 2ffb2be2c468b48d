"""A log on disk: NDJSON bytes as they came, with an index of where lines begin. Nothing here knows what a line says.

A line's id never changes: the first line kept is 0, later ones count up, older ones that are fetched afterwards count
down from -1. One writer, in the event loop; any thread may read.
"""

import os
import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import accumulate
from pathlib import Path

SEGMENT_BYTES = 64 * 1024**2  # offsets in a segment are 32 bits wide
BLOCK_BYTES = 256 * 1024  # of lines read at once, to be looked through


@dataclass(slots=True)
class _Segment:
    """Consecutive lines in one stretch of the file. ``starts`` are offsets of lines from ``place`` on."""

    first: int
    place: int
    size: int = 0
    starts: "array[int]" = field(default_factory=lambda: array("I"))

    @property
    def end(self) -> int:
        return self.first + len(self.starts)

    def add(self, data: bytes) -> None:
        """Note whole lines that were written at the end of this segment's stretch."""
        starts = array("I", accumulate(map(len, BytesIO(data)), initial=self.size))
        self.size = starts.pop()
        self.starts.extend(starts)

    def span(self, low: int, high: int) -> tuple[int, int]:
        """Place and size in the file of the lines ``low`` to ``high``, exclusive."""
        start = self.starts[low - self.first]
        end = self.starts[high - self.first] if high < self.end else self.size
        return self.place + start, end - start


class Spool:
    """The lines of one log. Only offsets are in memory: 4 bytes a line. Raises ``OSError`` where there is no room."""

    def __init__(self, folder: Path | None = None) -> None:
        # Without a name: private, and gone with this process.
        self._file = tempfile.TemporaryFile(dir=folder or _roomy(), buffering=0)  # noqa: SIM115 - closed by close()
        self._place = 0
        self._segments: tuple[_Segment, ...] = ()  # replaced, never changed: a reader in a thread keeps its own
        self._growing: _Segment | None = None

    @property
    def first(self) -> int:
        """The oldest line's id."""
        segments = self._segments
        return segments[0].first if segments else 0

    @property
    def end(self) -> int:
        """One more than the newest line's id."""
        segments = self._segments
        return segments[-1].end if segments else 0

    def __len__(self) -> int:
        return self.end - self.first

    def append(self, data: bytes) -> None:
        """Newer lines: whole ones."""
        if not data:
            return
        self._write(data)
        growing = self._growing
        if growing is None or growing.size + len(data) > SEGMENT_BYTES:
            growing = self._growing = _Segment(self.end, self._place)
            growing.add(data)
            self._segments = (*self._segments, growing)
        else:
            growing.add(data)
        self._place += len(data)

    def prepend(self, data: bytes) -> None:
        """Lines older than all that are here: whole ones, oldest first."""
        if not data:
            return
        self._write(data)
        page = _Segment(0, self._place)
        page.add(data)
        page.first = self.first - len(page.starts)
        self._place += len(data)
        self._growing = None  # what comes now lies behind the page
        self._segments = (page, *self._segments)

    def line(self, line_id: int) -> bytes:
        """One line, without its newline."""
        segment = self._holding(line_id)
        place, size = segment.span(line_id, line_id + 1)
        return os.pread(self._file.fileno(), size, place).rstrip(b"\n")

    def lines(self, low: int, high: int) -> list[bytes]:
        """The lines from ``low`` to ``high``, exclusive; ask for few."""
        return [line for _, block in self.blocks(low, high) for line in block.split(b"\n")[:-1]]

    def blocks(self, low: int, high: int) -> Iterator[tuple[int, bytes]]:
        """The lines from ``low`` to ``high``, exclusive, in blocks of whole lines, each with the id of its first."""
        low, high = max(low, self.first), min(high, self.end)
        while low < high:
            segment = self._holding(low)
            start = segment.starts[low - segment.first]
            upto = bisect_right(segment.starts, start + BLOCK_BYTES, lo=low - segment.first + 1) - 1
            stop = min(high, segment.end, segment.first + max(upto, low - segment.first + 1))
            place, size = segment.span(low, stop)
            yield low, os.pread(self._file.fileno(), size, place)
            low = stop

    def close(self) -> None:
        """Give the room back."""
        self._file.close()

    def _holding(self, line_id: int) -> _Segment:
        segments = self._segments
        if not segments or not segments[0].first <= line_id < segments[-1].end:
            raise IndexError(line_id)
        return segments[bisect_right(segments, line_id, key=lambda segment: segment.first) - 1]

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        place = self._place
        while view:
            written = os.pwrite(self._file.fileno(), view, place)
            place += written
            view = view[written:]


def _roomy() -> Path | None:
    """A folder for files that may grow: /tmp is often memory."""
    large = Path("/var/tmp")  # noqa: S108 - the file has no name
    return large if os.access(large, os.W_OK | os.X_OK) else None
