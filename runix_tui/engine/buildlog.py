"""The engine's answer to a build: JSON lines into log lines, and what went wrong into a ``BuildError``.

Made for floods: lines are handed over as the engine sent them, many in one text. Only what may be the engine's own is
looked at line by line.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from runix_tui.core.ports import LogSink
from runix_tui.errors import BuildError

EVIDENCE = 20  # lines
_LONGEST = 64 * 1024  # characters of a line that has no end
# Said by the engine itself, never in the middle of a line; the first kind repeats the Dockerfile.
_STEP_LINE = re.compile(r"(?:\[\d+/\d+\] )?STEP \d+/\d+: ")
_OWN_LINE = re.compile(rf"{_STEP_LINE.pattern}|--> |(?:\[\d+/\d+\] )?COMMIT\b|Successfully tagged ")
_MAY_BE_OWN = "S[-C"  # first characters of a message of the engine's own (an empty one passes as well)
_ID_LENGTHS = (64, 65)
_IMAGE_ID = re.compile(r"[0-9a-f]{64}\n?")
_LAYER = re.compile(r"--> (?:Using cache )?([0-9a-f]{11,64})")
_STEP = re.compile(r"\bat STEP \"(?P<step>.*)\": ", re.DOTALL)
_NO_IMAGE = re.compile(r"(\S+): (?:image not known|no such image)")
_EXIT = re.compile(r"exit status (\d+)")
# Its cache was looked through while somebody else removed an image from the same storage.
_STORAGE_CHANGED = re.compile(r"layer not known|identifier is not an? (image|layer)|no such layer|container not known")
_OUT_OF_MEMORY_EXIT = 137  # killed; nobody but the kernel kills a step that was not cancelled


@dataclass(frozen=True, slots=True)
class _Sign:
    """What some text in an error or in the last lines means."""

    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str
    transient: bool = False


def _any(*texts: str) -> re.Pattern[str]:
    return re.compile("|".join(texts), re.IGNORECASE)


_MEMORY_HINT = "Raise build.memory in config.toml, or make the build need less (fewer parallel jobs, a smaller bundle)."
_SIGNS = (
    _Sign(
        "disk_full",
        _any("no space left on device", r"\bENOSPC\b", "disk quota exceeded"),
        "The disk is full.",
        "Free some space: `podman system df` shows what images and containers take.",
    ),
    _Sign(
        "out_of_memory",
        _any(
            "javascript heap out of memory",
            "cannot allocate memory",
            "killed signal terminated program",
            "command was killed with SIGKILL",
            r"signal: killed",
        ),
        "The build ran out of memory.",
        _MEMORY_HINT,
    ),
    _Sign(
        "tls_untrusted",
        _any(
            "certificate verify failed",
            "self[- ]signed certificate",
            "unable to get local issuer certificate",
            "certificate signed by unknown authority",
            r"\bSELF_SIGNED_CERT_IN_CHAIN\b",
            "certificate is not trusted",
        ),
        "A server's certificate is not trusted inside the build.",
        "If your network signs connections anew, name its CA as build.ca_bundle in config.toml.",
    ),
    _Sign(
        "network",
        _any(
            "temporary failure in name resolution",
            "temporary failure resolving",
            "could not resolve host",
            "name or service not known",
            r"\b(EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONNRESET|ENETUNREACH)\b",
            "network is unreachable",
            "connection (timed out|reset by peer)",
            "read timed out",
            "tls handshake timeout",
            r"\bi/o timeout\b",
            r"50[234] (service unavailable|bad gateway|gateway time-?out)",
            "no route to host",
        ),
        "A server could not be reached from the build.",
        "Check this machine's network and proxy settings, then deploy again.",
        transient=True,
    ),
)


class BuildLog:
    """Feed it the answer's bytes; it hands lines to ``sink``. ``shown`` makes an engine's own line fit to be seen
    (None: not at all), where the Builder added something to the Dockerfile.

    ``image_id`` is set when the build succeeded, ``error`` is the engine's own text when it did not; neither means that
    the engine went away.
    """

    def __init__(self, sink: LogSink, shown: Callable[[str], str | None] = str) -> None:
        self.image_id = ""
        self.error = ""
        self.layers: set[str] = set()  # ids, some cut short, of the images that the steps made or took from the cache
        self._sink = sink
        self._shown = shown
        self._bytes = b""
        self._rest = ""
        self._last: deque[str] = deque(maxlen=EVIDENCE)

    @property
    def evidence(self) -> tuple[str, ...]:
        """The last lines."""
        return tuple(self._last)

    def feed(self, data: bytes) -> None:
        """Some bytes of the answer, cut anywhere."""
        *whole, self._bytes = (self._bytes + data).split(b"\n")
        self._take(json.loads(b"[%b]" % b",".join(filter(None, whole))))

    def close(self) -> None:
        """The answer ended: hand over what is left."""
        if self._bytes.strip():
            whole, self._bytes = self._bytes, b""
            try:
                message = json.loads(whole)
            except ValueError:
                message = {}  # cut off: the engine went away
            self._take([message])
        self._flush()

    def _take(self, messages: Iterable[dict[str, object]]) -> None:
        output: list[str] = []  # of steps, as far as the first character tells
        for message in messages:
            text = message.get("stream")
            if isinstance(text, str) and text[:1] not in _MAY_BE_OWN and len(text) not in _ID_LENGTHS:
                output.append(text)
                continue
            self._text("".join(output))
            output.clear()
            if isinstance(text, str):
                self._message(text)
            error = message.get("error")
            if isinstance(error, str) and error:
                self._refute_image()
                self.error = self._shown(error.strip()) or ""
        self._text("".join(output))

    def _message(self, text: str) -> None:
        """A message that may be one of the engine's own."""
        if _IMAGE_ID.fullmatch(text):  # the last one when the build succeeded
            self._refute_image()
            self._flush()
            self.image_id = text.rstrip("\n")
        elif _OWN_LINE.match(text):
            self._refute_image()
            self._flush()
            *lines, self._rest = text.split("\n")
            for line in lines:
                self._own_line(line)
        else:
            self._text(text)

    def _refute_image(self) -> None:
        """Something came after what looked like the image: then it was a line of a step."""
        if self.image_id:
            self._say(self.image_id)
            self.image_id = ""

    def _text(self, text: str) -> None:
        if not text:
            return
        self._refute_image()
        whole, newline, self._rest = (self._rest + text).rpartition("\n")
        if newline:
            self._say(whole)
        while len(self._rest) > _LONGEST:
            self._say(self._rest[:_LONGEST])
            self._rest = self._rest[_LONGEST:]

    def _flush(self) -> None:
        rest, self._rest = self._rest, ""
        if rest:
            self._say(rest)

    def _own_line(self, line: str) -> None:
        if layer := _LAYER.fullmatch(line):
            self.layers.add(layer[1])
        shown = self._shown(line) if _STEP_LINE.match(line) else line
        if shown is not None:
            self._say(shown)

    def _say(self, lines: str) -> None:
        self._last.extend(lines.rsplit("\n", EVIDENCE)[-EVIDENCE:])
        self._sink("stdout", lines)


def build_error(error: str, evidence: tuple[str, ...]) -> BuildError:
    """The engine's ``error`` text as Runix's own: which step, which exit code, and why, by the last lines."""
    step = found["step"] if (found := _STEP.search(error)) else ""
    exit_code = int(codes[-1]) if (codes := _EXIT.findall(error)) else None
    where = f'The step "{_short(step)}"' if step else "The build"
    what = (
        f"{where} failed with exit code {exit_code}." if exit_code is not None else f"{where} failed: {_cause(error)}"
    )
    if exit_code is None and _STORAGE_CHANGED.search(error):
        return BuildError(
            "An image was removed while the build looked for cached layers.",
            hint="Deploy again.",
            code="storage_changed",
            transient=True,
            evidence=evidence,
        )
    if exit_code is None and (absent := _NO_IMAGE.search(error)):
        return BuildError(
            f"The image {absent[1]} that the build starts from is not here.",
            hint="Check its name, and that its registry can be reached from this machine.",
            code="no_base_image",
            evidence=evidence,
        )
    if exit_code == _OUT_OF_MEMORY_EXIT:
        return BuildError(
            f"{where} ran out of memory (it was killed, exit code 137).",
            hint=_MEMORY_HINT,
            code="out_of_memory",
            evidence=evidence,
        )
    text = "\n".join((error, *evidence))
    for sign in _SIGNS:
        if sign.pattern.search(text):
            return BuildError(
                f"{what} {sign.message}", hint=sign.hint, code=sign.code, transient=sign.transient, evidence=evidence
            )
    return BuildError(what, hint="The last lines of the build log say why.", evidence=evidence or (error,))


def _cause(error: str) -> str:
    """The engine's words, without the step that is named already and without its insides."""
    words = _STEP.sub("", error).partition(" &imagebuilder")[0]
    return words.removeprefix("error building").removeprefix("building").strip()


def _short(step: str) -> str:
    line = " ".join(step.replace("\\\n", " ").split())
    return line if len(line) <= 120 else line[:117] + "…"
