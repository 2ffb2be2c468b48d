"""One line that says which of several things is shown, and lets one choose: by a click, or by its owner's keys."""

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static


class PaneLine(Static):
    """Names beside a title; posts :class:`Wanted` when a name is clicked."""

    DEFAULT_CSS = "PaneLine { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    class Wanted(Message):
        """This one is to be shown."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__("", id=id, markup=False)
        self._names = [str(name) for name in names]
        self._spans: list[range] = []

    def show(self, at: str, title: str) -> None:
        """Mark the one that is shown."""
        parts = [Content.styled(f"{title}  " if title else "", "bold")]
        start = parts[0].cell_length
        self._spans = []
        shown = "bold reverse" if self.app.no_color else "bold $foreground on $primary-muted"
        for name in self._names:
            part = Content.styled(f" {name} ", shown if name == at else "$text-muted")
            self._spans.append(range(start, start + part.cell_length))
            start += part.cell_length
            parts.append(part)
        parts.append(Content.styled("  ← →", "$text-muted"))
        self.update(Content("").join(parts))

    def on_click(self, event: events.Click) -> None:
        """The name under the pointer."""
        x = event.get_content_offset_capture(self).x
        at = next((place for place, span in enumerate(self._spans) if x in span), None)
        if at is not None:
            self.post_message(self.Wanted(self._names[at]))
