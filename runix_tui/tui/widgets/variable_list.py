"""The variables of a deployment, a row each: masked unless asked for, what becomes of it, what is wrong with it."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runix_tui.core.secret import Secret
from runix_tui.core.terminal import plain
from runix_tui.tui.env_draft import EnvDraft, Fate
from runix_tui.tui.widgets.code_text import folded
from runix_tui.tui.widgets.cursor import with_cursor

MASKED = "••••••••"
LONGEST_NAME = 32  # columns; longer ones are cut
MOST_LINES = 12  # of a value that is shown
_COLOURS = {Fate.SAME: "", Fate.NEW: "$text-success", Fate.CHANGED: "$text-warning", Fate.REMOVED: "$text-error"}


class VariableList(OptionList):
    """The cursor stays on its variable."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False, id="variables.down", tooltip="Down"),
        Binding("k", "cursor_up", show=False, id="variables.up", tooltip="Up"),
    ]
    DEFAULT_CSS = """
    VariableList {
        height: auto; max-height: 1fr; scrollbar-size-vertical: 1;
        &, &:focus { border: none; padding: 0; background: transparent; }
        & > .option-list--option { padding: 0; }
        & > .option-list--option-highlighted { background: $foreground 10%; color: $foreground; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $primary-muted; color: $foreground; text-style: bold; }
    }
    """

    @property
    def name_at(self) -> str | None:
        """The variable under the cursor."""
        return self.highlighted_option.id if self.highlighted_option is not None else None

    def show(self, present: Iterable[str], draft: EnvDraft, values: Mapping[str, Secret]) -> None:
        """Show these names; ``values`` are those that may be seen."""
        names = draft.names(present)
        column = min(LONGEST_NAME, max((len(name) for name in names), default=0))
        rows = [(name, self._row(name, column, draft, draft.fate(name, present), values.get(name))) for name in names]
        if [option.id for option in self.options] == names:
            for index, (_, row) in enumerate(rows):
                if self.options[index].prompt != row:
                    self.replace_option_prompt_at_index(index, row)
            return
        at = self.name_at
        self.set_options(Option(row, id=name) for name, row in rows)
        if names:
            self.highlighted = names.index(at) if at in names else 0

    def go_to(self, name: str) -> None:
        """Put the cursor on a variable."""
        names = [option.id for option in self.options]
        if name in names:
            self.highlighted = names.index(name)

    def render_line(self, y: int) -> Strip:
        """As ever, with the cursor as a symbol."""
        return with_cursor(self, y, super().render_line(y))

    def _row(self, name: str, column: int, draft: EnvDraft, fate: Fate, value: Secret | None) -> Content:
        shown = Content(name).truncate(column, ellipsis=True, pad=True)
        head = Content.assemble((f"  {fate} ", _COLOURS[fate]), (shown.plain, f"bold {_COLOURS[fate]}".strip()), "  ")
        indent = " " * head.cell_length
        if fate is Fate.REMOVED:
            lines = [Content.styled("is removed", "$text-error")]
        elif value is not None:
            lines = _value_lines(value.reveal(), max(16, (self.scrollable_content_region.width or 60) - len(indent)))
        else:
            lines = [Content.styled(MASKED, "$text-muted")]
        rows = [head.append(lines[0]), *(Content.assemble(indent, line) for line in lines[1:])]
        if name in draft.errors:
            rows.append(Content.assemble(indent, (f"✗ {plain(draft.errors[name])}", "$text-error")))
        return Content("\n").join(rows)


def _value_lines(value: str, room: int) -> list[Content]:
    if not value:
        return [Content.styled("(empty)", "$text-muted")]
    lines = [part for line in value.split("\n") for part in folded(Content(plain(line)), room)]
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([Content.styled(f"… {more} more lines", "$text-muted")] if more > 0 else [])]
