"""A view: config.toml as a form. What a value may be is the server's to say; it also keeps the file's comments."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Self, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from runix_tui.core.terminal import plain
from runix_tui.errors import InvalidRequest, RunixError
from runix_tui.tui.shell import editor, run_instead
from runix_tui.tui.widgets.setting_row import SettingRow

if TYPE_CHECKING:
    from runix_tui.core.wire import Setting, Settings
    from runix_tui.tui.app import RunixApp


class SettingsView(Vertical):
    """What the file says, section by section; read again whenever it comes on the screen."""

    DEFAULT_CSS = """
    SettingsView {
        height: 1fr; border: round $border-blurred; border-title-color: $foreground; border-title-style: bold;
    }
    SettingsView:focus-within { border: round $border; }
    SettingsView VerticalScroll { height: 1fr; }
    SettingsView #settings-said { height: auto; padding: 0 1; }
    SettingsView .settings-section { padding: 1 1 0 1; color: $text-muted; text-style: bold; height: auto; }
    """
    HELP = "config.toml, key by key; a change is written at once, and the file's comments stay."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "app.focus_next", "down", show=False, id="list.down", tooltip="The next one"),
        Binding("up,k", "app.focus_previous", "up", show=False, id="list.up", tooltip="The one before"),
        Binding("E", "edit_file", "the file", id="settings.file", tooltip="Open config.toml in your editor"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.border_title = "Settings"
        self._form: Settings | None = None

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    def compose(self) -> ComposeResult:
        """What there is to know of the file, then its keys."""
        yield Static("", id="settings-said", markup=False)
        yield VerticalScroll(can_focus=False)

    def focus(self, scroll_visible: bool = True) -> Self:
        """The keys are what can be worked with."""
        rows = self.query(SettingRow)
        if rows:
            rows.first().focus(scroll_visible)
        return self

    def on_show(self) -> None:
        """On the screen: read the file."""
        self._read()

    @work(group="file")
    async def action_edit_file(self) -> None:
        """The file in the user's editor; then it is read again."""
        if self._form is None:
            return
        await run_instead(self.runix, "open config.toml", [*editor(), self._form.path])
        self._read()

    @on(SettingRow.Wanted)
    def change(self, event: SettingRow.Wanted) -> None:
        """A key is to get another value."""
        self._change(event.row, {event.row.key: event.value})

    @work(group="settings", exclusive=True)
    async def _read(self) -> None:
        if self._form is None:
            self._say(Content("◐ Reading config.toml…"))
        try:
            form = await self.runix.connection.call(lambda client: client.settings())
        except RunixError as error:
            self._failed(error)
            return
        self.runix.settings_read(form)
        await self._draw(form)

    @work(group="settings")
    async def _change(self, row: SettingRow, changes: dict[str, object]) -> None:
        try:
            form = await self.runix.connection.call(lambda client: client.change_settings(changes))
        except InvalidRequest as error:
            row.wrong(" ".join(one.message for one in error.errors) or error.message)
            return
        except RunixError as error:
            row.wrong(f"{error.message}. {error.hint}")
            return
        row.done()
        self.runix.settings_read(form)
        await self._draw(form)

    async def _draw(self, form: "Settings") -> None:
        before = self._form
        self._say(_said(form, owned=self.runix.connection.door is not None and self.runix.connection.door.owned))
        if before and [each.key for each in before.settings] == [each.key for each in form.settings]:
            for row, setting in zip(self.query(SettingRow), form.settings, strict=True):
                row.show(setting)
            self._form = form
            return
        place = self.query_one(VerticalScroll)
        async with self.batch():
            await place.remove_children()
            await place.mount_all(_rows(form.settings))
        self._form = form  # once its rows are there: who leaves and comes back at once cuts this short
        if self.screen.focused is None:
            self.focus()

    def _failed(self, error: RunixError) -> None:
        text = Content.assemble((f"✗ {plain(error.message)}", "$text-error"), f"\n{plain(error.hint)}".rstrip())
        self._say(text)

    def _say(self, text: Content) -> None:
        self.query_one("#settings-said", Static).update(text)


def _rows(settings: "Sequence[Setting]") -> list[Widget]:
    """A heading for each section, and its keys."""
    made: list[Widget] = []
    for section, group in groupby(settings, key=lambda setting: setting.key.rpartition(".")[0]):
        made += [Static(f"[{section}]", classes="settings-section", markup=False), *map(SettingRow, group)]
    return made


def _said(form: "Settings", *, owned: bool) -> Content:
    """Which file, how much of it is set, and whether that is in force."""
    count = sum(setting.set for setting in form.settings)
    known = f"{count} of {len(form.settings)} keys are set" if form.text else "there is no such file yet: all defaults"
    text = Content.assemble((plain(form.path), "bold"), f" · {known}")
    if not form.restart:
        return text
    how = "leave (q) and start it again" if owned else "`runix serve --stop`, then it is started anew"
    return Content.assemble(
        text, (f"\n▲ What was changed takes effect when the server starts again: {how}.", "$text-warning")
    )
