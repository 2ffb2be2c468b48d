"""Rows of activity: what the server did and what this program told its user, as one kind of value. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from runix_tui.core.human import took
from runix_tui.core.terminal import plain
from runix_tui.tui.notices import KEPT, Notice, Weight

if TYPE_CHECKING:
    from runix_tui.core.wire import Activity

TOLD = "told"  # the source of what this program told its user
SOURCES = ("engine", "git", "gateway", "deploy", "settings", TOLD)


class Mark(StrEnum):
    """How a row stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    NOTE = "note"


SYMBOLS = {Mark.RUNNING: "◐", Mark.DONE: "✓", Mark.FAILED: "✗", Mark.NOTE: "·"}
_MARKS = {"started": Mark.RUNNING, "done": Mark.DONE, "failed": Mark.FAILED}
_WEIGHTS = {Weight.INFORMATION: Mark.NOTE, Weight.WARNING: Mark.FAILED, Weight.ERROR: Mark.FAILED}


@dataclass(frozen=True, slots=True)
class Deed:
    """One row; its texts are harmless for a terminal. ``key`` stays the same when what it tells ends."""

    key: tuple[str, int, datetime]
    at: datetime
    source: str
    action: str
    subject: str
    mark: Mark
    seconds: float | None = None
    detail: str = ""
    deployment_id: str | None = None
    version: int | None = None

    @property
    def result(self) -> str:
        """How it went, in one short word or time."""
        if self.mark is Mark.RUNNING:
            return took((datetime.now(UTC) - self.at).total_seconds())
        return took(self.seconds) if self.seconds is not None else ""

    @property
    def first_line(self) -> str:
        """What came of it, in one line."""
        return self.detail.split("\n", 1)[0]

    def matches(self, words: Sequence[str]) -> bool:
        """Whether every one of ``words`` (in small letters) is somewhere in it."""
        text = f"{self.source} {self.action} {self.subject} {self.mark} {self.detail}".lower() if words else ""
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are shown: all that have every word, of one source (empty: any), failed ones only."""

    words: str = ""
    source: str = ""
    failed: bool = False

    def of(self, deeds: Iterable[Deed]) -> list[Deed]:
        """Those that are wanted."""
        words = self.words.lower().split()
        return [
            deed
            for deed in deeds
            if (not self.source or deed.source == self.source)
            and (not self.failed or deed.mark is Mark.FAILED)
            and deed.matches(words)
        ]


def of_entry(entry: "Activity") -> Deed:
    """What the server tells."""
    return Deed(
        ("server", entry.id, entry.at),
        entry.at,
        str(entry.source),
        plain(entry.action),
        plain(entry.subject),
        _MARKS[str(entry.status)],
        entry.duration_seconds,
        _harmless(entry.detail),
        entry.deployment_id,
        entry.version,
    )


@lru_cache(maxsize=KEPT)
def of_notice(notice: Notice) -> Deed:
    """What this program told its user."""
    key = ("told", id(notice), notice.at)
    mark = _WEIGHTS[notice.weight]
    return Deed(key, notice.at, TOLD, plain(notice.title), "", mark, detail=_harmless(notice.text))


def newest_first(deeds: Iterable[Deed], notices: Iterable[Notice]) -> list[Deed]:
    """Both in one list."""
    return sorted([*deeds, *map(of_notice, notices)], key=lambda deed: deed.at, reverse=True)


def _harmless(text: str) -> str:
    return "\n".join(map(plain, text.splitlines()))
