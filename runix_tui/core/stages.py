"""The stages of a deploy, their legal transitions, and the one place that maps them to what the API shows."""

from enum import StrEnum


class Stage(StrEnum):
    """Where a version is on its walk, or how the walk ended."""

    QUEUED = "queued"
    FETCHING = "fetching"
    PLANNING = "planning"
    BUILDING = "building"
    STARTING = "starting"
    CHECKING = "checking"
    ROUTING = "routing"
    LIVE = "live"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class VersionStatus(StrEnum):
    """The status of a history entry."""

    QUEUED = "queued"
    BUILDING = "building"
    RUNNING = "running"
    REPLACED = "replaced"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


class Status(StrEnum):
    """The status of a deployment: exactly one of the API's four."""

    BUILDING = "building"
    RUNNING = "running"
    FAILED = "failed"
    STOPPED = "stopped"


ENDED = frozenset({Stage.LIVE, Stage.FAILED, Stage.CANCELLED, Stage.SUPERSEDED})

_ENDINGS = frozenset({Stage.FAILED, Stage.CANCELLED})
TRANSITIONS: dict[Stage, frozenset[Stage]] = {
    # A rollback or a config change starts a stored image: it goes straight from the queue to starting.
    Stage.QUEUED: frozenset({Stage.FETCHING, Stage.STARTING, Stage.SUPERSEDED}) | _ENDINGS,
    Stage.FETCHING: frozenset({Stage.PLANNING}) | _ENDINGS,
    Stage.PLANNING: frozenset({Stage.BUILDING}) | _ENDINGS,
    Stage.BUILDING: frozenset({Stage.STARTING}) | _ENDINGS,
    # Back from checking to starting: a service on another port than asked is started again with the port it uses.
    Stage.STARTING: frozenset({Stage.CHECKING}) | _ENDINGS,
    Stage.CHECKING: frozenset({Stage.ROUTING, Stage.STARTING}) | _ENDINGS,
    Stage.ROUTING: frozenset({Stage.LIVE}) | _ENDINGS,
    Stage.LIVE: frozenset(),
    Stage.FAILED: frozenset(),
    Stage.CANCELLED: frozenset(),
    Stage.SUPERSEDED: frozenset(),
}


def may_follow(now: Stage, then: Stage) -> bool:
    """Whether a version in stage ``now`` may enter ``then``."""
    return then in TRANSITIONS[now]


def version_status(stage: Stage) -> VersionStatus:
    """The history status of a version whose walk stands at ``stage``; what happens after ``live`` is stored."""
    if stage is Stage.LIVE:
        return VersionStatus.RUNNING
    if stage in ENDED or stage is Stage.QUEUED:
        return VersionStatus(stage.value)
    return VersionStatus.BUILDING


def deployment_status(*, working: bool, serving: bool, stopped: bool) -> Status:
    """The API's status: ``building`` from acceptance to end, then what serves decides."""
    if working:
        return Status.BUILDING
    if serving:
        return Status.RUNNING
    return Status.STOPPED if stopped else Status.FAILED
