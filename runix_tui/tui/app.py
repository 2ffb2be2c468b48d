"""The full-screen application: owns the connection and what is known through it; screens draw, actions act.

Nothing heavy is imported here: the first frame comes before the first request.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from runix_tui.errors import RunixError
from runix_tui.tui.connection import Connection
from runix_tui.tui.fleet import Fleet
from runix_tui.tui.known import Known
from runix_tui.tui.link import Link, StartOptions
from runix_tui.tui.notices import Notices, Weight, told
from runix_tui.tui.screens.main import MainScreen
from runix_tui.tui.views.feed import Feed

if TYPE_CHECKING:
    from runix_tui.client import Client

Result = TypeVar("Result")


class RunixApp(App[None]):
    """Runix in a terminal. ``link`` leads to the server of the home."""

    TITLE = "runix"
    CSS_PATH = "runix.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, link: Link, start: StartOptions | None = None) -> None:
        super().__init__()
        self.link = link
        self.start_options = start or StartOptions()
        self.fleet = Fleet()
        self.notices = Notices()
        self.main = MainScreen(self.fleet)
        self.connection = Connection(link, self.fleet, self.main.post_message, self.main.looked_at)
        self.known = Known(self.connection.call)
        self.activity = Feed(self.connection.streams, lambda work: self.run_worker(work, group="activity"))

    def get_default_screen(self) -> Screen[None]:
        """The one main screen."""
        return self.main

    def on_mount(self) -> None:
        """Draw first, then reach the server."""
        self.call_after_refresh(self.run_worker, self.connection.run(), name="connection", exclusive=True)

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

    def get_loading_widget(self) -> Widget:
        """Nothing that moves while nothing happens."""
        return Widget()

    async def leave(self, *, keep: bool = False) -> None:
        """End: the own server with it, or ``keep`` it in the background."""
        await asyncio.to_thread(self.link.leave, keep=keep)
        self.exit()
