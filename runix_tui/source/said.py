"""Words of a remote, a commit or a file name, made fit for a log: one line, no control or direction characters."""

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from runix_tui.core.models import Commit

if TYPE_CHECKING:
    import pygit2


def plain(text: str | bytes, limit: int = 200) -> str:
    """``text`` on one line without control characters, at most ``limit`` characters long."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    words = "".join(" " if char.isspace() else char for char in text[: 4 * limit])
    clean = "".join(char for char in words if char.isprintable())
    line = " ".join(clean.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def some(names: list[str], most: int = 5) -> str:
    """The first few of many names, for a message: ``a, b and 7 more``."""
    shown = ", ".join(plain(name, 100) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def describe(commit: "pygit2.Commit") -> Commit:
    """A commit as history shows it. Whatever its author put there, the text is fit to show."""
    subject = commit.raw_message.decode("utf-8", "replace").strip().partition("\n")[0]
    author = commit.author
    return Commit(str(commit.id), plain(author.raw_name), plain(subject), _when(author.time, author.offset))


def _when(seconds: int, minutes: int) -> datetime | None:
    try:
        zone = timezone(timedelta(minutes=minutes))
        return datetime.fromtimestamp(seconds, zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
