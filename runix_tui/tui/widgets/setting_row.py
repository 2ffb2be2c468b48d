"""One key of config.toml: its value, what it means, and what is wrong with what was typed; changed in place."""

import math
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from runix_tui.core.human import size
from runix_tui.core.terminal import plain
from runix_tui.tui.widgets.cursor import CURSOR

if TYPE_CHECKING:
    from runix_tui.core.wire import Setting

BYTES = ("memory", "bytes")  # how the names of settings in bytes end
MIB = 1024**2
_BY_HAND = " Changed in config.toml alone: E opens it."
_EDITING = " Enter takes it over, Esc leaves it as it was."


class SettingRow(Vertical, can_focus=True):
    """Enter begins to change it, Enter again hands it over, Esc leaves it as it was."""

    DEFAULT_CSS = """
    SettingRow { height: auto; padding: 0 1; }
    SettingRow:focus, SettingRow:focus-within { background: $boost; color: $text-accent; text-style: bold; }
    SettingRow > Static, SettingRow > Input { margin-left: 22; text-style: not bold; }
    SettingRow > .setting-value { height: 1; color: $foreground; text-overflow: ellipsis; text-wrap: nowrap; }
    SettingRow > .setting-more { height: auto; color: $text-muted; }
    SettingRow.-wrong > .setting-more { color: $text-error; }
    SettingRow.-editing > .setting-value { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "edit", "change", id="settings.edit", tooltip="Change it; true and false swap at once"),
        Binding(
            "ctrl+r", "reset", "default", id="settings.reset", tooltip="Take it out of the file: the default again"
        ),
        Binding("escape", "leave", "as it was", id="settings.leave", tooltip="Leave it as it was"),
    ]

    class Wanted(Message):
        """The key is to get this value; None: the default."""

        def __init__(self, row: "SettingRow", value: Any) -> None:
            super().__init__()
            self.row = row
            self.value = value

    def __init__(self, setting: "Setting") -> None:
        super().__init__()
        self.setting = setting
        self._field: Input | None = None  # while it is being changed

    @property
    def key(self) -> str:
        """Which key of the file it is."""
        return self.setting.key

    def compose(self) -> ComposeResult:
        """Its value, and what it means."""
        yield Static("", classes="setting-value", markup=False)
        yield Static("", classes="setting-more", markup=False)

    def render(self) -> Content:
        """Its name, left of its value; before it the cursor."""
        here = self.has_focus or self.has_focus_within
        return Content(f"{CURSOR if here else ' '} {plain(self.key.rpartition('.')[2])}")

    def on_mount(self) -> None:
        """Draw it."""
        self.show(self.setting)

    def show(self, setting: "Setting") -> None:
        """What the file says now."""
        self.setting = setting
        self.query_one(".setting-value", Static).update(shown(setting))
        self.wrong("")

    def wrong(self, message: str) -> None:
        """What is wrong with what was typed, in place of what it means; empty: nothing."""
        self.set_class(bool(message), "-wrong")
        more = _BY_HAND if self.setting.by_hand else _EDITING if self._field is not None else ""
        meaning = self.setting.description + more
        self.query_one(".setting-more", Static).update(Content(plain(message or meaning)))

    def done(self) -> None:
        """It was taken over."""
        if self._field is not None:
            field, self._field = self._field, None
            here = field.has_focus
            self.remove_class("-editing")
            if here:
                self.focus()
            field.remove()
            self.wrong("")

    def on_click(self, event: events.Click) -> None:
        """Twice: change it."""
        if event.chain > 1 and self._field is None and not self.setting.by_hand:
            self.action_edit()

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        """Hand over what was typed."""
        event.stop()
        self.post_message(self.Wanted(self, value_of(event.value, self.setting.type)))

    @on(Input.Blurred)
    def left(self, event: Input.Blurred) -> None:
        """Going on to the next one hands over what was typed."""
        if self._field is not None:
            if event.value.strip() == text_of(self.setting.value):
                self.action_leave()
            elif not self.has_class("-wrong"):
                self.post_message(self.Wanted(self, value_of(event.value, self.setting.type)))

    @on(Input.Changed)
    def typing(self) -> None:
        """What was wrong was about what stood there before."""
        self.wrong("")

    def action_edit(self) -> None:
        """Begin to change it."""
        if self.setting.type == "bool":
            self.post_message(self.Wanted(self, not self.setting.value))
            return
        self._field = field = Input(text_of(self.setting.value), compact=True, select_on_focus=False)
        field.placeholder = f"nothing: the default, {text_of(self.setting.default) or 'none'}"
        field.cursor_blink = False
        self.add_class("-editing")
        self.wrong("")
        self.mount(field, before=0)
        field.focus()

    def action_reset(self) -> None:
        """The default again."""
        if self.setting.set:
            self.post_message(self.Wanted(self, None))
        self.done()

    def action_leave(self) -> None:
        """As it was."""
        self.done()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc leads out of the view while nothing is being changed; some are changed in the file alone."""
        if action in {"edit", "reset"}:
            return not self.setting.by_hand
        return action != "leave" or self._field is not None


def text_of(value: Any) -> str:
    """A value as one types it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, map(str, value)))
    return "" if value is None else plain(str(value))


def value_of(text: str, kind: str) -> Any:
    """What was typed, as the file takes it; what is no number goes as it is, so that the server says what is wrong."""
    text = text.strip()
    if not text:
        return None
    try:
        found = {"int": int, "float": float}.get(kind, str)(text)
    except ValueError:
        return text
    return found if isinstance(found, str) or math.isfinite(found) else text  # JSON has no inf


def shown(setting: "Setting") -> Content:
    """A value as one reads it, and whether the file sets it."""
    text = text_of(setting.value)
    value = Content(text) if text else Content.styled("none", "$text-muted")
    if setting.key.endswith(BYTES) and isinstance(setting.value, int) and setting.value >= MIB:
        value = Content.assemble(value, (f"  {size(setting.value)}", "$text-muted"))
    if not setting.set:
        return Content.assemble(value, ("  default", "$text-muted"))
    default = f" · default {text_of(setting.default) or 'none'}"
    return Content.assemble(value, "  ", ("set", "bold $text-accent"), (default, "$text-muted"))
