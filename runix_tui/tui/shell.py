"""A program in place of the screen: the terminal is given to it and taken back when it ends."""

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from runix_tui.core.terminal import plain
from runix_tui.tui.notices import Weight

if TYPE_CHECKING:
    from runix_tui.core.wire import Shell
    from runix_tui.tui.app import RunixApp


def run_shell(app: "RunixApp", name: str, shell: "Shell") -> None:
    """Run what the server says leads into the container ``name``; the screen comes back when it ends."""
    try:
        with app.suspend():
            sys.stdout.write(f"A shell in {plain(name)}; `exit` leads back to Runix.\n")
            sys.stdout.flush()
            done = subprocess.run(shell.command, env={**os.environ, **shell.environment}, check=False)
    except SuspendNotSupported:
        app.tell(f"shell in {name}", "This terminal cannot be lent to another program.", Weight.WARNING)
    except OSError as error:
        app.tell(f"shell in {name}", f"{shell.command[0]}: {error.strerror}", Weight.ERROR)
    else:
        if done.returncode not in (0, 130):
            app.tell(f"shell in {name}", f"It ended with code {done.returncode}.", Weight.WARNING)
