"""What Runix does, told while it is done: for people who want to see it. Never told: a secret, and reads that go well.

Who does something records it by :class:`Activity`; ``deploy.diary`` keeps it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Note = Callable[[str], None]
"""Says what came of something that was done."""


class ActivitySource(StrEnum):
    """Who does something."""

    DEPLOY = "deploy"
    ENGINE = "engine"
    GIT = "git"
    GATEWAY = "gateway"
    AGENT = "agent"
    SETTINGS = "settings"


class ActivityStatus(StrEnum):
    """How far it is."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """Something that Runix did or does; told again with the same ``id`` when it ends. ``detail`` says what came of it,
    or why it failed."""

    id: int
    at: datetime
    source: ActivitySource
    action: str
    subject: str
    deployment_id: str | None
    version: int | None
    status: ActivityStatus
    duration_seconds: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Something that is being done, as those who do it tell it."""

    source: ActivitySource
    action: str
    subject: str
    deployment_id: str | None
    version: int | None
    quiet: bool


class Activity:
    """Told of work as it begins and ends. This one keeps nothing: whoever does overrides :meth:`during`."""

    def doing(
        self,
        source: ActivitySource,
        action: str,
        subject: str = "",
        *,
        deployment_id: str | None = None,
        version: int | None = None,
        quiet: bool = False,
    ) -> AbstractContextManager[Note]:
        """Inside the block ``source`` does ``action`` to ``subject``; an error that leaves it is told as its failure.

        What is done inside, also by others, is about the same deployment and version unless it says otherwise. Without
        a ``subject`` it is that deployment's. ``quiet``: told only when it was slow or failed.
        """
        return self.during(Work(source, action, subject, deployment_id, version, quiet))

    def during(self, work: Work) -> AbstractContextManager[Note]:
        """Around ``work``; what is said of it comes to the note."""
        return nullcontext(lambda _: None)


UNTOLD = Activity()
