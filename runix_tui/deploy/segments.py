"""The files of one journal: segments named by the seq of their first entry, one entry a line. No buffers, no readers.

The seq of an entry is its place: the segment's first seq plus the lines before it. So numbering goes on after any crash
and after old segments were dropped, with nothing else to keep in step. A line without its newline was torn by a crash
and is cut off when the journal is opened.
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import TypeVar

from runix_tui.deploy.entries import Batch

SEGMENT_BYTES = 8 * 1024**2
SEGMENT_MIN = 64 * 1024
BATCH_BYTES = 256 * 1024  # of a batch; rendering one takes about 3 ms
BATCH_LINES = 4000
STAMP = 30  # characters of an entry's stamp

_MARK_EVERY = 128 * 1024
_SUFFIX = ".log"

T = TypeVar("T")


@dataclass(slots=True)
class Segment:
    """One file. ``size`` in bytes counts whole entries that readers may see; ``marks`` are some ``(seq, offset)``, from
    its beginning on, about every 128 KiB, empty until they are needed."""

    first: int
    path: Path
    size: int
    marks: list[tuple[int, int]] = field(default_factory=list)

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes at ``offset``."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(min(count, self.size - offset))

    def near(self, seq: int) -> tuple[int, int]:
        """The last mark at or before ``seq``."""
        if not self.marks:
            self.marks = list(_marks(self))
        return self.marks[bisect_right(self.marks, seq, key=lambda mark: mark[0]) - 1]

    def offset_of(self, seq: int) -> int:
        """Where the entry ``seq`` begins; the segment's size when it is not in it (any more)."""
        at, offset = self.near(seq)
        while at < seq and offset < self.size:
            data = self.read(offset, _MARK_EVERY)
            skipped, length = skip_lines(data, seq - at)
            at += skipped
            offset += length
        return offset

    def before(self, stamp: bytes) -> int:
        """The newest entry that is older than ``stamp``; the segment's first one is."""
        self.near(self.first)  # has the marks
        index = _partition(self.marks, lambda mark: self.read(mark[1], STAMP) < stamp)
        seq, offset = self.marks[max(0, index - 1)]
        while offset < self.size:
            lines = self.read(offset, _MARK_EVERY).split(b"\n")[:-1]
            if not lines:
                break
            for line in lines:
                if line[:STAMP] >= stamp:
                    return seq - 1
                seq += 1
                offset += len(line) + 1
        return seq - 1


@dataclass(slots=True)
class Cursor:
    """A reader's place: ``seq`` is the newest entry it was given."""

    seq: int
    segment: Segment | None = None
    offset: int = 0


class Segments:
    """All segments of a journal, oldest first. One writer. Raises ``OSError``."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max = max_bytes
        self._roll_at = min(SEGMENT_BYTES, max(SEGMENT_MIN, max_bytes // 8))
        self._list: list[Segment] = []
        self._file: FileIO | None = None
        self.last = 0
        self._load()

    @property
    def first(self) -> int:
        """The oldest seq still kept; ``last + 1`` when there is none."""
        return self._list[0].first if self._list else self.last + 1

    def write(self, data: bytes, count: int) -> None:
        """Append ``count`` whole entries: all of them or (``OSError``: no room) none. Drops the oldest segments where
        the journal has grown too large."""
        segment = self._writable()
        assert self._file is not None  # noqa: S101 - opened by _writable
        try:
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(segment.size)
            raise
        if segment.size - segment.marks[-1][1] >= _MARK_EVERY:
            segment.marks.append((self.last + 1, segment.size))
        segment.size += len(data)
        self.last += count
        self._drop()

    def take(self, cursor: Cursor, until: int) -> Batch | None:
        """The next entries after the cursor, which moves on, up to seq ``until``; None at the end."""
        found = self._at(cursor)
        if found is None:
            return None
        segment, offset = found
        first = max(cursor.seq + 1, segment.first)
        dropped = first - cursor.seq - 1
        if first > until:  # nothing of what was asked for is kept
            dropped, cursor.seq = until - cursor.seq, until
            return Batch(until + 1, until, dropped, b"")
        data = segment.read(offset, BATCH_BYTES)
        count, length = skip_lines(data, min(until - first + 1, BATCH_LINES))
        if not count:  # no entry is that long: damaged from here on
            cursor.segment, cursor.offset = segment, segment.size
            return self.take(cursor, until)
        cursor.segment, cursor.offset, cursor.seq = segment, offset + length, first + count - 1
        return Batch(first, cursor.seq, dropped, data[:length])

    def before(self, stamp: bytes) -> int:
        """The seq after which the entries of ``stamp`` or later begin; entries are taken to be in order of time."""
        index = _partition(self._list, lambda segment: segment.size > 0 and segment.read(0, STAMP) < stamp)
        if index == 0:
            return self.first - 1
        return self._list[index - 1].before(stamp)

    def close(self) -> None:
        """Close the file that is written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Close, and delete all segments; numbering does not restart in this object."""
        self.close()
        for segment in self._list:
            segment.path.unlink(missing_ok=True)
        self._list.clear()

    def _load(self) -> None:
        with suppress(FileNotFoundError):
            names = sorted(entry.name for entry in os.scandir(self._folder) if _is_segment(entry.name))
            self._list = [
                Segment(int(name.removesuffix(_SUFFIX)), path, path.stat().st_size)
                for name in names
                for path in (self._folder / name,)
            ]
        if self._list:
            self._recover(self._list[-1])

    def _recover(self, newest: Segment) -> None:
        """Cut a torn entry off, and count what is there."""
        whole = _whole(newest)
        if whole < newest.size:
            os.truncate(newest.path, whole)
            newest.size = whole
        seq, offset = newest.near(newest.first + newest.size)  # the last mark: there are fewer entries than bytes
        self.last = seq - 1 + newest.read(offset, newest.size).count(b"\n")

    def _writable(self) -> Segment:
        """The segment that takes the next entries, its file open."""
        newest = self._list[-1] if self._list else None
        if newest is None or newest.size >= self._roll_at:
            self.close()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            newest = Segment(self.last + 1, self._folder / f"{self.last + 1:020d}{_SUFFIX}", 0)
            self._file = _append_to(newest.path)
            self._list.append(newest)
        elif self._file is None:
            self._file = _append_to(newest.path)
        if not newest.marks:
            newest.marks.append((newest.first, 0))
        return newest

    def _drop(self) -> None:
        total = sum(segment.size for segment in self._list)
        while total > self._max and len(self._list) > 1:
            oldest = self._list.pop(0)
            total -= oldest.size
            oldest.path.unlink(missing_ok=True)

    def _at(self, cursor: Cursor) -> tuple[Segment, int] | None:
        """Segment and offset of the first entry after the cursor that is still kept."""
        if not self._list:
            return None
        index = max(0, bisect_right(self._list, cursor.seq + 1, key=lambda segment: segment.first) - 1)
        for segment in self._list[index:]:
            if segment is cursor.segment:
                offset = cursor.offset
            elif segment.first > cursor.seq:
                offset = 0
            else:
                offset = segment.offset_of(cursor.seq + 1)
            if offset < segment.size:
                return segment, offset
        return None


def skip_lines(data: bytes, count: int) -> tuple[int, int]:
    """``(lines, bytes)`` of the first ``count`` whole lines of ``data``, or of all that there are."""
    lines = data.count(b"\n")
    if lines <= count:
        return lines, data.rfind(b"\n") + 1
    return count, len(data) - len(data.split(b"\n", count)[-1])


def _partition(items: Sequence[T], early: Callable[[T], bool]) -> int:
    """How many items at the beginning are early; no early one follows a later one."""
    return bisect_left(items, True, key=lambda item: not early(item))


def _marks(segment: Segment) -> list[tuple[int, int]]:
    marks, seq, offset = [(segment.first, 0)], segment.first, 0
    while offset < segment.size:
        data = segment.read(offset, _MARK_EVERY)
        length = data.rfind(b"\n") + 1
        if not length:
            break  # longer than any entry: damaged from here on
        seq += data.count(b"\n")
        offset += length
        if offset < segment.size:
            marks.append((seq, offset))
    return marks


def _whole(segment: Segment) -> int:
    """The size of a segment without a torn last entry."""
    end = segment.size
    while end > 0:
        start = max(0, end - _MARK_EVERY)
        newline = segment.read(start, end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _is_segment(name: str) -> bool:
    return name.endswith(_SUFFIX) and name.removesuffix(_SUFFIX).isdigit()


def _append_to(path: Path) -> FileIO:
    return FileIO(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))
