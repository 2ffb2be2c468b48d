"""From found line to found line, and from error to error, in what a log view shows."""

from collections.abc import Callable

from runix_tui.tui.widgets.log_view import LogView


class LogWalk:
    """Walks ``view`` through what its reading finds; ``say`` tells the reader why it goes no further."""

    def __init__(self, view: LogView, say: Callable[[str], None]) -> None:
        self._view = view
        self._say = say
        self._wanted = False  # whether the first found line is to be gone to when there is one
        self._errors = 0  # that are still to be gone to, older ones when negative

    def start(self) -> None:
        """Something else is looked for: to the nearest line that has it, as soon as it is found."""
        self._view.position.current = None
        self._wanted = True

    def stop(self) -> None:
        """Stay, whatever is found from now on."""
        self._wanted = False

    def found_more(self) -> None:
        """More lines were found."""
        if self._wanted:
            self._to_nearest()

    def match(self, by: int) -> None:
        """To the next found line, or the one before; from one end on to the other."""
        reading, current = self._view.reading, self._view.position.current
        if reading is None or reading.found is None or not reading.found.ids:
            return
        if current is None:
            self._to_nearest()
            return
        at = reading.found.index(current) + by
        if at < 0 and reading.busy:
            self._say("Older lines are still looked through.")
            return
        self._stand_at(reading.found.ids[at % len(reading.found.ids)])

    def _to_nearest(self) -> None:
        """To the found line that is nearest to what is on the screen, rather above than below."""
        reading, shown = self._view.reading, self._view.position.shown
        if reading is None or reading.found is None or not shown:
            self._wanted = False
            return
        at = reading.found.index(shown[-1][0] + 1) - 1
        if at >= 0 or (reading.found.ids and not reading.busy):
            self._stand_at(reading.found.ids[max(0, at)])
        self._wanted = at < 0 and reading.busy

    async def errors(self, by: int) -> None:
        """To the next error, or the one before. While older lines are fetched for it, further steps add up."""
        busy, self._errors = self._errors != 0, self._errors + by
        try:
            while self._errors and not busy:
                step = 1 if self._errors > 0 else -1
                if not await self._error(step):
                    break
                self._errors -= step
        finally:
            self._errors = self._errors if busy else 0

    async def _error(self, by: int) -> bool:
        reading = self._view.reading
        found = await reading.next_bad(self._from(by), back=by < 0) if reading is not None else None
        if reading is None or reading is not self._view.reading:
            return False
        if found is None:
            self._say(f"No {'older' if by < 0 else 'newer'} error in this log.")
            return False
        self._stand_at(found)
        return True

    def _from(self, by: int) -> int:
        """Where to look for an error from: the one that was gone to, or an end of the screen."""
        position = self._view.position
        shown, current = position.shown, position.current
        if current is not None and position.has(current):
            return current
        return 0 if not shown else shown[-1][0] + 1 if by < 0 else shown[0][0] - 1

    def _stand_at(self, line_id: int) -> None:
        self._wanted = False
        self._view.position.current = line_id
        self._view.go_to(line_id)
