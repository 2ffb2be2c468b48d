"""The engine's k8s-file format → journal entries, in bulk. Pure; the files are read by the collector.

A line of that format is ``2026-11-24T02:06:31.123456789+00:00 stdout F text``; ``P`` instead of ``F`` says that the
text goes on in the next line of the same stream. The stamp carries the offset of the host's local time.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from runix_tui.deploy.entries import LINE_MAX, pieces_of

_FULL_UTC = re.compile(rb"(.{29})\+00:00 (std(?:out|err)) F ([^\n]{0,%d}\n)" % LINE_MAX)
_FULL_LOCAL = re.compile(rb"(.{16})(.{13})([+-]\d\d:\d\d) (std(?:out|err)) F ([^\n]{0,%d}\n)" % LINE_MAX)
_STAMP_LENGTH = 35
_NEWLINE = ord("\n")
_HEAD_CUT = 7  # an entry is shorter than such a line: "+00:00" → "Z", and no "F "
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d\.\d{9})(Z|[+-]\d\d:\d\d)")
_NOWHEN = b"1970-01-01T00:00:00.000000000Z"


@dataclass(slots=True)
class K8sLines:
    """A converter for one container's output. ``partial``: stream → ``(stamp, text)`` of a line that is not whole yet;
    at most ``LINE_MAX`` bytes each, what is longer is given out in pieces."""

    partial: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    _minutes: dict[tuple[bytes, bytes], bytes] = field(default_factory=dict)
    _last_stamp: bytes = _NOWHEN

    def entries(self, data: bytes) -> tuple[bytes, int]:
        """Whole lines of the format → ``(entries, how many)``. What is not of the format is kept as text.

        Runs of whole lines go in bulk. The engine reads its pipe in pieces of 8 KiB, so in a flood about every
        hundredth line is in two parts, and only those go one by one.
        """
        out: list[bytes] = []
        count, at = 0, 0
        for start in [*_partial_lines(data), len(data)]:
            while self.partial and at < start:  # until the line is whole
                at, lines = self._next_line(data, at, out)
                count += lines
            if at < start:
                entries, lines = self._run(data[at:start])
                out.append(entries)
                count += lines
            at, lines = self._next_line(data, start, out)
            count += lines
        return b"".join(out), count

    def release(self, stream: bytes) -> bytes:
        """The entry of a stream's line that is not whole; it counts as whole from here on."""
        stamp, text = self.partial.pop(stream)
        return b"%b %b %b\n" % (stamp, stream, text)

    def _run(self, data: bytes) -> tuple[bytes, int]:
        """Entries of lines that are taken to be whole, while nothing is held."""
        out, count = self._utc_run(data) if data[29:35] == b"+00:00" else self._local_run(data)
        # Each match ends at a newline and none overlap: with nothing left over, every line matched whole.
        if len(out) + _HEAD_CUT * count == len(data) and count == data.count(b"\n"):
            return out, count
        several: list[bytes] = []
        count = sum(self._line(line, several) for line in data.split(b"\n")[:-1])
        return b"".join(several), count

    def _utc_run(self, data: bytes) -> tuple[bytes, int]:
        found = _FULL_UTC.findall(data)
        return b"".join([b"%bZ %b %b" % parts for parts in found]), len(found)

    def _local_run(self, data: bytes) -> tuple[bytes, int]:
        found = _FULL_LOCAL.findall(data)
        minutes = {(parts[0], parts[2]) for parts in found}
        known = {minute: self._minute(*minute) or b"" for minute in minutes}
        if not all(known.values()):
            return b"", 0
        return b"".join([b"%b%bZ %b %b" % (known[a, c], b, d, e) for a, b, c, d, e in found]), len(found)

    def _next_line(self, data: bytes, at: int, out: list[bytes]) -> tuple[int, int]:
        """Append the entries of the line at ``at``, if there is one; gives where the next begins, and how many."""
        end = data.find(b"\n", at)
        return (at, 0) if end < 0 else (end + 1, self._line(data[at:end], out))

    def _line(self, line: bytes, out: list[bytes]) -> int:
        """Append the entries of one line, none while it is not whole; gives how many."""
        before = len(out)
        stamp, stream, whole, text = self._parse(line)
        held = self.partial.pop(stream, None)
        if held is not None:
            stamp, text = held[0], held[1] + text
        if len(text) > LINE_MAX:
            *pieces, text = pieces_of(text)
            out += [b"%b %b %b\n" % (stamp, stream, piece) for piece in pieces]
        if whole:
            out.append(b"%b %b %b\n" % (stamp, stream, text))
        else:
            self.partial[stream] = (stamp, text)
        return len(out) - before

    def _parse(self, line: bytes) -> tuple[bytes, bytes, bool, bytes]:
        """``(stamp, stream, whether whole, text)`` of a line."""
        parts = line.split(b" ", 3)
        if len(parts) == 4 and parts[1] in (b"stdout", b"stderr") and parts[2][:1] in (b"F", b"P"):
            stamp = self._utc(parts[0])
            if stamp is not None:
                self._last_stamp = stamp
                return stamp, parts[1], parts[2][:1] == b"F", parts[3]
        return self._last_stamp, b"stdout", True, line  # torn by a crash of the engine, or a full disk

    def _utc(self, stamp: bytes) -> bytes | None:
        """A stamp in UTC. The part to the minute repeats in most lines, so it is computed once."""
        match = _STAMP.fullmatch(stamp)
        if match is None:
            return None
        minute, rest, offset = match.groups()
        known = self._minute(minute, offset)
        return None if known is None else b"%b%bZ" % (known, rest)

    def _minute(self, minute: bytes, offset: bytes) -> bytes | None:
        """A minute of local time in UTC; None: not a moment."""
        known = self._minutes.get((minute, offset))
        if known is None:
            known = _shifted(minute, offset)
            if known is None:
                return None
            if len(self._minutes) > 64:
                self._minutes.clear()
            self._minutes[minute, offset] = known
        return known


def _partial_lines(data: bytes) -> list[int]:
    """Where the lines begin that are marked as partial."""
    starts = []
    for mark in (b" stdout P ", b" stderr P "):
        found = data.find(mark)
        while found >= 0:
            start = found - _STAMP_LENGTH
            if start == 0 or (start > 0 and data[start - 1] == _NEWLINE):  # else it is in the text of a line
                starts.append(start)
            found = data.find(mark, found + 1)
    return sorted(starts)


def _shifted(minute: bytes, offset: bytes) -> bytes | None:
    try:
        local = datetime.fromisoformat((minute + offset).decode())
    except ValueError:
        return None
    utc = local.replace(tzinfo=None) - (local.utcoffset() or timedelta())
    return utc.isoformat(timespec="minutes").encode()
