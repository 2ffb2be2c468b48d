"""What Runix does, told while it is done: for people who want to see it. Never told: a secret, and reads that go well.

Who does something records it by :class:`Activity`; ``deploy.diary`` keeps it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

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


class Activity(Protocol):
    """Told of work as it begins and ends."""

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
        ...


class Untold:
    """An :class:`Activity` that nobody hears of."""

    @contextmanager
    def doing(
        self,
        source: ActivitySource,
        action: str,
        subject: str = "",
        *,
        deployment_id: str | None = None,
        version: int | None = None,
        quiet: bool = False,
    ) -> Iterator[Note]:
        """Nothing is kept."""
        yield lambda _: None


UNTOLD: Activity = Untold()
