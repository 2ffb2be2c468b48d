"""Events: what front ends hear of. State is stored first, then the effect happens, then the event is published."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DeploymentChanged:
    """Something of this deployment changed: read it again. ``deleted`` says that there is nothing left to read."""

    deployment_id: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a log. ``seq`` grows over all builds (or all run-time logs) of a deployment; ``stream`` is ``stdout``,
    ``stderr`` or ``runix``; ``line`` has no newline and is raw, as the process wrote it (invalid UTF-8 as U+FFFD)."""

    seq: int
    at: str  # RFC 3339 with nanoseconds, UTC
    stream: str
    line: str


@dataclass(frozen=True, slots=True)
class StageMark:
    """A stage began or ended, in a build log: ``status`` is ``started``, ``done``, ``cached`` or ``failed``."""

    seq: int
    stage: str
    status: str


@dataclass(frozen=True, slots=True)
class Gap:
    """``dropped`` lines were not kept or not sent."""

    seq: int
    dropped: int


@dataclass(frozen=True, slots=True)
class End:
    """A build log's end; ``status`` is a history status."""

    seq: int
    status: str


LogEvent = LogLine | StageMark | Gap | End


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """A hint from the engine that a container of ours changed (``died``, ``start``, ``remove``, …)."""

    container_id: str
    action: str
    at: datetime
    exit_code: int | None = None
