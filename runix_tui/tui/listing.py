"""The list of deployments as values: what a row says of each, in which order, under which headings. Pure.

A row is made of plain values so that it can be kept for the next visit and drawn before any answer has come.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from runix_tui.tui.looks import Look, look, reason, word

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment
    from runix_tui.tui.fleet import Series

DEFAULT_PROJECT = "default"
SHORT_TYPES = {
    "web_service": "web",
    "static_site": "static",
    "background_worker": "worker",
    "cron_job": "cron",
    "postgresql": "postgres",
    "redis": "redis",
    "kafka": "kafka",
}


class Order(StrEnum):
    """How the list is sorted; by name it is grouped by project, else one list."""

    NAME = "name"
    STATUS = "status"
    AGE = "age"
    CPU = "cpu"
    MEMORY = "memory"

    @property
    def next(self) -> "Order":
        """The one after it, around."""
        every = list(Order)
        return every[(every.index(self) + 1) % len(every)]


NEEDED = (Look.FAILED, Look.LIVE_LAST_FAILED, Look.WORKING, Look.LIVE, Look.STOPPED)  # what needs a person first


@dataclass(frozen=True, slots=True)
class Entry:
    """One deployment as its row says it. ``reason``: why it, or its newest version, failed, short."""

    id: str
    name: str
    project: str
    look: Look
    word: str
    kind: str
    version: int | None
    commit: str | None
    changed_at: datetime
    url: str | None
    branch: str = ""
    reason: str = ""

    @property
    def full_name(self) -> str:
        """``project/name``; the default project is not named."""
        return self.name if self.project == DEFAULT_PROJECT else f"{self.project}/{self.name}"

    def matches(self, words: Sequence[str]) -> bool:
        """Whether all ``words`` (lower case) are somewhere in what it says."""
        host = (self.url or "").removeprefix("http://").split(".", 1)[0]  # the rest is the same for all
        said = " ".join((self.full_name, self.kind, self.word, self.look, self.branch, host, self.commit or "")).lower()
        return all(word in said for word in words)


Line = str | Entry  # a heading, or a deployment


def entry(deployment: "Deployment", project: str, doing: str = "") -> Entry:
    """The row of ``deployment``; ``doing`` is what was asked of it and is not answered yet ("stopping")."""
    return Entry(
        deployment.id,
        deployment.service_name,
        project,
        Look.WORKING if doing else look(deployment),
        doing or word(deployment),
        SHORT_TYPES.get(deployment.service_type, deployment.service_type),
        deployment.version,
        deployment.commit_sha,
        deployment.updated_at,
        deployment.url,
        deployment.branch,
        reason(deployment),
    )


def arrange(
    entries: Iterable[Entry], order: Order, text: str, series: "Callable[[str], Series | None]"
) -> Sequence[Line]:
    """The lines of the list: those that match ``text``, sorted; by name also headings, where they tell anything."""
    words = text.lower().split()
    found = sorted((each for each in entries if each.matches(words)), key=lambda each: (_group(each), each.name))
    if order is not Order.NAME:
        return sorted(found, key=_key(order, series))
    projects = list(dict.fromkeys(each.project for each in found))
    if projects in ([], [DEFAULT_PROJECT]):
        return found
    lines: list[Line] = []
    for project in projects:
        lines += [project, *(each for each in found if each.project == project)]
    return lines


def _group(one: Entry) -> tuple[bool, str]:
    """The default project comes first."""
    return one.project != DEFAULT_PROJECT, one.project


def _key(order: Order, series: "Callable[[str], Series | None]") -> Callable[[Entry], float]:
    def figure(one: Entry) -> float:
        found = series(one.id)
        if found is None or found.newest is None:
            return 1.0
        # Whole percents and MiB: rows that differ by less do not change places all the time.
        return -float(round(found.newest.cpu_percent) if order is Order.CPU else found.newest.memory_bytes >> 20)

    if order is Order.STATUS:
        return lambda one: NEEDED.index(one.look)
    if order is Order.AGE:
        return lambda one: -one.changed_at.timestamp()
    return figure
