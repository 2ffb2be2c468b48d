"""Logs that were left, as they were read: whoever comes back to one goes on where they were. Not kept over visits."""

from runix_tui.tui.logs.log import Phase
from runix_tui.tui.logs.reading import Reading
from runix_tui.tui.logs.source import LogSource

MOST = 20  # logs
MOST_BYTES = 256 * 1024**2  # of their lines, on disk


class Shelf:
    """Readings that nobody follows now. The one left last has a place; those before it as far as there is room."""

    def __init__(self) -> None:
        self._left: dict[LogSource, Reading] = {}  # the one left last is the last

    def put(self, reading: Reading) -> None:
        """Keep it, unless there is no such log any more."""
        if reading.log.phase is Phase.GONE:
            reading.log.close()
            return
        self._left[reading.log.source] = reading
        while len(self._left) > 1 and (len(self._left) > MOST or self._size > MOST_BYTES):
            self._left.pop(next(iter(self._left))).log.close()

    def take(self, source: LogSource) -> Reading | None:
        """How this log was read, if it is here still."""
        return self._left.pop(source, None)

    def close(self) -> None:
        """Give all room back."""
        for reading in self._left.values():
            reading.log.close()
        self._left.clear()

    @property
    def _size(self) -> int:
        return sum(reading.log.spool.size for reading in self._left.values())
