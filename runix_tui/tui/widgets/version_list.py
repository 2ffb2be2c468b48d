"""The versions of a deployment, newest first: a line each, whatever the width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runix_tui.core.human import age, size, took
from runix_tui.core.stages import VersionStatus
from runix_tui.core.terminal import plain
from runix_tui.tui.widgets.cursor import with_cursor

if TYPE_CHECKING:
    from runix_tui.core.wire import HistoryEntry


@dataclass(frozen=True, slots=True)
class _Column:
    """``share`` of what is left goes to it; it is there from a width of ``wide_from`` on."""

    width: int
    right: bool = False
    share: int = 0
    wide_from: int = 0


_HEADING = ("", "", "v", "when", "kind", "commit", "", "author", "took", "image", "result")
_COLUMNS = (
    _Column(1),  # of the cursor
    _Column(1),
    _Column(3, right=True),
    _Column(4, right=True),
    _Column(8),
    _Column(7),
    _Column(4, share=3),
    _Column(10, wide_from=104),
    _Column(8, right=True),
    _Column(8, right=True, wide_from=84),
    _Column(10, share=2),
)
_SYMBOLS = {
    VersionStatus.RUNNING: ("●", "$text-success"),
    VersionStatus.FAILED: ("✗", "$text-error"),
    VersionStatus.BUILDING: ("◐", "$text-accent"),
    VersionStatus.QUEUED: ("◐", "$text-accent"),
}
_WORDS = {VersionStatus.RUNNING: "live"}


class VersionList(OptionList):
    """Marks and the cursor belong to versions, not to lines. At most two are marked: a third replaces the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False, id="versions.down", tooltip="Down"),
        Binding("k", "cursor_up", show=False, id="versions.up", tooltip="Up"),
    ]
    DEFAULT_CSS = """
    VersionList {
        &, &:focus { height: auto; border: none; padding: 0; background: transparent; scrollbar-size-vertical: 1; }
        & > .option-list--option { padding: 0; }
        & > .option-list--option-highlighted { background: $foreground 10%; color: $foreground; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $primary-muted; color: $foreground; text-style: bold; }
    }
    """

    class Resized(Message):
        """The columns are otherwise now."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.marked: list[int] = []
        self._entries: Sequence[HistoryEntry] = ()

    @property
    def number(self) -> int | None:
        """The version under the cursor."""
        return int(self.highlighted_option.id or 0) if self.highlighted_option is not None else None

    def show(self, entries: "Sequence[HistoryEntry]") -> None:
        """Show these; the cursor stays on its version."""
        known = [option.id for option in self.options]
        self._entries = entries
        if known == [str(entry.version) for entry in entries]:
            self.draw()
            return
        at = self.number
        self.marked = [number for number in self.marked if any(entry.version == number for entry in entries)]
        self.set_options(Option(self._row(entry), id=str(entry.version)) for entry in entries)
        self.go_to(at if at is not None else entries[0].version if entries else None)

    def go_to(self, number: int | None) -> None:
        """Put the cursor on a version."""
        numbers = [entry.version for entry in self._entries]
        if number in numbers:
            self.highlighted = numbers.index(number)
        elif numbers:
            self.highlighted = 0

    def clear(self) -> None:
        """Nothing is known."""
        self.marked = []
        self._entries = ()
        self.clear_options()

    def mark(self) -> None:
        """Mark the version under the cursor, or take its mark away."""
        number = self.number
        if number is None:
            return
        if number in self.marked:
            self.marked.remove(number)
        else:
            self.marked = [*self.marked, number][-2:]
        self.draw()

    def draw(self) -> None:
        """Draw the rows again that look otherwise now."""
        for index, entry in enumerate(self._entries):
            row = self._row(entry)
            if self.options[index].prompt != row:
                self.replace_option_prompt_at_index(index, row)

    def render_line(self, y: int) -> Strip:
        """As ever, with the cursor as a symbol."""
        return with_cursor(self, y, super().render_line(y))

    def on_resize(self) -> None:
        """Columns follow the width."""
        self.draw()
        self.post_message(self.Resized())

    def heading(self) -> Content:
        """The names of the columns."""
        return _line(self._width, [(name, "$text-muted") for name in _HEADING])

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width or 70

    def _row(self, entry: "HistoryEntry") -> Content:
        symbol, colour = _SYMBOLS.get(entry.status, ("", "$text-muted"))
        marked = entry.version in self.marked
        subject = plain(entry.commit.subject) if entry.commit else ""
        back = f"→ v{entry.rollback_of} " if entry.rollback_of is not None else ""
        cells = [
            ("", ""),
            ("◆", "$text-warning") if marked else (symbol, colour),
            (str(entry.version), "bold"),
            (age(entry.created_at), ""),
            (entry.kind.value, ""),
            (entry.commit_sha or "", "$text-accent"),
            (f"{back}{subject}", ""),
            (plain(entry.commit.author) if entry.commit else "", "$text-muted"),
            (took(entry.duration_seconds), ""),
            (size(entry.image_size), ""),
            (f"{symbol} {_result(entry)}" if symbol else _result(entry), colour),
        ]
        return _line(self._width, cells)


def _result(entry: "HistoryEntry") -> str:
    word = _WORDS.get(entry.status, entry.status.value)
    return f"{word}: {plain(entry.error.message)}" if entry.error is not None else word


def _line(width: int, cells: Sequence[tuple[str, str]]) -> Content:
    """One row of texts with their styles; what is too long is cut with an ellipsis, what has no room is left out."""
    columns = [(column, cell) for column, cell in zip(_COLUMNS, cells, strict=True) if width >= column.wide_from]
    free = max(0, width - sum(column.width + 1 for column, _ in columns) + 1)
    shares = sum(column.share for column, _ in columns)
    found = [
        _cell(text, style, column.width + free * column.share // shares, right=column.right)
        for column, (text, style) in columns
    ]
    return Content(" ").join(found)


def _cell(text: str, style: str, width: int, *, right: bool) -> Content:
    content = Content(text)
    if content.cell_length > width:
        content = content.truncate(width, ellipsis=True)
    gap = " " * (width - content.cell_length)
    return Content.assemble(gap if right else "", (content.plain, style), "" if right else gap)
