"""The full-screen application: owns the connection and what is known through it; screens draw, actions act.

Nothing heavy is imported here: the first frame comes before the first request.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from runix_tui.errors import RunixError
from runix_tui.tui import state
from runix_tui.tui.connection import Connection
from runix_tui.tui.fleet import Fleet
from runix_tui.tui.glance import entries
from runix_tui.tui.harmless import HARMLESS
from runix_tui.tui.keys import Bound, keymap
from runix_tui.tui.known import Known
from runix_tui.tui.link import Link, StartOptions
from runix_tui.tui.loan import lend_to_shell
from runix_tui.tui.messages import FleetChanged
from runix_tui.tui.notices import Notices, Weight, told
from runix_tui.tui.preferences import preferences
from runix_tui.tui.screens.main import MainScreen
from runix_tui.tui.screens.visiting import as_it_is, restore
from runix_tui.tui.state import Visit
from runix_tui.tui.theme import DARK, THEMES
from runix_tui.tui.typed_ahead import TypedAhead
from runix_tui.tui.views.feed import Feed

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.worker import Worker

    from runix_tui.client import Client
    from runix_tui.core.wire import Settings

Result = TypeVar("Result")
LIST_SOON = 0.6  # seconds


def _everything() -> "type[Provider]":
    from runix_tui.tui.commands import Everything

    return Everything


class RunixApp(App[None], inherit_bindings=False):
    """Runix in a terminal. ``link`` leads to the server of the home."""

    TITLE = "runix"
    CSS_PATH = "runix.tcss"
    COMMANDS: ClassVar = {_everything}
    BINDINGS: ClassVar[list[BindingType]] = [  # Textual's own are left out: ctrl+q belongs to the terminal
        Binding("question_mark,f1", "help", "help", id="app.help", tooltip="The keys that work here"),
        Binding("ctrl+p,colon", "command_palette", "everything", id="app.everything", tooltip="Find anything to do"),
        Binding(
            "ctrl+c",
            "interrupt",
            "leave",
            show=False,
            priority=True,  # over modals too
            id="app.interrupt",
            tooltip="Copy what is selected; else leave, services go on",
        ),
        Binding("ctrl+z", "stop", show=False, id="app.stop", tooltip="Back to the shell; `fg` there goes on"),
    ]

    def __init__(self, link: Link, start: StartOptions | None = None) -> None:
        # Textual turns colours into greys for NO_COLOR; with the terminal's own it leaves them out altogether.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        for theme in THEMES:
            self.register_theme(theme)
        self.link = link
        self.start_options = start or StartOptions()
        self.visit = state.load(link.state_file)
        self.fleet = Fleet()
        self.fleet.last_seen = list(self.visit.fleet)
        self.notices = Notices()
        self.main = MainScreen(self.fleet, link.home)
        self.connection = Connection(link, self.fleet, self.main.post_message, self.main.looked_at)
        self.known = Known(self.connection.call)
        self.activity = Feed(self.connection.streams, partial(self.start, group="activity"))
        self.theme = self.visit.theme if self.visit.theme in self.available_themes else DARK
        self._theme_set = self.visit.theme_set
        self._keys: Mapping[str, str] = dict(self.visit.keys)
        self._complaints: tuple[str, ...] = ()  # of [keys], as they were told
        self._typed = TypedAhead(self)
        self._furnished = asyncio.Event()  # whether all keys there are can be known
        self._restored = False  # whether the last visit is on the screen again: only then is the next one kept

    def get_default_screen(self) -> Screen[None]:
        """The one main screen."""
        return self.main

    def on_mount(self) -> None:
        """Draw first, as it was, then reach the server."""
        self.set_keymap(self._keys)
        # Who was stopped by a signal comes back to an empty screen.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        restore(self.main, self.visit)
        self.main.expect(self.start_options.select)
        self._restored = True
        self.start(self._glance, "glance")
        self.start(self.connection.run, "connection", exclusive=True)
        self.start(self._furnish, "furnishing")

    async def _glance(self) -> None:
        """The list as it is, before what reads the rest is loaded."""
        seen = await asyncio.to_thread(self.link.glance)
        if seen is not None and (found := entries(*seen)):
            self.fleet.glance(found)
            self.main.post_message(FleetChanged(None))

    async def _furnish(self) -> None:
        """The list comes first, where it comes soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LIST_SOON):
                await self.connection.streams()
        await self.main.furnish()
        self._furnished.set()

    def start(
        self, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = False
    ) -> "Worker[None]":
        """Work in the app's name, whatever is on the screen. No coroutine is made of what ends before it begins."""
        return self.run_worker(work, group=group, exclusive=exclusive)

    async def on_event(self, event: Event) -> None:
        """As ever; but a key waits for what the one before it does."""
        if isinstance(event, Key | Paste) and not event.is_forwarded and not self._typed.passes(event):
            return
        await super().on_event(event)

    # --- asking and telling ------------------------------------------------------------------------------------------

    async def ask(self, doing: str, work: "Callable[[Client], Result]") -> Result | None:
        """A call of the API on the user's behalf; when it fails the user is told, and None comes back."""
        try:
            return await self.connection.call(work)
        except RunixError as error:
            self.problem(doing, error)
            return None

    def problem(self, doing: str, error: RunixError) -> None:
        """Tell what went wrong: kept, and shown for a while."""
        self.tell(doing, told(error), Weight.ERROR)

    def tell(self, title: str, text: str, weight: Weight = Weight.INFORMATION) -> None:
        """Tell something: kept, and shown for a while."""
        notice = self.notices.add(weight, title, text)
        self.notify(notice.text, title=notice.title, severity=weight.value, markup=False)
        self.main.noticed(notice)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, then the last gate for what is foreign."""
        return [*super().get_line_filters(), HARMLESS]

    def get_loading_widget(self) -> Widget:
        """Nothing that moves while nothing happens."""
        return Widget()

    # --- settings ----------------------------------------------------------------------------------------------------

    def reached(self) -> None:
        """A server is there: what do its settings say of keys and theme?"""
        self.start(self._read_settings, "settings", exclusive=True)

    async def _read_settings(self) -> None:
        try:
            found = await self.connection.call(lambda client: client.settings())
        except RunixError:  # an older server, or one that just went: what was there stays
            return
        await self._furnished.wait()
        self.settings_read(found)

    def settings_read(self, settings: "Settings") -> None:
        """Take keys and theme from the settings; also after they were changed on the screen."""
        wanted = preferences(settings.text)
        found = keymap(self._bound() if wanted.keys else (), wanted.keys)
        if found.keys != self._keys:
            self._keys = found.keys
            self.set_keymap(found.keys)
        before, self._complaints = self._complaints, found.complaints
        if found.complaints and found.complaints != before:
            self.tell("[keys] in the settings", "\n".join(found.complaints), Weight.WARNING)
        if wanted.theme != self._theme_set:
            self._theme_set = wanted.theme
            if wanted.theme in self.available_themes:
                self.theme = wanted.theme
            elif wanted.theme:
                names = ", ".join(self.theme_names())
                self.tell(
                    "tui.theme in the settings", f"There is no theme {wanted.theme}, but {names}.", Weight.WARNING
                )

    def theme_names(self) -> list[str]:
        """Runix's own themes first."""
        own = [theme.name for theme in THEMES]
        return own + sorted(name for name in self.available_themes if name not in own and "ansi" not in name)

    def _bound(self) -> Iterable[Bound]:
        """The bindings of the app, of the main screen and all on it, and of the windows over it, as they come."""
        from runix_tui.tui.modals.every import MODALS

        yield from _bound(type(self), None)
        for node in (self.main, *self.main.query("*")):
            yield from _bound(type(node), "")
        for modal in MODALS:
            yield from _bound(modal, modal.__name__)

    # --- help and leaving --------------------------------------------------------------------------------------------

    def action_help(self) -> None:
        """The keys of where the user is."""
        from runix_tui.tui.modals.help import Help

        self.push_screen(Help(self.screen))

    def action_command_palette(self) -> None:
        """Everything that can be done, to be searched."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="What to do, or where to go", id="--command-palette"))

    async def action_interrupt(self) -> None:
        """Copy what is selected; else leave, from wherever one is."""
        selected = self.focused.selected_text if isinstance(self.focused, Input) else self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
            return
        await self.main.action_leave()

    def action_stop(self) -> None:
        """Back to the shell, until that goes on with this program."""
        lend_to_shell(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In a browser there is no shell to go back to."""
        return action != "stop" or (self._driver is not None and self._driver.can_suspend)

    async def leave(self, *, keep: bool = False) -> None:
        """End; ``keep`` the own server in the background. Else whoever opened this ends it, the screen given back."""
        if keep:
            await asyncio.to_thread(self.link.leave, keep=True)
        self.exit()

    def exit(self, *more: Any, **named: Any) -> None:
        """End, however it came to that; how it looks is kept for the next visit."""
        if self.main.is_mounted and self._restored:
            visit = as_it_is(self.main, Visit(theme=self.theme, theme_set=self._theme_set, keys=self._keys))
            state.save(self.link.state_file, visit)
        for group in ("glance", "connection", "furnishing"):  # nothing arrives at what is being taken down
            self.workers.cancel_group(self, group)
        super().exit(*more, **named)


def _bound(owner: type[DOMNode], where: str | None) -> Iterator[Bound]:
    for kind in owner.__mro__:
        for binding in Binding.make_bindings(vars(kind).get("BINDINGS", ())):
            if binding.id:
                yield Bound(binding.id, frozenset({binding.key}), binding.tooltip or binding.description, where)
