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


def took(seconds: float | None) -> str:
    """How long something took: ``0.4 s``, ``31.0 s``, ``2 min 5 s``."""
    if seconds is None:
        return "–"
    if seconds < 100:
        return f"{max(0.0, seconds):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def local(moment: datetime) -> str:
    """A moment on this machine's clock, to the second."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
