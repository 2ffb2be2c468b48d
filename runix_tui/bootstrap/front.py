"""The full-screen UI and its way to a server, put together; and how the two end, whatever ends them.

A server that is missing is started before Textual is loaded: both take their time at once.
"""

import asyncio
import gc
import io
import os
import signal
import threading
import traceback
from typing import TYPE_CHECKING

from runix_tui.bootstrap.link import HomeLink
from runix_tui.bootstrap.private import write_private
from runix_tui.bootstrap.terminal import Terminal
from runix_tui.errors import RunixError
from runix_tui.locations import Locations

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp
    from runix_tui.tui.loan import Loan

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
ENDS_WITHIN = 2.0  # seconds from a signal to the terminal's being as it was
LOADED_WITHIN = 2.0  # seconds
BY_SIGNAL = 128  # as shells give it


class Front:
    """The UI of one home in this process's terminal."""

    def __init__(self, locations: Locations, given_token: str) -> None:
        self._locations = locations
        self._link = HomeLink(locations, given_token)
        self._terminal = Terminal()

    def show(self, select: str = "") -> int:
        """Show it until it is left, with the service called ``select`` chosen. The exit code.

        Raises ``RunixError`` when the UI itself breaks.
        """
        self._link.begin()
        gc.disable()  # what is being loaded stays: looking for garbage in it makes the first frame later
        from rich.console import Console

        from runix_tui.tui.app import RunixApp
        from runix_tui.tui.link import StartOptions

        app = RunixApp(self._link, StartOptions(select=select))
        app.error_console = Console(file=io.StringIO())  # not the trace with the values of all variables
        # The loop is not closed: that would wait for the calls in flight, one of which may be a rollback of minutes.
        code = asyncio.new_event_loop().run_until_complete(self._shown(app))
        if app._exception is not None:  # there is no public name for it
            raise self._broken(app._exception)
        return code

    def _broken(self, error: Exception) -> RunixError:
        """The error for a fault of the UI's own; where it happened is kept in the home."""
        log = self._locations.front_log
        hint = f"{log} says where. Services go on; start `runix` again, or use its commands."
        try:
            write_private(log, "".join(traceback.format_exception(error)))
        except RunixError as unwritten:
            hint = unwritten.message
        return RunixError(f"The full-screen UI broke: {type(error).__name__}: {error}", hint=hint, code="front_broken")

    def leave(self) -> None:
        """End the own server, unless it was told to go on."""
        self._link.leave(keep=False)

    async def _shown(self, app: "RunixApp") -> int:
        from runix_tui.tui.loan import borrower

        got: list[int] = []
        limits: list[threading.Timer] = []

        def end(number: int) -> None:
            lent = borrower()
            if lent is not None:
                lent.signal(number)
                if not lent.recalled:
                    return
            got.append(number)
            if not limits:
                limit = threading.Timer(ENDS_WITHIN, self._give_up, (number, lent))
                limit.daemon = True
                limit.start()
                limits.append(limit)
                if lent is None:  # else when it has the terminal back
                    app.exit()

        loop = asyncio.get_running_loop()
        loop.call_later(LOADED_WITHIN, _collect_again)
        for number in ENDING:
            loop.add_signal_handler(number, end, number)
        await app.run_async()
        for number in ENDING:
            loop.remove_signal_handler(number)
        for limit in limits:
            limit.cancel()
        return BY_SIGNAL + got[0] if got else app.return_code or 0

    def _give_up(self, number: int, lent: "Loan | None") -> None:
        """The UI does not end: its terminal takes nothing any more, or who borrowed it goes on."""
        if lent is not None:
            lent.kill()
        self._terminal.restore()
        os._exit(BY_SIGNAL + number)  # the own server sees the end of its pipe


def _collect_again() -> None:
    """Garbage is looked for from now on; what was loaded is not looked at again, which would stall keys."""
    gc.freeze()
    gc.enable()
