"""Takes what the engine writes of each container into the deployment's run-time journal, each line exactly once.

Containers of one deployment (both versions during a switch) merge by arrival. Lines are found by polling: a look at a
file costs microseconds, and ten idle services some tens of them ten times a second. A container that writes faster than
lines can be taken is followed as long as what waits is bounded; what is given up then is counted as a gap.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from runix_tui.core.ports import Clock
from runix_tui.deploy.clock import SystemClock, stamp
from runix_tui.deploy.entries import gap_entry
from runix_tui.deploy.journal import Journal
from runix_tui.deploy.k8s import K8sLines
from runix_tui.deploy.rolled import RolledFile
from runix_tui.deploy.segments import skip_lines
from runix_tui.deploy.taken import Place, Taken

CHUNK = 256 * 1024  # bytes taken at once; about 2 ms of work
POLL_BUSY = 0.02  # seconds
POLL_IDLE = 0.1
WAITING_MAX = 512 * 1024**2  # of one container's files, bytes that may wait: disk space that no folder shows
COUNT_CHUNK = 4 * 1024**2  # bytes given up at once; about 2 ms of counting
PARTIAL_SECONDS = 1.0  # a line without its end (a prompt, the last words of a crash) is shown after this time

_SUFFIX = ".log"
_HEAD = 35  # characters of the engine's stamp
_REPLACED = "Lines are missing here: the engine replaced this container's log while Runix was not running."
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tail:
    """One container's file. ``gone``: the container is, so the file is deleted once it was taken. ``dropped`` counts
    the lines of the file that is read which are given up, None while they are taken."""

    path: Path
    journal: Journal
    taken: Taken
    lines: K8sLines = field(default_factory=K8sLines)
    file: RolledFile = field(init=False)
    begun: bool = False
    dropped: int | None = None
    gone: bool = False
    grown_at: float = 0.0
    failing: bool = False

    def __post_init__(self) -> None:
        self.file = RolledFile(self.path)

    @property
    def place(self) -> Place:
        """Where the file stands."""
        return self.taken.place(self.path.name)


class Collector:
    """Follows containers' files, ``root/<deployment>/<container>.log``. ``journal_of`` gives a deployment's run-time
    journal. :meth:`run` does the work; all methods belong to its event loop.
    """

    def __init__(self, root: Path, journal_of: Callable[[str], Journal], clock: Clock | None = None) -> None:
        self._root = root
        self._journal_of = journal_of
        self._clock = clock or SystemClock()
        self._tails: dict[Path, _Tail] = {}
        self._deployments: dict[Path, str] = {}
        self._taken: dict[str, tuple[Journal, Taken]] = {}

    def watch(self, deployment_id: str, path: Path) -> None:
        """Take over what a container wrote and writes to ``path`` (which need not be there yet), going on where this
        home's last server stopped. Watching twice is watching once."""
        self._tail(deployment_id, path).gone = False

    def discard(self, deployment_id: str, path: Path) -> None:
        """The container is gone: take what is left in its file, then delete it."""
        self._tail(deployment_id, path).gone = True

    def sweep(self, deployments: Collection[str]) -> None:
        """Discard every file that is not watched: at start-up, once all containers that exist are. (A container's file
        is watched before it starts, so no new one can be hit.) What is of none of these ``deployments`` goes unread."""
        for path in self._root.glob(f"*/*{_SUFFIX}"):
            if path.parent.name not in deployments:
                self.forget(path.parent.name)
            elif path not in self._tails:
                self.discard(path.parent.name, path)

    def forget(self, deployment_id: str) -> None:
        """The deployment is deleted: take nothing more, and delete its containers' files. Before its journal goes."""
        self._taken.pop(deployment_id, None)
        for path in self._paths(deployment_id):
            self._drop(path)
        shutil.rmtree(self._root / deployment_id, ignore_errors=True)

    async def settle(self, deployment_id: str) -> None:
        """Take everything that is in this deployment's files now, e.g. the last words of a container that ended."""
        for path in self._paths(deployment_id):
            left = path.stat().st_size if path.exists() else 0  # what is written from now on is not waited for
            while path in self._tails and left > 0:
                taken = self._take(self._tails[path])
                left = left - taken if taken else 0
                await asyncio.sleep(0)

    async def run(self) -> None:
        """Follow all files until cancelled."""
        pause = POLL_BUSY
        try:
            while True:
                took = 0
                for tail in tuple(self._tails.values()):
                    taken = self._take(tail)
                    if taken:
                        took = max(took, taken)
                        await asyncio.sleep(0)
                if took < CHUNK // 2:  # else there is more already
                    pause = POLL_BUSY if took else min(pause * 1.5, POLL_IDLE)
                    await self._clock.sleep(pause)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the files; what is watched stays so for the next :meth:`run`."""
        for tail in self._tails.values():
            tail.file.close()
            tail.begun = False

    def _paths(self, deployment_id: str) -> list[Path]:
        return [path for path, owner in self._deployments.items() if owner == deployment_id]

    def _tail(self, deployment_id: str, path: Path) -> _Tail:
        if path not in self._tails:
            journal, taken = self._opened(deployment_id)
            self._tails[path] = _Tail(path, journal, taken)
            self._deployments[path] = deployment_id
        return self._tails[path]

    def _opened(self, deployment_id: str) -> tuple[Journal, Taken]:
        if deployment_id not in self._taken:
            journal = self._journal_of(deployment_id)
            self._taken[deployment_id] = journal, Taken(journal.folder, journal.recovered)
        return self._taken[deployment_id]

    def _drop(self, path: Path) -> None:
        tail = self._tails.pop(path, None)
        self._deployments.pop(path, None)
        if tail is not None:
            tail.file.close()

    def _take(self, tail: _Tail) -> int:
        """Take at most one chunk; gives how many bytes. Faults of the disk are tried again at the next poll."""
        if tail.journal.stuck:
            return 0
        try:
            taken = self._take_chunk(tail)
        except OSError as error:
            if not tail.failing:
                _log.warning("%s cannot be taken: %s", tail.path, error.strerror)
            tail.failing = True
            return 0
        tail.failing = False
        return taken

    def _take_chunk(self, tail: _Tail) -> int:
        if not tail.file.look():
            self._at_end(tail)
            return 0
        if not tail.begun:
            self._begin(tail)
        if tail.dropped is not None:
            return self._give_up(tail, tail.dropped)
        data = self._read(tail)
        if not data:
            self._at_end(tail)
            return 0
        if tail.file.waiting - tail.place.offset > WAITING_MAX and tail.file.complete:
            tail.dropped = 0
        place = tail.place
        tail.lines.partial = _held(place)
        entries, count = tail.lines.entries(data if data.endswith(b"\n") else data + b"\n")
        skipped, length = skip_lines(entries, place.skip) if place.skip else (0, 0)
        head = place.head or data[:_HEAD].decode("latin-1")
        after = Place(head, place.offset + len(data), place.skip - skipped, _kept(tail.lines))
        self._add(tail, after, entries[length:], count - skipped)
        tail.grown_at = self._clock.monotonic()
        return len(data)

    def _add(self, tail: _Tail, after: Place, entries: bytes = b"", count: int = 0) -> None:
        """The one way into the journal: first what is about to happen is written down, then it happens."""
        tail.journal.flush()
        tail.taken.plan(tail.path.name, after, tail.journal.last, count)
        tail.journal.add(entries, count)
        tail.journal.flush()
        if not tail.journal.stuck:
            tail.taken.compact({path.name for path in self._paths(self._deployments[tail.path])})

    def _begin(self, tail: _Tail) -> None:
        """Go on where the file stands, if it still is that file."""
        head = tail.place.head
        if head and tail.file.read(0, len(head)).decode("latin-1") != head:
            self._release(tail)
            tail.journal.append(stamp(self._clock.now()), "runix", _REPLACED)
            self._add(tail, Place())
        tail.begun = True

    def _read(self, tail: _Tail) -> bytes:
        """The next whole lines; of a file that the engine replaced, the newer one's after the old one's."""
        while True:
            complete = tail.file.complete  # asked before reading: nothing was written to it after that
            size, offset = tail.file.size, tail.place.offset
            if size < offset:  # emptied in place, by somebody else than the engine
                self._add(tail, Place(held=tail.place.held))
                offset = 0
            data = tail.file.read(offset, CHUNK) if size > offset else b""
            whole = data[: data.rfind(b"\n") + 1]
            if whole:
                return whole
            if len(data) == CHUNK or (data and complete):
                return data  # no line of the engine is that long; or it was torn and nothing completes it
            if not complete or not self._advance(tail):
                return b""

    def _advance(self, tail: _Tail) -> bool:
        """The file was read to its end: go on to the one that replaced it. False: there is none (yet)."""
        self._add(tail, Place(held=tail.place.held))
        return tail.file.advance()

    def _give_up(self, tail: _Tail, dropped: int) -> int:
        """Count the rest of the file that is read instead of taking it; at its end say how much that was."""
        place = tail.place
        data = tail.file.read(place.offset, COUNT_CHUNK)
        if data:
            tail.dropped = dropped + data.count(b"\n")
            self._add(tail, Place(place.head, place.offset + len(data)))
            return len(data)
        self._add(tail, Place(), gap_entry(stamp(self._clock.now()), dropped), 1)
        tail.dropped = None
        tail.file.advance()
        return CHUNK

    def _at_end(self, tail: _Tail) -> None:
        """There is nothing more now."""
        if tail.place.held and (tail.gone or self._clock.monotonic() - tail.grown_at > PARTIAL_SECONDS):
            self._release(tail)
        if tail.gone and not tail.journal.stuck:
            tail.path.unlink(missing_ok=True)
            self._add(tail, Place())
            self._drop(tail.path)

    def _release(self, tail: _Tail) -> None:
        """Show the lines that have no end yet. One entry a record, so that a crash cannot cut it in two."""
        tail.lines.partial = _held(tail.place)
        for stream in tuple(tail.lines.partial):
            entry = tail.lines.release(stream)
            self._add(tail, replace(tail.place, held=_kept(tail.lines)), entry, 1)


def _held(place: Place) -> dict[bytes, tuple[bytes, bytes]]:
    return {stream.encode(): (stamp.encode(), text.encode("latin-1")) for stream, (stamp, text) in place.held.items()}


def _kept(lines: K8sLines) -> dict[str, tuple[str, str]]:
    return {
        stream.decode(): (stamp.decode(), text.decode("latin-1")) for stream, (stamp, text) in lines.partial.items()
    }
