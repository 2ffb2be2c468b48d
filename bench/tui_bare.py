"""The smallest Textual program that shows something and answers a key: what the front end is compared with."""

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """Says ``ready``, then counts keys."""

    def compose(self) -> ComposeResult:
        """One line."""
        yield Static("ready")

    def on_mount(self) -> None:
        """No key was pressed."""
        self.count = 0

    def on_key(self, _: events.Key) -> None:
        """One more."""
        self.count += 1
        self.query_one(Static).update(f"key {self.count}.")


if __name__ == "__main__":
    Bare().run()
