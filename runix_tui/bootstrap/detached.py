"""A server in the background: started, waited for, ended. Everything that is told about it comes from its home."""

import os
import signal
import time

from runix_tui.bootstrap.child import Child, spawn
from runix_tui.bootstrap.home import ServerHint, accepting, is_held, make, server_pid
from runix_tui.core.secret import Secret
from runix_tui.errors import RunixError, Unavailable
from runix_tui.locations import Locations

STARTS_WITHIN = 60.0  # seconds
ENDS_WITHIN = 15.0  # seconds; a server promises 10
LOOK_EVERY = 0.03


def reach(locations: Locations) -> ServerHint | None:
    """The server of this home, waited for when it is just starting; None when none runs. Raises ``Unavailable``."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        hint = accepting(locations)
        if hint or not is_held(locations):
            return hint
        if time.monotonic() > deadline:
            raise slow(locations)
        time.sleep(LOOK_EVERY)


def start(locations: Locations, token: Secret | None, arguments: tuple[str, ...] = ()) -> ServerHint:
    """Start a server that goes on without its caller, and wait until it accepts requests.

    Raises ``RunixError`` with its last words, ``Unavailable`` when it takes too long.
    """
    make(locations)
    return _wait(locations, spawn(locations, token, arguments))


def stop(locations: Locations) -> bool:
    """End the server of this home and wait for it; False when none runs. Raises ``RunixError`` when it does not end.

    A front end that is open has another one soon.
    """
    if not is_held(locations):
        return False
    pid = server_pid(locations)
    if pid is None:
        raise RunixError(
            "A server holds this home but has not said who it is", hint="It is just starting: try again in a moment."
        )
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise RunixError(f"The server (pid {pid}) is another user's", hint="Let that user end it.") from error
    deadline = time.monotonic() + ENDS_WITHIN
    while is_held(locations) and server_pid(locations) == pid:  # a front end may take over at once
        if time.monotonic() > deadline:
            raise RunixError(f"The server (pid {pid}) does not end", hint=f"Look at {locations.server_log}.")
        time.sleep(LOOK_EVERY)
    return True


def _wait(locations: Locations, child: Child) -> ServerHint:
    """Until a server answers: ``child``, or one that somebody else started at the same moment."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if hint := accepting(locations):
            return hint
        if child.ended and not is_held(locations):
            raise child.failure()
        time.sleep(LOOK_EVERY)
    raise slow(locations)


def slow(locations: Locations) -> Unavailable:
    """The error for a server that was waited for long enough."""
    return Unavailable(
        "The server does not come up",
        code="server_failed",
        hint=f"{locations.server_log} says what it does; `runix serve --stop` ends it.",
    )
