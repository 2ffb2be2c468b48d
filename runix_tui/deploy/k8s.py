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
        """Whole lines of the format → ``(entries, how many)``. What is not of the format is kept as text."""
        if not self.partial:
            out, count = self._whole_utc(data) if data[29:35] == b"+00:00" else self._whole_local(data)
            # Each match ends at a newline and none overlap: with nothing left over, every line matched whole.
            if len(out) + _HEAD_CUT * count == len(data) and count == data.count(b"\n"):
                return out, count
        return self._one_by_one(data)

    def release(self, stream: bytes) -> bytes:
        """The entry of a stream's line that is not whole; it counts as whole from here on."""
        stamp, text = self.partial.pop(stream)
        return b"%b %b %b\n" % (stamp, stream, text)

    def _whole_utc(self, data: bytes) -> tuple[bytes, int]:
        found = _FULL_UTC.findall(data)
        return b"".join([b"%bZ %b %b" % parts for parts in found]), len(found)

    def _whole_local(self, data: bytes) -> tuple[bytes, int]:
        found = _FULL_LOCAL.findall(data)
        minutes = {(parts[0], parts[2]) for parts in found}
        known = {minute: self._minute(*minute) or b"" for minute in minutes}
        if not all(known.values()):
            return b"", 0
        return b"".join([b"%b%bZ %b %b" % (known[a, c], b, d, e) for a, b, c, d, e in found]), len(found)

    def _one_by_one(self, data: bytes) -> tuple[bytes, int]:
        out: list[bytes] = []
        lines = data.split(b"\n")
        lines.pop()
        for line in lines:
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
        return b"".join(out), len(out)

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


def _shifted(minute: bytes, offset: bytes) -> bytes | None:
    try:
        local = datetime.fromisoformat((minute + offset).decode())
    except ValueError:
        return None
    utc = local.replace(tzinfo=None) - (local.utcoffset() or timedelta())
    return utc.isoformat(timespec="minutes").encode()
