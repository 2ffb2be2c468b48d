"""A version's walk as rows: each stage with its state, time and what came of it. Pure; ``widgets.stages`` draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from runix_tui.core.human import size
from runix_tui.core.models import Kind
from runix_tui.core.stages import ENDED, Stage
from runix_tui.core.terminal import plain

if TYPE_CHECKING:
    from runix_tui.core.wire import StageDetails, VersionDetails

_NAMES = {
    Stage.FETCHING: "fetch",
    Stage.PLANNING: "plan",
    Stage.BUILDING: "build",
    Stage.STARTING: "start",
    Stage.CHECKING: "check",
    Stage.ROUTING: "route",
}
_WORDS = {stage.value: name for stage, name in _NAMES.items()}
_STARTS = (Stage.STARTING, Stage.CHECKING, Stage.ROUTING)


class State(StrEnum):
    """How a stage stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


SYMBOLS = {State.WAITING: "·", State.RUNNING: "◐", State.DONE: "✓", State.FAILED: "✗"}
COLOURS = {
    State.WAITING: "$text-muted",
    State.RUNNING: "$text-accent",
    State.DONE: "$text-success",
    State.FAILED: "$text-error",
}

_ENDINGS = {"running": "live", "replaced": "replaced later", "superseded": "left out for a newer one"}


def stage_word(stage: str) -> str:
    """What a stage of the API is called on the screen."""
    return _WORDS.get(stage, stage)


def ending_word(status: str) -> str:
    """What the screen says of how a version's walk ended, by its history status then."""
    return _ENDINGS.get(status, status)


@dataclass(frozen=True, slots=True)
class Row:
    """One stage. ``since`` is when it began, as long as it runs; ``seconds`` what it took when it ended."""

    stage: Stage
    state: State = State.WAITING
    seconds: float | None = None
    since: datetime | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """What it is called on the screen."""
        return _NAMES[self.stage]

    def took(self, now: datetime) -> float | None:
        """Seconds that it took, or takes by ``now``; None: it did not begin."""
        running = (now - self.since).total_seconds() if self.since is not None else None
        return running if self.seconds is None else self.seconds + (running or 0.0)


def built(kind: Kind) -> bool:
    """Whether such a version is built; others start an image that is there."""
    return kind in (Kind.DEPLOY, Kind.REDEPLOY)


def stages_of(kind: Kind) -> tuple[Stage, ...]:
    """The stages that such a version walks through."""
    return tuple(_NAMES) if built(kind) else _STARTS


def rows(version: "VersionDetails") -> list[Row]:
    """All stages of a version; those that were walked through twice are told once."""
    ended = version.stage in ENDED
    return [
        _row(stage, [each for each in version.stages if each.stage is stage], version, ended=ended)
        for stage in stages_of(version.kind)
    ]


def expected(kind: Kind, phase: Stage | None) -> list[Row]:
    """The rows as far as a phase alone tells them."""
    order = stages_of(kind)
    at = order.index(phase) if phase in order else len(order) if phase is Stage.LIVE else -1
    states = [State.DONE if n < at else State.RUNNING if n == at else State.WAITING for n in range(len(order))]
    return [Row(stage, state) for stage, state in zip(order, states, strict=True)]


def ticking(shown: Sequence[Row]) -> bool:
    """Whether any time grows."""
    return any(row.since is not None for row in shown)


def _row(stage: Stage, walked: "Sequence[StageDetails]", version: "VersionDetails", *, ended: bool) -> Row:
    if not walked:
        return Row(stage)
    last = walked[-1]
    seconds = sum(each.duration_seconds or 0.0 for each in walked)
    if last.result == "failed":
        return Row(stage, State.FAILED, seconds)
    if last.finished_at is None and not ended:
        return Row(stage, State.RUNNING, seconds if len(walked) > 1 else None, last.started_at)
    note = "cached" if last.result == "cached" else _note(stage, version)
    return Row(stage, State.DONE if last.finished_at else State.FAILED, seconds, note=note)


def _note(stage: Stage, version: "VersionDetails") -> str:
    """What came of a stage."""
    match stage:
        case Stage.FETCHING:
            return version.commit_sha or ""
        case Stage.PLANNING:
            plan = version.plan or {}
            words = (str(plan.get(key) or "") for key in ("runtime", "version", "framework"))
            return plain(" ".join(word for word in words if word))
        case Stage.BUILDING:
            return size(version.image_size) if version.image_size else ""
        case Stage.CHECKING:
            return f"port {version.port}" if version.port else ""
        case _:
            return ""
