"""What Runix did lately and does now, kept in memory and read by front ends. Who does what is told by those who do it.

Belongs to the event loop. A reader that is slow misses what was pushed out meanwhile, and delays nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from runix_tui.core.activity import Activity, ActivityEntry, ActivitySource, ActivityStatus, Note, Work
from runix_tui.core.ports import Clock
from runix_tui.errors import RunixError, StoreError
from runix_tui.store.store import Store

KEPT = 1000  # entries
SLOW = 1.0  # seconds that make a read worth telling
REPEATED = 60.0  # seconds in which the same failure of reads is told once
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class _About:
    deployment_id: str | None = None
    version: int | None = None


_NOTHING = _About()
_about: ContextVar[_About] = ContextVar("what is being worked on", default=_NOTHING)


class Diary(Activity):
    """Remembers; deployments are called as they are in ``store``."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ids = int(clock.now().timestamp() * 1_000_000)  # above those of any earlier run
        self._revision = 0
        self._entries: dict[int, tuple[int, ActivityEntry]] = {}  # with revisions, the newest last
        self._failures: dict[tuple[str, str], float] = {}
        self._grew = asyncio.Event()
        self._closed = False

    @contextmanager
    def during(self, work: Work) -> Iterator[Note]:
        """Keep what is done, and what came of it."""
        about = _about_of(work)
        at, began, inside = self._clock.now(), self._clock.monotonic(), _about.set(about)
        entry = None
        if not work.quiet:
            entry = self._begun(at, work, about)
            self._tell(entry)
        said: list[str] = []
        status = ActivityStatus.FAILED
        try:
            yield said.append
            status = ActivityStatus.DONE
        except BaseException as error:
            said[:] = [_why(error)]
            raise
        finally:
            _about.reset(inside)
            took, detail = self._clock.monotonic() - began, "".join(said[-1:])
            if not work.quiet or took >= SLOW or self._is_news(work.source, status, detail):
                entry = entry or self._begun(at, work, about)
                self._tell(replace(entry, status=status, duration_seconds=round(took, 3), detail=detail))

    async def read(self, *, tail: int, follow: bool) -> AsyncIterator[ActivityEntry]:
        """The last ``tail`` entries, then (``follow``) every one that begins or ends, until closed; one that begins and
        ends at once comes once."""
        seen = self._revision
        known = sorted((entry for _, entry in self._entries.values()), key=lambda entry: entry.id)
        for entry in known[-tail:] if tail else ():
            yield entry
        while follow:
            grew = self._grew
            for revision, entry in self._after(seen):
                seen = revision
                yield entry
            if seen == self._revision:
                if self._closed:
                    return
                await grew.wait()

    def close(self) -> None:
        """Readers end after the newest entry."""
        self._closed = True
        self._wake()

    def _begun(self, at: datetime, work: Work, about: _About) -> ActivityEntry:
        self._ids += 1
        return ActivityEntry(
            id=self._ids,
            at=at,
            source=work.source,
            action=work.action,
            subject=work.subject or self._subject(about),
            deployment_id=about.deployment_id,
            version=about.version,
            status=ActivityStatus.STARTED,
        )

    def _subject(self, about: _About) -> str:
        found = None
        with suppress(StoreError):  # what is done matters more than what it is called
            found = self._store.deployment(about.deployment_id) if about.deployment_id else None
        return " ".join((found.name, *([f"v{about.version}"] if about.version else ()))) if found else ""

    def _tell(self, entry: ActivityEntry) -> None:
        self._revision += 1
        self._entries.pop(entry.id, None)
        self._entries[entry.id] = self._revision, entry
        if len(self._entries) > KEPT:
            del self._entries[next(iter(self._entries))]
        self._wake()

    def _is_news(self, source: ActivitySource, status: ActivityStatus, detail: str) -> bool:
        """Whether a quick read failed, and not as another one did a moment ago: while the engine is away all do."""
        if status is not ActivityStatus.FAILED or detail == CANCELLED:
            return False
        now = self._clock.monotonic()
        self._failures = {key: at for key, at in self._failures.items() if now - at < REPEATED}
        known = (source, detail) in self._failures
        self._failures.setdefault((source, detail), now)
        return not known

    def _after(self, seen: int) -> list[tuple[int, ActivityEntry]]:
        newest = takewhile(lambda each: each[0] > seen, reversed(self._entries.values()))
        return list(newest)[::-1]

    def _wake(self) -> None:
        grew, self._grew = self._grew, asyncio.Event()
        grew.set()


def _about_of(work: Work) -> _About:
    """The deployment and version that it says, else those of what it is done inside."""
    outer = _about.get()
    own = work.deployment_id not in (None, outer.deployment_id)
    about = _About(work.deployment_id, work.version) if own else outer
    return replace(about, version=work.version or about.version)


def _why(error: BaseException) -> str:
    if isinstance(error, RunixError):
        return error.message
    return CANCELLED if isinstance(error, asyncio.CancelledError) else type(error).__name__
