"""NDJSON of logs: cut into whole lines, kept as bytes for who shows millions of them, or read as ``core.events``."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from runix_tui.core.events import End, Gap, LogEvent, LogLine, StageMark


@dataclass(frozen=True, slots=True)
class LogChunk:
    """Some consecutive entries of a log: ``data`` is NDJSON, whole lines.

    ``last`` is the seq of the newest entry: to resume, ask for what comes after it. ``ended`` says that it is an End.
    """

    data: bytes
    last: int
    ended: bool

    def events(self) -> Iterator[LogEvent]:
        """The entries as values."""
        return map(event, self.data.splitlines())


class Splitter:
    """Cuts what a network gives into chunks of whole lines."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> LogChunk | None:
        """The lines that are whole by now, if any."""
        cut = data.rfind(b"\n") + 1
        if not cut:
            self._rest.append(data)
            return None
        whole = b"".join((*self._rest, data[:cut]))
        self._rest = [data[cut:]] if cut < len(data) else []
        last = event(whole[whole.rfind(b"\n", 0, -1) + 1 :])
        return LogChunk(whole, last.seq, isinstance(last, End))


def chunks(parts: Iterable[bytes]) -> Iterator[LogChunk]:
    """Chunks of whole lines of a stream."""
    splitter = Splitter()
    for part in parts:
        chunk = splitter.feed(part)
        if chunk:
            yield chunk


def event(line: bytes) -> LogEvent:
    """One NDJSON line as the value it is."""
    found: dict[str, Any] = json.loads(line)
    seq = found["seq"]
    if "line" in found:
        return LogLine(seq, found["ts"], found["stream"], found["line"])
    if "stage" in found:
        return StageMark(seq, found["stage"], found["status"])
    if "dropped" in found:
        return Gap(seq, found["dropped"])
    return End(seq, found["status"])


def query(tail: int | str | None, since: str | None, follow: bool, before: int | None = None) -> dict[str, str]:
    """The query of ``/logs``."""
    found = {"tail": "all" if tail is None else str(tail), "follow": _flag(follow and before is None)}
    found |= {"since": since} if since else {}
    return found | ({"before": str(before)} if before is not None else {})


def build_query(version: int | None, follow: bool) -> dict[str, str]:
    """The query of ``/build-stream``."""
    found = {"follow": _flag(follow)}
    return found | ({"version": str(version)} if version else {})


def activity_query(tail: int, follow: bool) -> dict[str, str]:
    """The query of ``/activity``."""
    return {"tail": str(tail), "follow": _flag(follow)}


def headers(after: int | None) -> dict[str, str]:
    """The headers that ask for NDJSON after a seq."""
    return {"Accept": "application/x-ndjson"} | ({"Last-Event-ID": str(after)} if after is not None else {})


def _flag(value: bool) -> str:
    return "true" if value else "false"
