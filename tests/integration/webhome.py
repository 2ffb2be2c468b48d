"""``runix web`` on a home of its own without an engine, as a process, and who else may try its door."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from runix_tui.bootstrap import detached
from runix_tui.locations import locate

RUNIX = (sys.executable, "-P", "-m", "runix_tui")
NO_ENGINE = "unix:///nowhere/engine.sock"
TOKEN = "a-token-that-no-browser-may-see"


@dataclass(frozen=True, slots=True)
class WebHome:
    """A running one. ``link`` is what it printed, ``terminal`` where a person presses keys."""

    process: "subprocess.Popen[str]"
    terminal: int
    link: str

    @property
    def origin(self) -> str:
        """Its address, without a path."""
        return self.link.partition("/link/")[0]

    def another_link(self) -> str:
        """Press Enter for one."""
        os.write(self.terminal, b"\n")
        return _line(self.process)

    def tabs(self) -> list[psutil.Process]:
        """The processes behind its tabs."""
        return [each for each in psutil.Process(self.process.pid).children() if _is_tab(each)]

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(15)


@contextmanager
def web_home() -> Iterator[WebHome]:
    """Start ``runix web``. At the end it, its server and their files are gone."""
    with tempfile.TemporaryDirectory(prefix="rx-", ignore_cleanup_errors=True) as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RUNIX_")}
        ours = {"RUNIX_API_PORT": "0", "RUNIX_HTTP_PORT": "0", "RUNIX_ENGINE_URL": NO_ENGINE, "RUNIX_TOKEN": TOKEN}
        environ = {**kept, **ours, "RUNIX_HOME": folder}
        here, there = pty.openpty()
        with (Path(folder) / "said").open("w") as said:
            process = subprocess.Popen(
                (*RUNIX, "web"), env=environ, stdin=there, stdout=subprocess.PIPE, stderr=said, text=True
            )
        try:
            link = _line(process)
            assert link, (Path(folder) / "said").read_text()
            yield WebHome(process, here, link)
        finally:
            process.terminate()
            process.communicate(timeout=15)
            os.close(here)
            os.close(there)
            locations = locate(environ)
            detached.stop(locations)
            shutil.rmtree(locations.runtime, ignore_errors=True)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def _is_tab(process: psutil.Process) -> bool:
    try:
        return "--tab" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def ended(process: psutil.Process) -> bool:
    """Whether it is over, also when nobody has taken note of that."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
