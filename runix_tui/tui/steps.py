"""The steps of a build, read out of its log as it comes: which, how far, how long, from the cache or not. Pure."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime

# As the API writes a line: {"seq":…,"ts":"…","stream":"stdout","line":"[1/2] STEP 3/7: RUN pip install …"}
_LINE = re.compile(
    rb'"ts":"([^"]+)","stream":"stdout","line":"(?:(?:\[(\d+)/(\d+)\] )?STEP (\d+)/(\d+): ((?:[^"\\]|\\.)*)"'
    rb"|(--> Using cache)|(COMMIT))"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``stage`` of ``stages`` images, ``number`` of ``total`` of that image; ``ended`` None: it runs."""

    number: int
    total: int
    text: str
    began: datetime
    stage: int = 1
    stages: int = 1
    ended: datetime | None = None
    cached: bool = False

    def seconds(self, now: datetime) -> float:
        """How long it took, or takes by ``now``."""
        return ((self.ended or now) - self.began).total_seconds()


class Steps:
    """Feed it the log from its first line on."""

    def __init__(self) -> None:
        self.found: list[Step] = []

    def feed(self, data: bytes) -> bool:
        """Whole NDJSON lines; gives whether there is something new."""
        new = False
        for match in _LINE.finditer(data):
            new = True
            at = _moment(match[1])
            if match[7]:
                self._cached()
            else:
                self._end(at)
            if match[4]:
                text = json.loads(b'"' + match[6] + b'"')
                stage, stages = int(match[2] or 1), int(match[3] or 1)
                self.found.append(Step(int(match[4]), int(match[5]), text, at, stage, stages))
        return new

    def close(self, at: datetime | None) -> None:
        """The build ended: so did its last step."""
        if at is not None:
            self._end(at)

    @property
    def progress(self) -> str:
        """How far it is, short: ``3/7``, ``2/2 3/7`` where several images are made; empty before the first step."""
        if not self.found:
            return ""
        last = self.found[-1]
        return (f"{last.stage}/{last.stages} " if last.stages > 1 else "") + f"{last.number}/{last.total}"

    def _end(self, at: datetime) -> None:
        if self.found and self.found[-1].ended is None:
            self.found[-1] = replace(self.found[-1], ended=at)

    def _cached(self) -> None:
        if self.found:
            self.found[-1] = replace(self.found[-1], cached=True)


def _moment(stamp: bytes) -> datetime:
    """RFC 3339 with nanoseconds; the clock of Python knows microseconds."""
    text = stamp.decode()
    return datetime.fromisoformat(text[:26] + "+00:00" if len(text) > 26 else text)
