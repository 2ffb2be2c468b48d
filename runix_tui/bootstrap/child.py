"""A server as a process of its own: how it is started, and what its last words were.

Who waits for it, and how it ends, is for ``detached`` and ``link``.
"""

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from runix_tui.bootstrap.owner import CODE, KEEP
from runix_tui.bootstrap.private import using
from runix_tui.bootstrap.token import TOKEN_VARIABLE
from runix_tui.core.secret import Secret
from runix_tui.errors import EXIT_TRANSIENT, RunixError, Unavailable
from runix_tui.locations import PRIVATE_FILE, Locations

LOG_LIMIT = 1024**2  # bytes of a server's log; beyond it the next start begins a new one and keeps this one beside it
COMPLAINT = "runix: "  # how a command begins to say why it ends


@dataclass(frozen=True, slots=True)
class Child:
    """A server that this process started. ``said_before`` is where its words begin in the log."""

    process: "subprocess.Popen[bytes]"
    log: Path
    said_before: int

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None

    def failure(self) -> RunixError:
        """Why it ended at once, in its own words."""
        return last_words(self.log, self.said_before, self.process.returncode)

    def keep(self) -> None:
        """An owned server is to go on without its owner."""
        self._last_line(KEEP)

    def let_go(self) -> None:
        """An owned server is to end: nobody holds its pipe any more."""
        self._last_line(b"")

    def _last_line(self, line: bytes) -> None:
        assert self.process.stdin  # noqa: S101 - owned servers have one
        with contextlib.suppress(BrokenPipeError), self.process.stdin as pipe:  # it may have ended
            pipe.write(line)


def spawn(locations: Locations, token: Secret | None, arguments: tuple[str, ...] = (), *, owned: bool = False) -> Child:
    """Start ``runix serve`` in a session of its own: it keeps nothing of the caller, no terminal, folder or open file.

    ``token`` goes to it through a pipe, never through the environment. An ``owned`` one ends with this process.
    The home must be there. Raises ``ConfigError``, ``Unavailable``.
    """
    with using(locations.server_log):
        log = _open_log(locations.server_log)
        said_before = os.fstat(log).st_size
    more = [*(["--owned"] if owned else []), *(["--token-stdin"] if token else [])]
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "runix_tui", "serve", *arguments, *more],
            stdin=subprocess.PIPE if token or owned else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=environment(),
        )
    except OSError as error:
        raise Unavailable(
            f"No server can be started: {error.strerror}", code="server_failed", hint="Free some memory, then again."
        ) from error
    finally:
        os.close(log)
    _hand_over(process, token, owned=owned)
    return Child(process, locations.server_log, said_before)


def _hand_over(process: "subprocess.Popen[bytes]", token: Secret | None, *, owned: bool) -> None:
    pipe = process.stdin
    if pipe is None:
        return
    with contextlib.suppress(BrokenPipeError):  # it ended at once: its last words say why
        if token:
            pipe.write(token.reveal().encode() + b"\n")
            pipe.flush()
        if not owned:
            pipe.close()


def environment() -> dict[str, str]:
    """The caller's environment without the token, and with a home that means the same from another folder."""
    found = {name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE}
    home = found.get("RUNIX_HOME")
    return found | {"RUNIX_HOME": str(Path(home).expanduser().resolve())} if home else found


def _open_log(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".old.log"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE_FILE)


def last_words(log: Path, said_before: int, code: int) -> RunixError:
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
    said = next((line.removeprefix(CODE) for line in lines if line.startswith(CODE)), "server_failed")
    return RunixError(message, hint=hint, code=said, transient=code == EXIT_TRANSIENT)
