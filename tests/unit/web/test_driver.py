"""The front end's end of the pipe, with a real application on it."""

import os
import subprocess
import sys

from runix_tui.web.tab import PRELUDE

APP = """
import subprocess
from textual.app import App
from textual.widgets import Static

class Small(App):
    def on_mount(self):
        subprocess.run(["echo", "noise of a program"])
        self.mount(Static("hello"))

Small().run()
"""


def test_the_application_has_the_pipe_for_itself_and_ends_with_it() -> None:
    """A server that was killed cannot ask it to end: its pipes do."""
    environ = {**os.environ, "TEXTUAL_DRIVER": "runix_tui.web.driver:TabDriver", "COLUMNS": "80", "ROWS": "24"}
    with subprocess.Popen(
        [sys.executable, "-c", APP],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == PRELUDE
        shown = b""
        while b"hello" not in shown:
            assert process.stdout.read(1) == b"D"
            shown += process.stdout.read(int.from_bytes(process.stdout.read(4), "big"))
        process.stdout.close()
        process.stdin.close()
        process.wait(10)
        assert b"noise of a program" in process.stderr.read()
