"""Stored lines as values: what the API sent, and which of several services it is from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from runix_tui.core.events import End, Gap, LogEvent, LogLine, StageMark
from runix_tui.tui.walks import ending_word, stage_word

FIRST = 1  # the seq of the oldest line that ever was
_SEQ = b'{"seq":'
_ORIGIN = b'{"from":'
_STAGE = b'"stage":"'  # never inside a line: quotes are escaped there
_DONE = b'"status":"done"}'
_STAMP = b'"ts":"'
_STAMP_LENGTH = 30  # 2026-11-24T02:06:31.123456789Z


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line of the spool says. ``origin``: which of the source's members it is from."""

    event: LogEvent
    origin: int = 0

    @property
    def stamp(self) -> str:
        """RFC 3339, UTC; empty where the API tells no time."""
        return self.event.at if isinstance(self.event, LogLine) else ""


def entry(line: bytes) -> Entry:
    """The value of a stored line."""
    from runix_tui.client.lines import event  # with httpx: loaded by whoever fetched the line

    origin = 0
    if line.startswith(_ORIGIN):
        origin = int(line[len(_ORIGIN) : line.index(b",")])
    return Entry(event(line), origin)


def said(event: LogEvent) -> str:
    """An event in words, as it is shown. Foreign text is not made harmless here."""
    match event:
        case LogLine():
            return event.line
        case StageMark():
            how = "" if event.status == "started" else f" {event.status}"
            return f"── {stage_word(event.stage)}{how} ──"
        case Gap():
            return f"… {event.dropped:,} line{'' if event.dropped == 1 else 's'} were dropped".replace(",", "\u202f")
        case End():
            return f"── {ending_word(event.status)} ──"


def is_told(line: bytes) -> bool:
    """Whether a stored line is worth a line on the screen: that a stage is done is told by the one that follows."""
    return not (line.endswith(_DONE) and _STAGE in line)


def told(data: bytes) -> bytes:
    """Stored lines without those that are not worth one."""
    if _DONE not in data:
        return data
    return b"".join(line for line in data.splitlines(keepends=True) if is_told(line.rstrip(b"\n")))


def seq_of(line: bytes) -> int:
    """The seq of a stored line."""
    at = line.index(_SEQ[1:]) + len(_SEQ) - 1
    return int(line[at : line.index(b",", at)])


def stamp_of(line: bytes) -> bytes:
    """The stamp of a stored line, for comparing; empty where it has none."""
    at = line.find(_STAMP, 0, 120)
    return line[at + len(_STAMP) : at + len(_STAMP) + _STAMP_LENGTH] if at >= 0 else b""


def from_member(data: bytes, origin: int) -> bytes:
    """Lines of the API, marked as those of a member."""
    mark = b'{"from":%d,"seq":' % origin
    return mark + data[len(_SEQ) :].replace(b"\n" + _SEQ, b"\n" + mark)


def without(data: bytes, seen: int) -> bytes:
    """Lines of the API without those up to seq ``seen``."""
    if not data or seq_of(data[: data.index(b"\n")]) > seen:
        return data
    return b"".join(line for line in data.splitlines(keepends=True) if seq_of(line) > seen)


@lru_cache(4096)
def seconds(stamp: str) -> float:
    """A stamp as seconds since the epoch."""
    return datetime.fromisoformat(stamp[:26] + "+00:00" if len(stamp) > 26 else stamp).timestamp()


def stamps(lines: Sequence[bytes], before: bytes = b"") -> list[bytes]:
    """The stamps of consecutive lines; what has none happened when the line before it did."""
    found = []
    for line in lines:
        before = stamp_of(line) or before
        found.append(before)
    return found
