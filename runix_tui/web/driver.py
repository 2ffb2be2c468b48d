"""The driver of the front end in a tab: textual's own for the web, on a pipe that nobody else has and that may end."""

import os
import sys
from functools import partial
from typing import Any

from textual import messages
from textual.app import App
from textual.drivers.web_driver import WebDriver


class TabDriver(WebDriver):
    """Keeps what anybody else writes to standard output off the pipe, and ends the application when the pipe ends."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.fileno = os.dup(self.fileno)  # no child has it
        self._write = partial(os.write, self.fileno)
        os.dup2(sys.stderr.fileno(), 1)

    def run_input_thread(self) -> None:
        """Read until the end of the input. Textual's own would leave the application without any."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
