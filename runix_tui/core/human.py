"""Times and sizes as people read them, short. Pure; what a number means is the caller's."""

from datetime import UTC, datetime


def age(moment: datetime) -> str:
    """How long ago, short: ``12s``, ``5m``, ``3h``, ``2d``."""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def size(count: int | None) -> str:
    """Bytes for people."""
    if count is None:
        return "–"
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"
