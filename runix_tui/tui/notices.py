"""What the front end told its user, kept: a toast goes away, the Activity view keeps the same words."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from runix_tui.errors import RunixError

KEPT = 500


class Weight(StrEnum):
    """How much a notice matters; the names are those of Textual's toasts."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that was said: ``title`` is what was being done, ``text`` what came of it and what to do next."""

    at: datetime
    weight: Weight
    title: str
    text: str


class Notices:
    """The newest notices, oldest first."""

    def __init__(self) -> None:
        self.kept: deque[Notice] = deque(maxlen=KEPT)

    def add(self, weight: Weight, title: str, text: str) -> Notice:
        """Keep one."""
        made = Notice(datetime.now(UTC), weight, title, text)
        self.kept.append(made)
        return made


def told(error: RunixError) -> str:
    """What happened and what to do next, in one text."""
    wrong = "\n".join(f"{one.path}: {one.message}" for one in getattr(error, "errors", ()))
    return "\n".join(part for part in (error.message, wrong if len(wrong.splitlines()) > 1 else "", error.hint) if part)
