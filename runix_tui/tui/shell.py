"""Programs in place of the screen: which they are, and what the user is told when one cannot be."""

import os
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from runix_tui.core.terminal import plain
from runix_tui.errors import EXIT_INTERRUPTED
from runix_tui.tui.loan import lend
from runix_tui.tui.notices import Weight

if TYPE_CHECKING:
    from runix_tui.core.wire import Shell
    from runix_tui.tui.app import RunixApp

PAGER = "less"
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


async def run_instead(
    app: "RunixApp",
    doing: str,
    command: Sequence[str],
    *,
    before: str = "",
    environment: Mapping[str, str] | None = None,
    stay: bool = False,
) -> int | None:
    """:func:`loan.lend`; None when it did not run, of which the user is told."""
    try:
        return await lend(app, command, before=before, environment=environment, stay=stay)
    except SuspendNotSupported:
        app.tell(doing, "This terminal cannot be lent to another program.", Weight.WARNING)
    except OSError as error:
        app.tell(doing, f"{command[0]}: {error.strerror}", Weight.ERROR)
    return None


async def run_shell(app: "RunixApp", name: str, shell: "Shell") -> None:
    """Run what the server says leads into the container ``name``; the screen comes back when it ends."""
    doing = f"shell in {name}"
    environment = {key: value for key, value in shell.environment.items() if key != "PATH"}  # one's own stays
    if not leads_inside(shell.command, environment):
        app.tell(doing, "The server names no way into a container, so nothing was run.", Weight.ERROR)
        return
    before = f"A shell in {plain(name)}; `exit` leads back to Runix."
    code = await run_instead(app, doing, shell.command, before=before, environment=environment)
    if code not in (None, 0, EXIT_INTERRUPTED):
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
    here = next(filter(shutil.which, EDITORS), EDITORS[-1])
    return argv_of(environ.get("VISUAL") or environ.get("EDITOR") or "", here)


def pager(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The user's pager, as an argument list."""
    return argv_of(environ.get("PAGER") or "", PAGER)


def argv_of(named: str, default: str) -> list[str]:
    """A program with its options as the environment names it; ``default`` when it names none that can be read."""
    with suppress(ValueError):  # a quote that is not closed
        return shlex.split(named) or [default]
    return [default]
