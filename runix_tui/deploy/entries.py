"""Entries of a journal: how they are written, and how a batch of them becomes values, NDJSON and server-sent events.

An entry is one line, ``<stamp> <stream> <text>``: the stamp has 30 characters (``2026-11-24T02:06:31.123456789Z``), the
stream is ``stdout``, ``stderr`` or ``runix``, or says that the text is no log line: ``stage`` (``building started``),
``end`` (``running``), ``gap`` (``17``). Text is raw: every byte but a newline. No files here, and no event loop.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring as quote

from runix_tui.core.events import End, Gap, LogEvent, LogLine, StageMark

LINE_MAX = 16 * 1024
"""Bytes of text in one entry. A longer line goes on in the next entries; all its pieces but the last end in ``…``."""

LOG_STREAMS = frozenset({"stdout", "stderr", "runix"})
_CONTINUED = "…".encode()
_PIECE = LINE_MAX - len(_CONTINUED)
_EPOCH = "1970-01-01T00:00:00.000000000Z"


def log_entries(at: str, stream: str, text: str) -> tuple[bytes, int]:
    """Entries of a text, and how many: one for each line, and more for a line that is too long. A stream that does not
    exist counts as ``runix``."""
    if stream not in LOG_STREAMS:
        stream = "runix"
    # surrogatepass: what came in undecodable comes out as U+FFFD, and never stops a build.
    data = text.encode("utf-8", "surrogatepass")
    head = f"{at} {stream} ".encode()
    if len(data) > LINE_MAX and max(map(len, data.split(b"\n"))) > LINE_MAX:
        data = b"\n".join(piece for line in data.split(b"\n") for piece in pieces_of(line))
    return b"%b%b\n" % (head, data.replace(b"\n", b"\n" + head)), data.count(b"\n") + 1


def pieces_of(text: bytes) -> Iterator[bytes]:
    """``text`` in pieces of at most ``LINE_MAX`` bytes, never cut inside a UTF-8 character."""
    while len(text) > LINE_MAX:
        cut = _PIECE
        while cut > _PIECE - 4 and text[cut] & 0xC0 == 0x80:
            cut -= 1
        yield text[:cut] + _CONTINUED
        text = text[cut:]
    yield text


def stage_entry(at: str, stage: str, status: str) -> bytes:
    """A stage began or ended."""
    return f"{at} stage {stage} {status}\n".encode()


def end_entry(at: str, status: str) -> bytes:
    """A build's log ended."""
    return f"{at} end {status}\n".encode()


def gap_entry(at: str, dropped: int) -> bytes:
    """Lines that could not be kept."""
    return f"{at} gap {dropped}\n".encode()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive entries of a journal, kept as bytes until somebody asks for objects.

    ``first`` and ``last`` are seqs. ``dropped`` counts the entries missing before ``first`` (a Gap event comes first).
    ``data`` are the entries as they are on disk, whole lines.
    """

    first: int
    last: int
    dropped: int
    data: bytes

    def events(self) -> Iterator[LogEvent]:
        """The entries as values."""
        if self.dropped:
            yield Gap(self.first - 1, self.dropped)
        for seq, line in enumerate(self._lines(), self.first):
            yield _event(seq, line)

    def ndjson(self) -> bytes:
        """The entries as JSON objects (contract: log lines ``{"seq","ts","stream","line"}``), a line each; fast."""
        return self._render(_json_many, _json_one)

    def sse(self) -> bytes:
        """The entries as server-sent events with id, event and data; fast."""
        return self._render(_sse_many, _sse_one)

    def through_end(self) -> tuple["Batch", bool]:
        """This batch up to its first ``End``, and whether there is one."""
        if b"Z end " not in self.data:
            return self, False
        at = 0
        for seq in range(self.first, self.last + 1):
            line_end = self.data.index(b"\n", at) + 1
            if isinstance(_event(seq, self.data[at : line_end - 1].decode("utf-8", "replace")), End):
                return Batch(self.first, seq, self.dropped, self.data[:line_end]), True
            at = line_end
        return self, False

    def _lines(self) -> list[str]:
        # The whole batch is decoded at once; an invalid byte never swallows the newline behind it.
        lines = self.data.decode("utf-8", "replace").split("\n")
        lines.pop()
        return lines

    def _render(self, many: Callable[[int, list[str]], list[str]], one: Callable[[LogEvent], str]) -> bytes:
        out = many(self.first, self._lines())
        if self.dropped:
            out.insert(0, one(Gap(self.first - 1, self.dropped)))
        text = "".join(out)
        if not text.isascii():
            # Legal in JSON, but line ends to many clients (str.splitlines); inside strings they may be escaped.
            for char in "\x85\u2028\u2029":
                text = text.replace(char, f"\\u{ord(char):04x}")
        return text.encode()


def _json_many(first: int, lines: list[str]) -> list[str]:
    out = []
    for seq, line in enumerate(lines, first):
        try:
            at, stream, text = line.split(" ", 2)
        except ValueError:
            stream = ""
        if stream in LOG_STREAMS:
            out.append(f'{{"seq":{seq},"ts":"{at}","stream":"{stream}","line":{quote(text)}}}\n')
        else:
            out.append(_json_one(_event(seq, line)))
    return out


def _sse_many(first: int, lines: list[str]) -> list[str]:
    out = []
    for seq, line in enumerate(lines, first):
        try:
            at, stream, text = line.split(" ", 2)
        except ValueError:
            stream = ""
        if stream in LOG_STREAMS:
            out.append(
                f'id: {seq}\nevent: log\ndata: {{"seq":{seq},"ts":"{at}","stream":"{stream}","line":{quote(text)}}}\n\n'
            )
        else:
            out.append(_sse_one(_event(seq, line)))
    return out


def _json_one(event: LogEvent) -> str:
    return _object(event) + "\n"


def _sse_one(event: LogEvent) -> str:
    return f"id: {event.seq}\nevent: {_NAMES[type(event)]}\ndata: {_object(event)}\n\n"


_NAMES: dict[type[LogEvent], str] = {LogLine: "log", StageMark: "stage", Gap: "gap", End: "end"}


def _object(event: LogEvent) -> str:
    match event:
        case LogLine(seq, at, stream, line):
            return f'{{"seq":{seq},"ts":{quote(at)},"stream":{quote(stream)},"line":{quote(line)}}}'
        case StageMark(seq, stage, status):
            return f'{{"seq":{seq},"stage":{quote(stage)},"status":{quote(status)}}}'
        case Gap(seq, dropped):
            return f'{{"seq":{seq},"dropped":{dropped}}}'
        case End(seq, status):
            return f'{{"seq":{seq},"status":{quote(status)}}}'


def _event(seq: int, line: str) -> LogEvent:
    """The value of an entry. What is no entry is still shown, as a line of unknown time."""
    parts = line.split(" ", 2)
    if len(parts) == 3:
        at, stream, text = parts
        if stream in LOG_STREAMS:
            return LogLine(seq, at, stream, text)
        if stream == "stage" and " " in text:
            return StageMark(seq, *text.split(" ", 1))
        if stream == "end":
            return End(seq, text)
        if stream == "gap" and text.isascii() and text.isdigit():
            return Gap(seq, int(text))
    return LogLine(seq, _EPOCH, "runix", line)
