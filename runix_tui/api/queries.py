"""What may stand in an address: ids, versions, filters, and where in a log to begin."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from runix_tui.api import rules
from runix_tui.api.fields import one_of, shown, wrong
from runix_tui.core.stages import Status
from runix_tui.errors import InvalidRequest

SEQ_MAX = 2**63 - 1  # what SQLite and every client can hold
DEFAULT_TAIL = 100  # lines
_TAIL_MAX = 10**9

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGO = re.compile(r"([0-9]{1,9})([smhd])", re.ASCII)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def _status(value: object) -> object:
    known = [one.value for one in Status]
    if value in ("", None):
        return None
    if value not in known:
        raise wrong(one_of(str(value), known))
    return Status(value)


def _project(value: str | None) -> str | None:
    return rules.uuid_text(value) if value else None


def _version(value: str) -> int:
    if not _VERSION.fullmatch(value):
        raise wrong(f"{shown(value)} is not a version")
    return int(value)


def _version_or_none(value: str | None) -> int | None:
    return _version(value) if value else None


def _tail(value: str) -> int | None:
    """Lines; None is all of them."""
    if value == "all":
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 20:
        raise wrong(f"{shown(value)} is neither a number of lines nor 'all'", hint="For example tail=100 or tail=all.")
    return min(int(value), _TAIL_MAX)


def _entries(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 20:
        raise wrong(f"{shown(value)} is not a number of entries", hint="For example tail=200; tail=0 begins with none.")
    return min(int(value), _TAIL_MAX)


def _before(value: str | None) -> int | None:
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 40:
        raise wrong(f"{shown(value)} is not the number of a line", hint="Send the seq of the oldest line you have.")
    return min(int(value), SEQ_MAX)


def _since(value: str | None) -> datetime | None:
    if not value:
        return None
    ago = _AGO.fullmatch(value)
    if ago:
        return _before_now(int(ago[1]), _UNITS[ago[2]])
    text = re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", value)  # a '+' that was not percent-encoded arrives as a space
    try:
        if _RFC3339.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise wrong(
        f"{shown(value)} is neither an RFC 3339 time nor an age",
        hint="For example since=2026-02-25T10:00:00Z, since=10m, 2h, 30s or 1d.",
    )


def _before_now(count: int, unit: str) -> datetime:
    try:
        return datetime.now(UTC) - timedelta(**{unit: count})
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def last_event_id(sent: str | None) -> int | None:
    """The seq that a reader saw last. Raises ``InvalidRequest`` for what was never an id of ours."""
    if not sent:
        return None
    if not sent.isascii() or not sent.isdigit() or len(sent) > 40:
        raise InvalidRequest.of(
            "Last-Event-ID",
            f"{shown(sent)} is not an id of this stream",
            hint="Send the id of the last event that arrived, or leave the header out.",
        )
    return min(int(sent), SEQ_MAX)


_UUID = WithJsonSchema({"type": "string", "format": "uuid"})
DeploymentId = Annotated[str, Path(description="The deployment's id."), AfterValidator(rules.uuid_text), _UUID]
DeploymentIds = Annotated[
    Sequence[Annotated[str, AfterValidator(rules.uuid_text), _UUID]],
    Query(alias="id", description="Only these deployments; may be given many times."),
]
ProjectId = Annotated[str, Path(description="The project's id."), AfterValidator(rules.uuid_text), _UUID]
Number = Annotated[
    int,
    Path(description="The version's number."),
    BeforeValidator(_version),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]
StatusFilter = Annotated[Status | None, Query(description="Only those in this status."), BeforeValidator(_status)]
ProjectFilter = Annotated[str | None, Query(description="Only those of this project."), AfterValidator(_project)]
Reveal = Annotated[bool, Query(description="Show the values of env.")]
Follow = Annotated[bool, Query(description="Go on with new lines; false: end at the newest.")]
Tail = Annotated[
    int | None,
    Query(description="Begin with the last so many lines, or 'all'."),
    BeforeValidator(_tail),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"const": "all"}], "default": DEFAULT_TAIL}),
]
Entries = Annotated[
    int,
    Query(description="Begin with the last so many entries; 1000 are kept."),
    BeforeValidator(_entries),
    WithJsonSchema({"type": "integer", "minimum": 0}),
]
Since = Annotated[
    datetime | None,
    Query(description="Begin with lines of this time (RFC 3339) or age (30s, 10m, 2h, 1d); wins over tail."),
    BeforeValidator(_since),
    WithJsonSchema({"type": "string"}),
]
Before = Annotated[
    int | None,
    Query(description="The `tail` lines before this seq, oldest first, and no more: to page back; wins over all else."),
    BeforeValidator(_before),
    WithJsonSchema({"type": "integer", "minimum": 0}),
]
BuildVersion = Annotated[
    int | None,
    Query(description="Whose build; default: the newest entry that built."),
    BeforeValidator(_version_or_none),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]
