"""How far a build is, read from its log as it passes: stages, the steps of the Dockerfile, their times. Pure.

The log's own stamps tell the times, so a build that is long over shows the same figures. A mark of a stage has no
stamp: it happened when the line before it did, or else the one behind it.
"""

import re
from dataclasses import dataclass, replace

from runix_tui.core.events import End, LogLine, StageMark
from runix_tui.core.terminal import plain
from runix_tui.tui.logs.entries import entry, is_told, seconds, stamp_of

_STEP = re.compile(r"(?:\[(\d{1,6})/(\d{1,6})\] )?STEP (\d{1,6})/(\d{1,6}): (.*)", re.DOTALL)
_COMMIT = re.compile(r"(?:\[\d+/\d+\] )?COMMIT")
_CACHED = "--> Using cache"
_MARKS = (b'"stage":"', b'"status":"')  # never inside a line: quotes are escaped there
_TOLD = re.compile(rb'"line":"(?:(?:\[\d+/\d+\] )?(?:STEP \d|COMMIT)|--> Using cache)')


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the walk. ``status`` as the API says it: ``started``, ``done``, ``cached``, ``failed``."""

    name: str
    status: str
    line_id: int
    began: float | None = None  # seconds since the epoch
    ended: float | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        return None if self.began is None or self.ended is None else max(0.0, self.ended - self.began)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the Dockerfile, ``number`` of ``total`` of one of its ``images``. ``line_id``: where it begins in the
    log."""

    number: int
    total: int
    text: str
    line_id: int
    began: float
    ended: float | None = None
    cached: bool = False
    failed: bool = False
    image: int = 1
    images: int = 1

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        return None if self.ended is None else max(0.0, self.ended - self.began)

    @property
    def place(self) -> str:
        """Which one it is, short: ``3/7``, ``2·3/7`` where several images are made."""
        return (f"{self.image}·" if self.images > 1 else "") + f"{self.number}/{self.total}"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a build's log has told so far. ``status`` is a history status once it ended."""

    stages: tuple[Stage, ...] = ()
    steps: tuple[Step, ...] = ()
    status: str | None = None


class ProgressReader:
    """Feed it what is stored of a build's log, in order."""

    def __init__(self) -> None:
        self.progress = Progress()
        self._stamp = b""
        self._undated = False  # whether the newest stage began before the first line

    def feed(self, data: bytes, first: int) -> bool:
        """Whole lines, the first of which has the id ``first``; whether they told anything."""
        if not any(mark in data for mark in _MARKS) and not _TOLD.search(data) and not self._undated:
            self._stamp = _last_stamp(data) or self._stamp
            return False
        before = self.progress
        line_id = first
        for line in data.splitlines():
            stamp = stamp_of(line)
            if stamp:
                self._stamp = stamp
                self._date()
            if (not stamp and any(mark in line for mark in _MARKS)) or _TOLD.search(line):
                self._take(line, line_id)
            line_id += is_told(line)  # what is not told has no line in the log
        return self.progress is not before

    @property
    def _now(self) -> float | None:
        return seconds(self._stamp.decode()) if self._stamp else None

    def _take(self, line: bytes, line_id: int) -> None:
        match entry(line).event:
            case StageMark(_, name, status):
                self._stage(Stage(plain(name), status, line_id, self._now))
            case End(_, status):
                self.progress = replace(self._closed(self._now, failed=status == "failed"), status=status)
            case LogLine(line=text):
                self._line(text, line_id)

    def _stage(self, mark: Stage) -> None:
        stages = list(self.progress.stages)
        at = next((index for index, stage in enumerate(stages) if stage.name == mark.name), None)
        if mark.status == "started" or at is None:
            ended = None if mark.status == "started" else mark.began
            stages.append(replace(mark, ended=ended))
            self._undated = mark.began is None
        else:
            stages[at] = replace(stages[at], status=mark.status, ended=mark.began)
        progress = self.progress if mark.status == "started" else self._closed(mark.began, mark.status == "failed")
        self.progress = replace(progress, stages=tuple(stages))

    def _line(self, text: str, line_id: int) -> None:
        now = self._now
        if now is None:
            return
        if found := _STEP.match(text):
            number, total, text = int(found[3]), int(found[4]), plain(found[5])
            step = Step(number, total, text, line_id, now, image=int(found[1] or 1), images=int(found[2] or 1))
            progress = self._closed(now, failed=False)
            self.progress = replace(progress, steps=(*progress.steps, step))
        elif text.startswith(_CACHED) and self.progress.steps:
            *steps, last = self.progress.steps
            self.progress = replace(self.progress, steps=(*steps, replace(last, cached=True, ended=now)))
        elif _COMMIT.match(text):
            self.progress = self._closed(now, failed=False)

    def _closed(self, now: float | None, failed: bool) -> Progress:
        """The newest step is over."""
        if not self.progress.steps or self.progress.steps[-1].ended is not None or now is None:
            return self.progress
        *steps, last = self.progress.steps
        return replace(self.progress, steps=(*steps, replace(last, ended=now, failed=failed)))

    def _date(self) -> None:
        if not self._undated:
            return
        self._undated = False
        *stages, last = self.progress.stages
        self.progress = replace(self.progress, stages=(*stages, replace(last, began=self._now)))


def _last_stamp(data: bytes) -> bytes:
    """The stamp of the newest line."""
    return stamp_of(data[data.rfind(b"\n", 0, -1) + 1 :])
