"""One line of text that may stay empty: then what was found holds, and is shown in its place."""

from textual.widgets import Input

from runix_tui.core.terminal import plain


class FoundInput(Input):
    """Right, in an empty one, takes over what was found, to be changed."""

    DEFAULT_CSS = """
    FoundInput, FoundInput:focus { border: none; height: 1; padding: 0; }
    """

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(placeholder=placeholder, id=id, select_on_focus=False)
        self.cursor_blink = False
        self._otherwise = placeholder
        self.found = ""

    def find(self, text: str) -> None:
        """What holds while nothing is typed; empty: nothing was found."""
        self.found = plain(text)
        self.placeholder = self.found or self._otherwise
        self.set_class(bool(self.found), "-found")

    def action_cursor_right(self, select: bool = False) -> None:
        """As everywhere; in an empty one: what was found is what was typed."""
        if not self.value and self.found:
            self.value = self.found
            self.cursor_position = len(self.found)
        else:
            super().action_cursor_right(select)
