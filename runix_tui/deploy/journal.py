"""Numbered, append-only logs on disk: one for the builds and one for the run time of each deployment.

Appends are buffered and handed to the operating system by a short timer; readers read the files, so that a slow one
costs nothing and loses nothing but what ``max_bytes`` dropped. What a line means is of no concern here, nor where it
comes from.
"""

import asyncio
import logging
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from runix_tui.deploy.clock import stamp
from runix_tui.deploy.entries import Batch, end_entry, gap_entry, log_entries, stage_entry
from runix_tui.deploy.k8s import K8sLines
from runix_tui.deploy.segments import Cursor, Segments
from runix_tui.errors import StoreError

__all__ = ["Batch", "Journal"]

FLUSH_SECONDS = 0.05
FLUSH_BYTES = 128 * 1024
PENDING_MAX = 4 * 1024**2  # bytes kept in memory while the disk takes none; what comes then is counted as a gap

_log = logging.getLogger(__name__)


class Journal:
    """One log. One writer (this process), any number of readers; safe after kill -9 at any byte.

    Appending is safe from any thread, never raises and never waits for readers; reading belongs to the event loop.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        with _mapped(folder):
            self._segments = Segments(folder, max_bytes)
        self._recovered = self._segments.last
        self._k8s = K8sLines()
        self._lock = threading.RLock()
        self._pending: list[bytes] = []
        self._pending_count = 0
        self._pending_bytes = 0
        self._lost = 0
        self._stuck = False
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.Handle | None = None
        self._grew = asyncio.Event()

    @property
    def recovered(self) -> int:
        """The newest seq that was on disk when the journal was opened."""
        return self._recovered

    @property
    def last(self) -> int:
        """The newest seq, 0 when empty."""
        return self._segments.last + self._pending_count

    @property
    def first(self) -> int:
        """The oldest seq still kept; ``last + 1`` when there is none."""
        return self._segments.first

    @property
    def stuck(self) -> bool:
        """Whether the disk took nothing at the last try (it is full): what can wait should."""
        return self._stuck

    def append(self, at: str, stream: str, text: str) -> int:
        """Add a line, or several with newlines in between, and give the last one's seq; ``at`` is RFC 3339 with
        nanoseconds, UTC (``clock.stamp``). A line of more than 16 KiB makes several entries."""
        return self.add(*log_entries(at, stream, text))

    def mark(self, at: str, stage: str, status: str) -> int:
        """Add a StageMark. Readers get it at once."""
        seq = self.add(stage_entry(at, stage, status), 1)
        self.flush()
        return seq

    def end(self, at: str, status: str) -> int:
        """Add an End (of one build)."""
        return self.add(end_entry(at, status), 1)

    def gap(self, at: str, dropped: int) -> int:
        """Add a Gap: lines that were lost before they came here."""
        return self.add(gap_entry(at, dropped), 1)

    def append_k8s(self, data: bytes) -> int:
        """Add whole lines of the engine's k8s-file format in bulk; joins partial (``P``) lines; gives the newest seq.

        For one source at a time; the collector, which merges several, converts them itself and calls :meth:`add`.
        """
        return self.add(*self._k8s.entries(data))

    def add(self, entries: bytes, count: int) -> int:
        """Add ``count`` entries as :mod:`~runix_tui.deploy.entries` writes them; gives the newest seq."""
        with self._lock:
            if self._closed or not count:
                return self.last
            if self._stuck and self._pending_bytes > PENDING_MAX:
                self._lost += count
                return self.last
            self._pending.append(entries)
            self._pending_count += count
            self._pending_bytes += len(entries)
            if self._pending_bytes >= FLUSH_BYTES and not self._stuck:
                self._write()
            if self._pending:
                self._arm()
            return self.last

    def flush(self) -> None:
        """Hand everything to the operating system and wake the readers (also done by a short timer)."""
        with self._lock:
            self._write()

    def tail(self, count: int | None, *, before: int | None = None) -> int:
        """The seq after which the last ``count`` entries (None: all) begin, or the last before seq ``before``."""
        end = self.last if before is None else min(self.last, before - 1)
        return self.first - 1 if count is None else max(self.first - 1, end - count)

    def since(self, moment: datetime) -> int:
        """The seq after which the entries of ``moment`` or later begin."""
        self.flush()
        with _mapped(self.folder):
            return self._segments.before(stamp(moment).encode())

    async def read(
        self, *, after: int, until: int | None = None, follow: bool = False, through_end: bool = False
    ) -> AsyncIterator[Batch]:
        """Entries after seq ``after`` (to ``until`` inclusive); with ``follow`` waits for more until closed; with
        ``through_end`` ends after the first ``End``. A batch has at most 256 KiB and 4 000 entries.

        Raises ``StoreError`` when the files cannot be read.
        """
        cursor = Cursor(max(after, 0))
        while until is None or cursor.seq < until:
            grew = self._grew
            if not follow:
                self.flush()  # a follower is woken with what was written, not for every line
            batch = self._next(cursor, until)
            if batch is None:
                if not follow or self._closed:
                    return
                self._loop = asyncio.get_running_loop()
                await grew.wait()
                continue
            ended = False
            if through_end:
                batch, ended = batch.through_end()
            yield batch
            if ended:
                return
            await asyncio.sleep(0)  # a reader that is never made to wait must not keep others from running

    def close(self) -> None:
        """Readers that follow end after the newest entry; what is appended later is dropped."""
        with self._lock:
            self._write()
            self._closed = True
            self._segments.close()
            self._wake()

    def remove(self) -> None:
        """Close, and delete the files. Raises ``StoreError``."""
        with self._lock, _mapped(self.folder):
            self._pending.clear()
            self._pending_count = self._pending_bytes = 0
            self.close()
            self._segments.remove()
            if self.folder.exists():
                shutil.rmtree(self.folder)

    def _next(self, cursor: Cursor, until: int | None) -> Batch | None:
        with self._lock, _mapped(self.folder):
            return self._segments.take(cursor, self._segments.last if until is None else until)

    def _write(self) -> None:
        """Write what is pending; where the disk is full it stays, and is tried again by the timer."""
        if not self._pending:
            return
        data = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
        try:
            self._segments.write(data, self._pending_count)
        except OSError as error:
            if not self._stuck:
                _log.warning("%s cannot be written: %s; lines wait in memory", self.folder, error.strerror)
            self._stuck = True
            self._pending = [data]
            return
        self._pending.clear()
        self._pending_count = self._pending_bytes = 0
        self._stuck = False
        self._wake()
        if self._lost:
            dropped, self._lost = self._lost, 0
            self.gap(_stamp_of(data), dropped)
            self._write()

    def _wake(self) -> None:
        grew, self._grew = self._grew, asyncio.Event()
        loop = self._loop
        if loop is None or loop is _running_loop():
            grew.set()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(grew.set)

    def _arm(self) -> None:
        """Have a timer write what is pending. Without any event loop so far nobody follows: it waits for more."""
        if self._timer is not None and self._loop is not None and not self._loop.is_closed():
            return
        running = _running_loop()
        if running is not None:
            self._loop = running
            self._timer = running.call_later(FLUSH_SECONDS, self._on_time)
        elif self._loop is not None and not self._loop.is_closed():
            self._timer = self._loop.call_soon_threadsafe(self._on_time)

    def _on_time(self) -> None:
        with self._lock:
            self._timer = None
            self._write()
            if self._pending and not self._closed:
                self._arm()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _stamp_of(data: bytes) -> str:
    """The stamp of the newest entry of ``data``."""
    start = data.rfind(b"\n", 0, len(data) - 1) + 1
    return data[start : start + 30].decode("ascii", "replace")


@contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the log in {folder} cannot be used: {error.strerror or error}",
            hint="Check that this user owns the folder and that the disk has room.",
            code="log_unusable",
        ) from error
