"""``runix`` alone: whether this terminal can show the full-screen UI, and opening it."""

import os
import sys
from contextlib import suppress
from typing import NoReturn

from runix_tui.cli import faults
from runix_tui.cli.output import say
from runix_tui.cli.progress import Waiting
from runix_tui.cli.session import hide_token, home
from runix_tui.errors import RunixError

PLAIN_TERMINALS = ("dumb", "unknown")


def missing() -> str:
    """Why the full-screen UI cannot be shown here; empty when it can."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return "The full-screen UI needs a terminal: start `runix` in one."
    kind = os.environ.get("TERM", "")
    if kind in PLAIN_TERMINALS:
        return f"The full-screen UI needs a terminal that can move its cursor; TERM={kind} says that this one can't."
    return ""


def completing() -> bool:
    """Whether a shell asks what a command line could become."""
    return "_RUNIX_COMPLETE" in os.environ


def show(select: str = "", token: str | None = None) -> NoReturn:
    """Open it, with the service called ``select`` chosen, and end when it is left. ``token`` is that of the
    environment where this process has it from elsewhere."""
    from runix_tui.bootstrap.front import Front

    front = Front(home(), hide_token() if token is None else token)
    try:
        code = front.show(select)
    except RunixError as error:
        code = faults.told(error)
    finally:
        with suppress(KeyboardInterrupt), Waiting("ending the server"):  # it ends without being waited for, too
            front.leave()
    sys.stdout.flush()
    os._exit(code)  # not sys.exit: it would wait for calls of the UI that nobody waits for any more


def refuse(reason: str) -> None:
    """Say why not, below the help."""
    say(f"\n{reason}")
