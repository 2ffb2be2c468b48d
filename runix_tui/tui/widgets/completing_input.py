"""One line of text with what could be meant below it, read anew as one types."""

import asyncio
import os.path
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from runix_tui.core.terminal import plain
from runix_tui.tui.paths import Folder
from runix_tui.tui.widgets.found_input import FoundInput

SHOWN = 8  # rows


class CompletingInput(Vertical):
    """``complete`` reads what could be meant, in a thread. Tab completes as far as there is one way, Down and Enter
    take one of the list, Esc closes it. ``sole`` reads the one thing that Enter means where none is marked."""

    DEFAULT_CSS = """
    CompletingInput { height: auto; }
    CompletingInput > OptionList {
        display: none; overlay: screen; constrain: none inside; height: auto; max-height: 8; width: 1fr;
        border: none; border-left: outer $accent; background: $panel; padding: 0 1; scrollbar-size-vertical: 1;
    }
    CompletingInput.-open > OptionList { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "choose", show=False, id="complete.down", tooltip="The next one of the list"),
        Binding("up", "move(-1)", "choose", show=False, id="complete.up", tooltip="The one before"),
        Binding("tab", "complete", "complete", show=False, id="complete.more", tooltip="Complete it"),
        Binding("escape", "close", "close", show=False, id="complete.close", tooltip="Close the list"),
    ]

    class Picked(Message):
        """What stands there was chosen with Enter, from the list or as typed."""

        def __init__(self, source: "CompletingInput") -> None:
            super().__init__()
            self.source = source

    class Closed(Message):
        """The list was closed: what stands there is meant."""

        def __init__(self, source: "CompletingInput") -> None:
            super().__init__()
            self.source = source

    def __init__(
        self,
        complete: Callable[[str], list[Folder]],
        *,
        placeholder: str = "",
        sole: Callable[[str], Folder | None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._complete = complete
        self._sole = sole
        self._placeholder = placeholder
        self._offered: list[Folder] = []
        self._settled = ""  # what was taken: nothing more is offered for it

    def compose(self) -> ComposeResult:
        """The line and the list."""
        yield FoundInput(placeholder=self._placeholder)
        offered = OptionList(markup=False)
        offered.can_focus = False
        yield offered

    @property
    def input(self) -> FoundInput:
        """The line."""
        return self.query_one(FoundInput)

    @property
    def value(self) -> str:
        """What stands there."""
        return self.input.value

    @value.setter
    def value(self, text: str) -> None:
        self._settled = text
        self.input.value = text
        self.input.cursor_position = len(text)

    @property
    def open(self) -> bool:
        """Whether the list is shown."""
        return self.has_class("-open")

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """What could be meant now."""
        if event.value == self._settled:
            self.action_close()
        else:
            self._settled = ""
            self._offer(event.value)

    def on_descendant_focus(self) -> None:
        """What could be meant, before anything is typed too."""
        if not self.value:
            self._offer("")

    def on_descendant_blur(self) -> None:
        """Nobody types here any more."""
        self.action_close()

    @on(Input.Submitted)
    async def entered(self, event: Input.Submitted) -> None:
        """Take what is marked in the list, else the one thing that can be meant, else what was typed. Who types on
        while that is looked for did not mean it."""
        event.stop()
        typed = self.value
        at = self.query_one(OptionList).highlighted
        marked = self._offered[at] if self.open and at is not None else None
        one = marked or await asyncio.to_thread(self._sole, typed)  # the list may not be there yet
        if self.value != typed:
            return
        if one is not None:
            self.value = one.text
        self.action_close()
        self.post_message(self.Picked(self))

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        event.stop()
        self.value = self._offered[event.option_index].text
        self.action_close()

    def action_move(self, by: int) -> None:
        """Mark another one of the list."""
        offered = self.query_one(OptionList)
        if by > 0:
            offered.action_cursor_down()
        else:
            offered.action_cursor_up()

    def action_complete(self) -> None:
        """Complete what is marked, else as far as there is one way; else go on to the next field."""
        offered, at = self.query_one(OptionList), self.query_one(OptionList).highlighted
        typed = self.value
        offers = self._offered if typed else []  # before anything is typed, Tab goes on
        one = self._offered[at] if at is not None else offers[0] if len(offers) == 1 else None
        if one is not None and one.text != typed.rstrip("/"):
            self._put(f"{one.text.rstrip('/')}/" if one.deeper and not one.git else one.text, settled=one.git)
            return
        common = os.path.commonprefix([each.text for each in offers])  # noqa: RUF071 - characters, not parts
        if len(common) > len(typed) and common.lower().startswith(typed.lower()):
            self._put(common, settled=False)
        else:
            offered.highlighted = None
            self.action_close()
            self.screen.focus_next()

    def action_close(self) -> None:
        """No list."""
        self.workers.cancel_group(self, "offer")
        if self.open:
            self.remove_class("-open")
            self.post_message(self.Closed(self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """These keys are the list's, while there is one; Esc is the form's until something was done here."""
        untouched = not self.value and self.query_one(OptionList).highlighted is None
        return self.open and not (action == "close" and untouched)

    def _put(self, text: str, *, settled: bool) -> None:
        if settled:
            self.value = text
        else:
            self.input.value = text
            self.input.cursor_position = len(text)

    @work(group="offer", exclusive=True)
    async def _offer(self, typed: str) -> None:
        self._offered = await asyncio.to_thread(self._complete, typed)
        offered = self.query_one(OptionList)
        offered.clear_options()
        offered.add_options([Option(_row(each)) for each in self._offered])
        offered.highlighted = None
        told = [each.text for each in self._offered] not in ([], [typed])
        self.set_class(told and self.input.has_focus, "-open")


def _row(one: Folder) -> Text:
    row = Text(plain(one.text), no_wrap=True, overflow="ellipsis")
    if one.git:
        row.append(f"  git {plain(one.branch or '')}".rstrip(), "bold")
    return row
