"""A server in the background: started, waited for, ended. Everything that is told about it comes from its home."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from runix_tui.bootstrap.home import ServerHint, is_held, server_hint, server_pid
from runix_tui.bootstrap.private import using
from runix_tui.bootstrap.token import TOKEN_VARIABLE
from runix_tui.core.secret import Secret
from runix_tui.errors import EXIT_TRANSIENT, RunixError, Unavailable
from runix_tui.locations import PRIVATE_FILE, Locations

STARTS_WITHIN = 60.0  # seconds
ENDS_WITHIN = 15.0  # seconds; a server promises 10
LOG_LIMIT = 1024**2  # bytes of a server's log; beyond it the next start begins a new one and keeps this one beside it
LOOK_EVERY = 0.03
COMPLAINT = "runix: "  # how a command begins to say why it ends


def reach(locations: Locations) -> ServerHint | None:
    """The server of this home, waited for when it is just starting; None when none runs. Raises ``Unavailable``."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        hint = server_hint(locations)
        if hint or not is_held(locations):
            return hint
        if time.monotonic() > deadline:
            raise _slow(locations)
        time.sleep(LOOK_EVERY)


def start(locations: Locations, token: Secret | None, arguments: tuple[str, ...] = ()) -> ServerHint:
    """Start ``runix serve`` in a session of its own and wait until it accepts requests.

    It keeps nothing of the caller: no terminal, folder or open file. ``token`` goes to it through a pipe, never through
    the environment. Raises ``RunixError`` with its last words, ``Unavailable`` when it takes too long.
    """
    locations.prepare()
    with using(locations.server_log):
        log = _open_log(locations.server_log)
        said_before = os.fstat(log).st_size
    command = [sys.executable, "-P", "-m", "runix_tui", "serve", *arguments]
    try:
        child = subprocess.Popen(
            [*command, "--token-stdin"] if token else command,
            stdin=subprocess.PIPE if token else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=_environ(),
        )
    finally:
        os.close(log)
    if token and child.stdin:
        with contextlib.suppress(BrokenPipeError), child.stdin as pipe:  # it ended at once: its last words say why
            pipe.write(token.reveal().encode())
    return _wait(locations, child, said_before)


def stop(locations: Locations) -> bool:
    """End the server of this home and wait for it; False when none runs. Raises ``RunixError`` when it does not end."""
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
    while is_held(locations):
        if time.monotonic() > deadline:
            raise RunixError(f"The server (pid {pid}) does not end", hint=f"Look at {locations.server_log}.")
        time.sleep(LOOK_EVERY)
    return True


def _environ() -> dict[str, str]:
    """The caller's environment without the token, and with a home that means the same from another folder."""
    found = {name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE}
    home = found.get("RUNIX_HOME")
    return found | {"RUNIX_HOME": str(Path(home).expanduser().resolve())} if home else found


def _open_log(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".old.log"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE_FILE)


def _wait(locations: Locations, child: "subprocess.Popen[bytes]", said_before: int) -> ServerHint:
    """Until a server answers: ``child``, or one that somebody else started at the same moment."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        hint = server_hint(locations)
        if hint:
            return hint
        code = child.poll()
        if code is not None and not is_held(locations):
            raise _failed(locations.server_log, said_before, code)
        time.sleep(LOOK_EVERY)
    raise _slow(locations)


def _slow(locations: Locations) -> Unavailable:
    return Unavailable(
        "The server does not come up",
        code="server_failed",
        hint=f"{locations.server_log} says what it does; `runix serve --stop` ends it.",
    )


def _failed(log: Path, said_before: int, code: int) -> RunixError:
    """What a server that ended at once said: its complaint and hint, else its last line."""
    with using(log), log.open("rb") as file:
        file.seek(said_before)
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    complaint = next((at for at, line in enumerate(lines) if line.startswith(COMPLAINT)), None)
    if complaint is None:
        message = f"The server ended at once: {lines[-1] if lines else 'it said nothing'}"
        hint = f"{log} has all that it said."
    else:
        message = lines[complaint].removeprefix(COMPLAINT)
        hint = " ".join(line.strip() for line in lines[complaint + 1 :])
    return RunixError(message, hint=hint, code="server_failed", transient=code == EXIT_TRANSIENT)
