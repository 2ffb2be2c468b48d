"""Numbered, append-only logs on disk: one for the builds and one for the run time of each deployment."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

from runix_tui.core.events import LogEvent


class Batch:
    """Some consecutive entries of a journal, kept as bytes until somebody asks for objects.

    ``first`` and ``last`` are seqs. ``dropped`` counts the entries missing before ``first`` (a Gap event comes first).
    """

    first: int
    last: int
    dropped: int

    def events(self) -> Iterator[LogEvent]:
        """The entries as values."""
        raise NotImplementedError

    def ndjson(self) -> bytes:
        """The entries as JSON objects (contract: log lines ``{"seq","ts","stream","line"}``), a line each; fast."""
        raise NotImplementedError

    def sse(self) -> bytes:
        """The entries as server-sent events with id, event and data; fast."""
        raise NotImplementedError


class Journal:
    """One log. One writer (this process), any number of readers; safe after kill -9 at any byte."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        raise NotImplementedError

    @property
    def last(self) -> int:
        """The newest seq, 0 when empty."""
        raise NotImplementedError

    @property
    def first(self) -> int:
        """The oldest seq still kept."""
        raise NotImplementedError

    def append(self, at: str, stream: str, line: str) -> int:
        """Add a line and give its seq; ``at`` is RFC 3339 with nanoseconds, UTC."""
        raise NotImplementedError

    def mark(self, at: str, stage: str, status: str) -> int:
        """Add a StageMark."""
        raise NotImplementedError

    def end(self, at: str, status: str) -> int:
        """Add an End (of one build)."""
        raise NotImplementedError

    def append_k8s(self, data: bytes) -> int:
        """Add whole lines of the engine's k8s-file format in bulk; joins partial (``P``) lines; gives the newest seq."""
        raise NotImplementedError

    def flush(self) -> None:
        """Hand everything to the operating system and wake the readers (also done by a short timer)."""
        raise NotImplementedError

    def tail(self, count: int) -> int:
        """The seq after which the last ``count`` entries begin."""
        raise NotImplementedError

    def since(self, moment: datetime) -> int:
        """The seq after which the entries of ``moment`` or later begin."""
        raise NotImplementedError

    def read(self, *, after: int, until: int | None = None, follow: bool = False) -> AsyncIterator[Batch]:
        """Entries after seq ``after`` (to ``until`` inclusive); with ``follow`` waits for more until closed."""
        raise NotImplementedError

    def close(self) -> None:
        """Readers that follow end after the newest entry."""
        raise NotImplementedError

    def remove(self) -> None:
        """Close, and delete the files."""
        raise NotImplementedError
