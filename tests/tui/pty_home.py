"""A home of its own for the real program in a terminal, with no engine: reading works without one."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from runix_tui.bootstrap.home import is_held, server_pid
from runix_tui.locations import Locations, locate
from runix_tui.store.store import Store
from tests.tui.pty_terminal import COLUMNS, LINES, WITHIN, Terminal

RUNIX = (sys.executable, "-P", "-m", "runix_tui")
NO_ENGINE = "unix:///nowhere/engine.sock"
Found = TypeVar("Found")


class PtyHome:
    """Folders, environment and the program; ``environ`` may be changed before the first start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RUNIX_")}
        self.environ = {
            **kept,
            "RUNIX_HOME": str(folder),
            "RUNIX_API_PORT": "0",
            "RUNIX_HTTP_PORT": "0",
            "RUNIX_ENGINE_URL": NO_ENGINE,
        }
        self.locations: Locations = locate(self.environ)

    def terminal(self, *arguments: str, columns: int = COLUMNS, lines: int = LINES) -> Terminal:
        """``runix`` in a terminal."""
        return Terminal((*RUNIX, *arguments), self.environ, columns=columns, lines=lines)

    def store(self) -> Store:
        """Its store, made when it is not there; close it before the program starts."""
        self.locations.prepare()
        return Store.open(self.locations.database)

    @property
    def server(self) -> int | None:
        """The process of the server that holds this home."""
        return server_pid(self.locations) if is_held(self.locations) else None


@contextmanager
def pty_home() -> Iterator[PtyHome]:
    """A home in a short folder; its server is ended and its files are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="rx-"))
    found = PtyHome(folder)
    try:
        yield found
    finally:
        pid = found.server
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(found.locations.runtime, ignore_errors=True)


def eventually(question: Callable[[], Found | None], *, within: float = WITHIN) -> Found:
    """Ask until the answer is true; gives it. Processes tell nobody when they end."""
    deadline = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return answer
