"""The driver of the front end in a tab: textual's own for the web, which would outlive a server that was killed."""

from textual import messages
from textual.drivers.web_driver import WebDriver


class TabDriver(WebDriver):
    """Ends the application when nobody holds the other end of its standard input any more."""

    def run_input_thread(self) -> None:
        """Read until the end of the input."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
