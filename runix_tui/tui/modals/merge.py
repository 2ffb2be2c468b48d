"""The question which services' logs are shown as one: marks, then Enter. What is done with the answer is the tab's."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from runix_tui.tui.logs.source import Member


class MergeLogs(ModalScreen[tuple[Member, ...] | None]):
    """``own`` is always one of them. Gives all that are to be shown, ``own`` first; None: as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark", id="merge.mark", tooltip="Show its lines too, or not"),
        Binding("j", "cursor(1)", "down", show=False, id="merge.down", tooltip="The next one"),
        Binding("k", "cursor(-1)", "up", show=False, id="merge.up", tooltip="The one before"),
        Binding("escape", "dismiss(None)", "back", id="merge.back", tooltip="Everything stays as it was"),
    ]
    DEFAULT_CSS = "MergeLogs .dialog-choices { max-height: 16; }"

    def __init__(self, own: Member, others: Sequence[Member], shown: Sequence[Member] = ()) -> None:
        super().__init__()
        self._own = own
        self._others = list(others)
        self._marked = {each.id for each in shown}

    def compose(self) -> ComposeResult:
        """The services, a line each."""
        with Vertical(classes="dialog"):
            yield Label(f"Show the log of {self._own.name} together with", classes="dialog-title", markup=False)
            yield Label("space marks · Enter shows · Esc: as it was", classes="dialog-more", markup=False)
            yield OptionList(
                *(Option(self._row(each), id=each.id) for each in self._others), classes="dialog-choices", compact=True
            )

    def on_mount(self) -> None:
        """Ready to mark."""
        self.query_one(OptionList).focus()

    def action_mark(self) -> None:
        """Mark the one at the cursor, or take its mark away."""
        options = self.query_one(OptionList)
        at = options.highlighted
        if at is not None:
            self._marked ^= {self._others[at].id}
            options.replace_option_prompt_at_index(at, self._row(self._others[at]))

    def action_cursor(self, by: int) -> None:
        """One down, or up."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    @on(OptionList.OptionSelected)
    def answer(self, event: OptionList.OptionSelected) -> None:
        """Those that are marked; where none is, the one at the cursor."""
        event.stop()
        chosen = self._marked or {str(event.option.id)}
        self.dismiss((self._own, *(each for each in self._others if each.id in chosen)))

    def _row(self, member: Member) -> Content:
        marked = member.id in self._marked
        return Content.assemble(("◆ " if marked else "  ", "$text-warning"), (member.name, "bold" if marked else ""))
