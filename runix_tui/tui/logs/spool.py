"""A log on disk: NDJSON bytes as they came, with an index of where lines begin. Nothing here knows what a line says.

A line's id never changes: the first line kept is 0, later ones count up, older ones that are fetched afterwards count
down from -1. One writer, in the event loop; any thread may read. A reader keeps the segments that it began with, and a
file is there for as long as a segment in it is kept by anyone: so nothing that is being read is closed or reused.
"""

import errno
import os
import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from weakref import finalize

SEGMENT_BYTES = 64 * 1024**2  # offsets in a segment are 32 bits wide
BLOCK_BYTES = 256 * 1024  # of lines read at once, to be looked through
MOST_BYTES = 2 * 1024**3  # of one log; what is older then goes
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})  # what a disk without room answers
LOST = b'{"seq":0,"dropped":1}'  # a line that is on the screen still, and went


class _File:
    """A file without a name: private, and gone when nobody has it any more."""

    def __init__(self, folder: Path) -> None:
        file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed by finalize
        self._number = file.fileno()
        self.size = 0
        finalize(self, file.close)

    def write(self, data: bytes) -> None:
        """Add to the end. When there is no room for all of it, nothing is added."""
        view, place = memoryview(data), self.size
        while view:
            written = os.pwrite(self._number, view, place)
            place += written
            view = view[written:]
        self.size = place

    def read(self, place: int, size: int) -> bytes:
        """A stretch."""
        return os.pread(self._number, size, place)


class _Segment:
    """Consecutive lines in one stretch of a file, from its present end on."""

    def __init__(self, first: int, file: _File) -> None:
        self.first = first
        self._file = file
        self._place = file.size
        # Where lines begin, and where the newest ends: in one array, so that a thread never sees one without the other.
        self._starts = array("I", [0])

    @property
    def count(self) -> int:
        return len(self._starts) - 1

    @property
    def end(self) -> int:
        return self.first + self.count

    @property
    def size(self) -> int:
        return self._starts[-1]

    def add(self, data: bytes) -> None:
        """Write whole lines."""
        self._file.write(data)
        starts = array("I", accumulate(map(len, BytesIO(data)), initial=self.size))
        self._starts.extend(starts[1:])

    def block(self, low: int, high: int) -> int:
        """The end, exclusive, of a block of lines from ``low`` to at most ``high``."""
        at = low - self.first
        upto = bisect_right(self._starts, self._starts[at] + BLOCK_BYTES, lo=at + 1) - 1
        return min(high, self.end, self.first + max(upto, at + 1))

    def read(self, low: int, high: int) -> bytes:
        """The lines ``low`` to ``high``, exclusive."""
        start, end = self._starts[low - self.first], self._starts[high - self.first]
        return self._file.read(self._place + start, end - start)


class Lines:
    """Stored lines, to be read."""

    def __init__(self, segments: tuple[_Segment, ...] = ()) -> None:
        self._segments = segments  # replaced, never changed

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

    def line(self, line_id: int) -> bytes:
        """One line, without its newline."""
        segments = self._segments
        if not segments or not segments[0].first <= line_id < segments[-1].end:
            raise IndexError(line_id)
        return _holding(segments, line_id).read(line_id, line_id + 1).rstrip(b"\n")

    def lines(self, low: int, high: int) -> list[bytes]:
        """The lines from ``low`` to ``high``, exclusive; ask for few."""
        return [line for _, block in self.blocks(low, high) for line in block.split(b"\n")[:-1]]

    def blocks(self, low: int, high: int) -> Iterator[tuple[int, bytes]]:
        """The lines from ``low`` to ``high``, exclusive, in blocks of whole lines, each with the id of its first."""
        segments = self._segments
        if not segments:
            return
        low, high = max(low, segments[0].first), min(high, segments[-1].end)
        while low < high:
            segment = _holding(segments, low)
            stop = segment.block(low, high)
            yield low, segment.read(low, stop)
            low = stop


class Spool(Lines):
    """The lines of one log, at most about ``most`` bytes: then the oldest go, and are counted.

    Only offsets are in memory: 4 bytes a line. Writing raises ``OSError`` where there is no room.
    """

    def __init__(self, folder: Path | None = None, most: int = MOST_BYTES) -> None:
        super().__init__()
        self.dropped = 0  # lines that went
        self.size = 0  # bytes
        self.folder = folder or _roomy()
        self._most = most
        self._growing: _Segment | None = None
        self._pages: _File | None = None  # for older lines: apart, so that those that came last can go first

    @property
    def full(self) -> bool:
        """Whether no older lines have room."""
        return self.dropped > 0 or self.size >= self._most

    def still(self) -> Lines:
        """The lines that are here now. They can be read whatever becomes of the spool."""
        return Lines(self._segments)

    def line(self, line_id: int) -> bytes:
        """One line, without its newline; of one that went, a mark."""
        return LOST if self.dropped and line_id < self.first else super().line(line_id)

    def append(self, data: bytes) -> None:
        """Newer lines: whole ones."""
        if not data:
            return
        growing = self._growing
        if growing is None or growing.size + len(data) > SEGMENT_BYTES:
            growing = _Segment(self.end, _File(self.folder))
            growing.add(data)
            self._growing = growing
            self._segments = (*self._segments, growing)
        else:
            growing.add(data)
        self.size += len(data)
        self._forget()

    def prepend(self, data: bytes) -> None:
        """Lines older than all that are here: whole ones, oldest first. When it is full they are left out."""
        if not data or self.full:
            return
        if self._pages is None or self._pages.size + len(data) > SEGMENT_BYTES:
            self._pages = _File(self.folder)
        page = _Segment(0, self._pages)
        page.add(data)
        page.first = self.first - page.count
        self.size += len(data)
        self._segments = (page, *self._segments)

    def close(self) -> None:
        """Give the room back, as soon as nobody reads any more."""
        self._segments, self._growing, self._pages = (), None, None

    def _forget(self) -> None:
        while self.size > self._most and len(self._segments) > 1:
            oldest, *others = self._segments
            self._segments = tuple(others)
            self.size -= oldest.size
            self.dropped += oldest.count
            self._pages = None  # nothing older comes any more


def _holding(segments: tuple[_Segment, ...], line_id: int) -> _Segment:
    return segments[bisect_right(segments, line_id, key=lambda segment: segment.first) - 1]


def _roomy() -> Path:
    """A folder for files that may grow: /tmp is often memory."""
    large = Path("/var/tmp")  # noqa: S108 - the file has no name
    return large if os.access(large, os.W_OK | os.X_OK) else Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108
