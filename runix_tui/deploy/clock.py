"""The real clock, and how moments are written in logs."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """``core.ports.Clock`` on the machine's own clocks."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with nine digits of a second (``2026-02-25T10:00:00.123456000Z``), as log lines carry it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z"
