"""A server in the background: started, waited for, ended. Everything that is told about it comes from its home."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from runix_tui.bootstrap.home import ServerHint, is_held, server_hint
from runix_tui.core.secret import Secret
from runix_tui.errors import RunixError, Unavailable
from runix_tui.locations import PRIVATE_FILE, Locations

STARTS_WITHIN = 30.0  # seconds
ENDS_WITHIN = 15.0  # seconds; a server promises 10
LOOK_EVERY = 0.05


def start(locations: Locations, token: Secret | None, arguments: tuple[str, ...] = ()) -> ServerHint:
    """Start ``runix serve`` in a session of its own and wait until it accepts requests.

    ``token`` goes to it through a pipe, never through the environment. Raises ``Unavailable`` with its last words.
    """
    locations.prepare()
    log = os.open(locations.server_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE_FILE)
    before = os.fstat(log).st_size
    command = [sys.executable, "-m", "runix_tui", "serve", *arguments]
    try:
        child = subprocess.Popen(
            [*command, "--token-stdin"] if token else command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )
    finally:
        os.close(log)
    assert child.stdin is not None  # noqa: S101 - asked for above
    with child.stdin as pipe:
        if token:
            pipe.write(token.reveal().encode())
    return _wait(locations, child, before)


def stop(locations: Locations) -> bool:
    """End the server of this home and wait for it; False when none runs. Raises ``RunixError`` when it does not end."""
    if not is_held(locations):
        return False
    hint = server_hint(locations)
    if hint is None:
        raise RunixError(
            "A server holds this home but has not said where it listens",
            hint="It is just starting or ending: try again in a moment.",
        )
    try:
        os.kill(hint.pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    deadline = time.monotonic() + ENDS_WITHIN
    while is_held(locations):
        if time.monotonic() > deadline:
            raise RunixError(f"The server (pid {hint.pid}) does not end", hint=f"Look at {locations.server_log}.")
        time.sleep(LOOK_EVERY)
    return True


def _wait(locations: Locations, child: "subprocess.Popen[bytes]", said_from: int) -> ServerHint:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        hint = server_hint(locations)
        if hint:  # also one that somebody else started at the same moment
            return hint
        if child.poll() is not None and not is_held(locations):
            words = _last_words(locations.server_log, said_from)
            raise Unavailable(
                words or "the server ended at once",
                code="server_failed",
                transient=False,
                hint="`runix serve` in the foreground shows more; `runix doctor` says what is missing.",
            )
        time.sleep(LOOK_EVERY)
    raise Unavailable("the server does not come up", code="server_failed", hint=f"Look at {locations.server_log}.")


def _last_words(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode("utf-8", "replace").strip()
