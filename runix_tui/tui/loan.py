"""The terminal, lent to another program until that ends: nothing is drawn meanwhile, and signals are that program's.

A process has one terminal, so who borrowed it is known to the module. What is run, and why, is the caller's.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from textual.app import App

_loans: list["Loan"] = []  # one at most


class Loan:
    """One program that has the terminal."""

    def __init__(self) -> None:
        self.recalled = False  # by a signal: this program is to end
        self._process: asyncio.subprocess.Process | None = None
        self._entered = asyncio.Event()

    def signal(self, number: int) -> None:
        """A signal came to this process. What a terminal sends (ctrl-c), the borrower has got; others are passed on."""
        if number == signal.SIGINT:
            return
        self.recalled = True
        self._entered.set()
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def kill(self) -> None:
        """It does not end and has to; from any thread."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def run(self, command: Sequence[str], environment: Mapping[str, str], *, stay: bool) -> int:
        """Its exit code; ``stay``: once somebody pressed Enter."""
        self._process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment})
        code = await self._process.wait()
        if stay and not self.recalled:
            await self._enter()
        return code

    async def _enter(self) -> None:
        sys.stdout.write("\nEnter leads back to Runix. ")
        sys.stdout.flush()
        loop, here = asyncio.get_running_loop(), sys.stdin.fileno()
        loop.add_reader(here, self._entered.set)
        try:
            await self._entered.wait()
        finally:
            loop.remove_reader(here)
        if not self.recalled:
            os.read(here, 1024)


def borrower() -> Loan | None:
    """Who has the terminal in place of the app."""
    return _loans[0] if _loans else None


async def lend(
    app: App[Any],
    command: Sequence[str],
    *,
    before: str = "",
    environment: Mapping[str, str] | None = None,
    stay: bool = False,
) -> int | None:
    """Give the terminal to ``command`` until it ends; its exit code, or None when another program has it already.

    ``before`` is said first; ``stay`` leaves what it said on the screen until Enter. Who gives up waiting for it does
    not end it. Raises ``SuspendNotSupported`` where a terminal cannot be lent, ``OSError`` when it cannot be run.
    """
    if _loans:
        return None
    return await asyncio.shield(asyncio.ensure_future(_lent(app, command, before, environment or {}, stay=stay)))


def lend_to_shell(app: App[Any]) -> None:
    """Stop this job, as ctrl-z does everywhere, until the shell goes on with it; for an instant where no shell does.

    Raises ``SuspendNotSupported`` where a terminal cannot be lent.
    """
    with app.suspend():
        before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.killpg(0, signal.SIGTSTP)  # a group that nobody could go on with is not stopped by the kernel
        signal.signal(signal.SIGTSTP, before)


async def _lent(
    app: App[Any], command: Sequence[str], before: str, environment: Mapping[str, str], *, stay: bool
) -> int:
    loan = Loan()
    _loans.append(loan)
    try:
        with app.batch_update(), app.suspend():  # the batch: what changes meanwhile is drawn when it is back
            try:
                if before:
                    sys.stdout.write(f"{before}\n")
                    sys.stdout.flush()
                return await loan.run(command, environment, stay=stay)
            except OSError as error:
                failure = error  # raised once the terminal is back: a suspended app is not resumed by an error
        raise failure
    finally:
        _loans.remove(loan)
        if loan.recalled:
            app.exit()
        else:
            app.refresh(layout=True)
