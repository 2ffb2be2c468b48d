"""A rollback that was begun: goes on whether anybody looks or not; what came of it is found out. Draws nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runix_tui.core.stages import ENDED, Stage
from runix_tui.errors import RunixError, Unavailable
from runix_tui.tui.walks import ending_word

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, VersionDetails
    from runix_tui.tui.connection import Connection
    from runix_tui.tui.known import Known

NO_ANSWER = "server_gone"  # the code of a call that broke after it was made: it may have been done
LOOK_AGAIN = 0.25  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the version that it made, as far as that is known; ``error``: why it was not done."""

    made: "VersionDetails | None"
    error: RunixError | None = None


class Rolling:
    """The rollback of ``deployment`` to version ``number``; ``before`` is the newest version that was there."""

    def __init__(
        self, connection: "Connection", known: "Known", deployment: "Deployment", number: int | None, before: int
    ) -> None:
        self._connection = connection
        self._known = known
        self._one = deployment
        self._number = number
        self._before = before

    async def run(self, unsure: Callable[[], None]) -> Outcome:
        """Do it. ``unsure`` is told when the server went before it said how it ended; the next one knows."""
        try:
            await self._connection.call(lambda client: client.rollback(self._one.id, self._number), patient=True)
        except RunixError as error:
            if error.code != NO_ANSWER:
                return Outcome(await self.made(), error)
            unsure()
            return await self._found_out()
        return Outcome(await self.made())

    async def made(self) -> "VersionDetails | None":
        """The version that it made, as it stands; None: none yet, or it cannot be read."""
        try:
            return await self._read()
        except RunixError:
            return None

    async def _found_out(self) -> Outcome:
        """What the server says once it is back."""
        while True:
            await self._connection.streams()
            try:
                made = await self._read()
            except Unavailable:  # the connection is not known to be broken yet, or breaks again
                await asyncio.sleep(LOOK_AGAIN)
                continue
            except RunixError as error:  # it was deleted meanwhile: asking again tells no more
                return Outcome(None, error)
            if made is None:
                return Outcome(None, RunixError("The server ended before it began", hint="b asks once more."))
            if made.stage in ENDED:
                return Outcome(made, _why_not(made))
            await asyncio.sleep(LOOK_AGAIN)

    async def _read(self) -> "VersionDetails | None":
        history = await self._known.read_history(self._one.id)
        mine = (each for each in history if each.version > self._before and each.rollback_of == self._number)
        newest = next(mine, None)
        return await self._known.read_version(self._one.id, newest.version) if newest is not None else None


def _why_not(made: "VersionDetails") -> RunixError | None:
    """Why a version whose walk ended never served; None: it did."""
    if made.stage is Stage.LIVE:
        return None
    if made.error is not None:
        return RunixError(made.error.message, hint=made.error.hint)
    return RunixError(f"v{made.version} was {ending_word(made.stage)}", hint="b asks once more.")
