"""Runs the doctor's remedies: installs packages, grants subordinate ids. Says every command before it is run."""

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping

from runix_tui.core.checkup import Check, Level
from runix_tui.core.ports import LogSink

TIMEOUT = 900.0  # seconds for one command: a package manager on a slow line
_FAILED = 127

Run = Callable[[tuple[str, ...], LogSink], int]
"""Runs a command, gives its output line by line to the sink, and gives its exit code."""


def fix(checks: Iterable[Check], log: LogSink, *, run: Run | None = None) -> bool:
    """Run the remedies of all checks that are not well, each command once; whether all of them succeeded.

    Programs that are missing are installed by one command. The caller examines again to see what came of it.
    """
    run = run or run_command
    commands = merged(check for check in checks if check.level is not Level.OK)
    if not commands:
        log("runix", "Nothing here can be mended by a command.")
    succeeded = [_say_and_run(command, log, run) for command in commands]  # all of them, also after a failure
    return all(succeeded)


def merged(checks: Iterable[Check]) -> list[tuple[str, ...]]:
    """The commands of ``checks`` in order, each once; installations of the same manager become one."""
    found: list[tuple[str, ...]] = []
    for command in (command for check in checks for command in check.fix):
        same = next((at for at, other in enumerate(found) if _installs_like(other, command)), None)
        if command in found:
            continue
        if same is None:
            found.append(command)
        else:
            found[same] += tuple(word for word in command[_packages_at(command) :] if word not in found[same])
    return found


def run_command(command: tuple[str, ...], log: LogSink, environ: Mapping[str, str] = os.environ) -> int:
    """Run ``command`` on the user's terminal (sudo may ask for a password), its output going to ``log``."""
    try:
        with subprocess.Popen(
            _with_environ(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environ) | _QUIET,
            text=True,
            errors="replace",
        ) as child:
            for line in child.stdout or ():
                log("stdout", line.rstrip("\n"))
            return child.wait(TIMEOUT)
    except OSError as error:
        log("stderr", f"{command[0]}: {error.strerror}")
        return _FAILED


_QUIET = {"DEBIAN_FRONTEND": "noninteractive"}  # apt must not ask


def _with_environ(command: tuple[str, ...]) -> tuple[str, ...]:
    """sudo hands no environment on: say it again behind it."""
    if command[0] != "sudo":
        return command
    return ("sudo", "env", *(f"{name}={value}" for name, value in _QUIET.items()), *command[1:])


def _say_and_run(command: tuple[str, ...], log: LogSink, run: Run) -> bool:
    log("runix", f"$ {' '.join(command)}")
    code = run(command, log)
    if code:
        log("runix", f"That failed with exit code {code}.")
    return code == 0


def _installs_like(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    at = _packages_at(one)
    return at > 0 and one[:at] == other[:at]


def _packages_at(command: tuple[str, ...]) -> int:
    """Where the packages of an installing command begin (after its last option); 0: it installs nothing."""
    verbs = {"install", "add", "-S"}
    at = next((at for at, word in enumerate(command) if word in verbs), -1) + 1
    while at and at < len(command) and command[at].startswith("-"):
        at += 1
    return at
