"""A program in place of the screen: the terminal is given to it and taken back when it ends."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from runix_tui.core.terminal import plain
from runix_tui.tui.notices import Weight

if TYPE_CHECKING:
    from runix_tui.core.wire import Shell
    from runix_tui.tui.app import RunixApp

EDITORS = ("sensible-editor", "nano", "vi")
CONTAINER = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)  # a name or an id
PODMANS = frozenset(  # what says where its containers are; nothing that says what else is loaded or run
    {
        "CONTAINERS_CONF",
        "CONTAINERS_STORAGE_CONF",
        "STORAGE_DRIVER",
        "STORAGE_OPTS",
        "HOME",
        "XDG_RUNTIME_DIR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
    }
)
INTERRUPTED = 130  # what a shell ends with after ctrl-c


def lend(
    app: "RunixApp",
    doing: str,
    command: Sequence[str],
    *,
    before: str = "",
    environment: Mapping[str, str] | None = None,
    stay: bool = False,
) -> int | None:
    """Give the terminal to ``command`` until it ends; its exit code, or None when it did not run (the user is told).

    ``before`` is said first; ``stay`` leaves what it said on the screen until Enter.
    """
    try:
        with app.suspend():
            if before:
                sys.stdout.write(f"{before}\n")
                sys.stdout.flush()
            done = subprocess.run(command, env={**os.environ, **(environment or {})}, check=False)
            if stay:
                _wait_for_enter()
    except SuspendNotSupported:
        app.tell(doing, "This terminal cannot be lent to another program.", Weight.WARNING)
    except OSError as error:
        app.tell(doing, f"{command[0]}: {error.strerror}", Weight.ERROR)
    else:
        return done.returncode
    return None


def run_shell(app: "RunixApp", name: str, shell: "Shell") -> None:
    """Run what the server says leads into the container ``name``; the screen comes back when it ends."""
    doing = f"shell in {name}"
    environment = {key: value for key, value in shell.environment.items() if key != "PATH"}  # one's own stays
    if not leads_inside(shell.command, environment):
        app.tell(doing, "The server names no way into a container, so nothing was run.", Weight.ERROR)
        return
    before = f"A shell in {plain(name)}; `exit` leads back to Runix."
    code = lend(app, doing, shell.command, before=before, environment=environment)
    if code not in (None, 0, INTERRUPTED):
        app.tell(doing, f"It ended with code {code}.", Weight.WARNING)


def leads_inside(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether this is Podman with a shell in a container and nothing else: a server says so, and it is run here."""
    program, *arguments = command or ("",)
    if arguments[:1] == ["--url"] and arguments[1:] and arguments[1].startswith("unix:///"):
        arguments = arguments[2:]
    named = program == "podman" or (program.startswith("/") and program.endswith("/podman"))
    shaped = arguments[:3] == ["exec", "--interactive", "--tty"] and arguments[4:] == ["/bin/sh"]
    return named and shaped and bool(CONTAINER.fullmatch(arguments[3])) and environment.keys() <= PODMANS


def editor(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The user's editor, as an argument list; none is named: one that is here."""
    named = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "")
    return named or [next(filter(shutil.which, EDITORS), EDITORS[-1])]


def _wait_for_enter() -> None:
    sys.stdout.write("\nEnter leads back to Runix. ")
    sys.stdout.flush()
    sys.stdin.readline()
