"""The front end's end of the pipe, with a real application on it."""

import os
import subprocess
import sys

from runix_tui.web.tab import PRELUDE

APP = """
from textual.app import App
from textual.widgets import Static

class Small(App):
    def compose(self):
        yield Static("hello")

Small().run()
"""


def test_the_application_ends_with_its_server() -> None:
    """A server that was killed cannot ask it to: its pipes end."""
    environ = {**os.environ, "TEXTUAL_DRIVER": "runix_tui.web.driver:TabDriver", "COLUMNS": "80", "ROWS": "24"}
    with subprocess.Popen(
        [sys.executable, "-c", APP],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == PRELUDE
        shown = b""
        while b"hello" not in shown:
            more = os.read(process.stdout.fileno(), 4096)
            assert more
            shown += more
        process.stdout.close()
        process.stdin.close()
        process.wait(10)
