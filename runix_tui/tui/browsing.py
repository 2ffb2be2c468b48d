"""An address shown in the user's browser, never in the terminal that the screen is in.

Where there is no desktop, Python falls back to browsers of the terminal, which would take it. So which browser is
looked for is decided here, and it is started without a terminal. Blocks: call it in a thread.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import PurePath

IN_A_TERMINAL = frozenset({"www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh", "carbonyl", "chawan"})
PATIENCE = 6.0  # seconds; Python itself waits 5 for a browser that goes on
SHOW = (sys.executable, "-I", "-c", "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))")


def shown(url: str, environ: Mapping[str, str] = os.environ, *, patience: float = PATIENCE) -> bool:
    """Whether a browser shows ``url`` now; one that has not said so within ``patience`` seconds goes on."""
    wanted = desktop(environ)
    if wanted is None:
        return False
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(
        (*SHOW, url), env=wanted, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
    )
    try:
        return process.wait(patience) == 0
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True).start()  # however long the browser is used
        return True


def desktop(environ: Mapping[str, str], platform: str = sys.platform) -> dict[str, str] | None:
    """The environment in which a browser with a window is found; None: there is none here, as over ssh."""
    named = [each for each in environ.get("BROWSER", "").split(os.pathsep) if each and not _in_a_terminal(each)]
    windows = bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    if not named and not windows and (platform != "darwin" or "SSH_CONNECTION" in environ):
        return None
    kept = {name: value for name, value in environ.items() if name not in ("BROWSER", "TERM")}  # TERM: those again
    return kept | ({"BROWSER": os.pathsep.join(named)} if named else {})


def _in_a_terminal(command: str) -> bool:
    words = command.split(maxsplit=1)
    return not words or PurePath(words[0]).name in IN_A_TERMINAL
