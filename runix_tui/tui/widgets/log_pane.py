"""A log pane: the lines, a line that says how they stand, and one to type in what to look for.

Give it a source; it follows it by itself. How a log is read (filters, search) is ``logs.reading``; how lines leave the
pane (copy, save, pager) is ``log_takeout``.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker

from runix_tui.core.terminal import plain
from runix_tui.tui.logs.filters import Filters
from runix_tui.tui.logs.following import Streams
from runix_tui.tui.logs.log import Log
from runix_tui.tui.logs.progress import Progress
from runix_tui.tui.logs.reading import SINCE, Reading
from runix_tui.tui.logs.search import Query
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.widgets import log_status
from runix_tui.tui.widgets.log_keys import PANE_KEYS
from runix_tui.tui.widgets.log_prompt import LogPrompt, Purpose
from runix_tui.tui.widgets.log_takeout import TakeOut
from runix_tui.tui.widgets.log_view import LogView
from runix_tui.tui.widgets.log_walk import LogWalk

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp

ERRORS = "errors"  # the group of workers that look for them
TELL_EVERY = 0.1  # seconds between two messages about a build's progress


class BuildProgress(Message):
    """The build log that a pane shows told more about the build."""

    def __init__(self, source: LogSource, progress: Progress) -> None:
        super().__init__()
        self.source = source
        self.progress = progress


class MergeWanted(Message):
    """The reader wants other services' lines, too: answer with ``pane.show(LogSource.runtime(…))``."""

    def __init__(self, pane: "LogPane", source: LogSource) -> None:
        super().__init__()
        self.pane = pane
        self.source = source


class LogPane(Vertical):
    """Shows one :class:`LogSource` at a time. ``streams``: from where, instead of the app's own connection."""

    BINDINGS: ClassVar[list[BindingType]] = list(PANE_KEYS)
    DEFAULT_CSS = """
    LogPane {
        & > #log-status { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; }
    }
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        streams: Streams | None = None,
    ) -> None:
        super().__init__(id=id)
        self.source: LogSource | None = None
        self.reading: Reading | None = None
        self.view = LogView(id="log-view")
        self._walk = LogWalk(self.view, self._tell_reader)
        self._prompt = LogPrompt()
        self._status = Static("", id="log-status", markup=False)
        self._streams = streams
        self._workers: list[Worker[None]] = []
        self._because = ""
        self._said = Text()
        self._told: Progress | None = None
        self._telling: Timer | None = None
        self._told_at = 0.0
        self._before: Callable[[], None] | None = None  # undoes what was typed so far

    def compose(self) -> ComposeResult:
        """The lines, the prompt, and how they stand."""
        yield self.view
        yield self._prompt
        yield self._status

    @property
    def streams(self) -> Streams:
        """Gives the server's streams, once it is reached."""
        return self._streams or cast("RunixApp", self.app).connection.streams

    # What is shown

    def show(self, source: LogSource | None) -> None:
        """Show this log, from its end; the one that is shown already goes on as it is."""
        if source == self.source:
            return
        self._stop()
        self.source = source
        if source is not None:
            log = Log(source, self.streams, self._arrived)
            self.reading = Reading(log, self._changed)
            self._workers = [
                self.run_worker(log.run, name=f"log {source.title}"),
                self.run_worker(self.reading.run, name=f"reading {source.title}"),
            ]
        self.view.show(self.reading)
        self._say()

    def explain(self, why: str) -> None:
        """What to say while there is no line: why there is none, e.g. "Stopped: s starts it". Foreign text is fine."""
        self._because = plain(why)
        self._say()

    def go_to(self, line_id: int) -> None:
        """Bring a line onto the screen, e.g. where a step of a build begins, and stay there."""
        self.view.go_to(line_id)

    def on_unmount(self) -> None:
        """Nothing follows a pane that is gone."""
        self._stop()

    def on_log_view_changed(self, event: LogView.Changed) -> None:
        """Say how the view stands."""
        event.stop()
        self._say()

    def _arrived(self) -> None:
        """The log has something new."""
        if self.reading is not None:
            self.reading.arrived()
            self.view.arrived()
            if self._telling is None and self.reading.log.progress is not self._told:
                wait = max(0.001, self._told_at + TELL_EVERY - monotonic())
                self._telling = self.set_timer(wait, self._tell)

    def _tell(self) -> None:
        self._telling = None
        self._told_at = monotonic()
        if self.reading is not None and self.reading.log.progress is not None:
            self._told = self.reading.log.progress
            self.post_message(BuildProgress(self.reading.log.source, self._told))

    def _changed(self) -> None:
        """Other lines are shown, or more were found."""
        self._walk.found_more()
        self.view.arrived()

    def _stop(self) -> None:
        self._prompt.close()
        for worker in self._workers:
            worker.cancel()
        self._workers = []
        self.workers.cancel_group(self, ERRORS)
        reading, self.reading = self.reading, None
        self._before, self._told, self._because = None, None, ""
        if reading is not None:
            reading.log.close()

    def _say(self) -> None:
        view, reading = self.view, self.reading
        view.say(log_status.note(reading, self._because))
        text = log_status.status(view, reading) if reading is not None else Text()
        if text != self._said:
            self._said = text
            self._status.update(text, layout=False)

    # Search

    def action_search(self) -> None:
        """Ask what to look for."""
        reading, view = self._must(), self.view
        query, current, mark = reading.query, view.current, view.position.bookmark

        def undo() -> None:
            view.current = current
            reading.search(query)
            view.go_back(mark)

        self._ask(Purpose.SEARCH, query.text if query is not None else "", undo)

    def action_match(self, by: int) -> None:
        """To the next found line, or the one before."""
        if self._must().found is None:
            raise SkipAction
        self._walk.match(by)

    # Filters

    def action_keep(self) -> None:
        """Ask what lines must have."""
        self._ask_filter(Purpose.KEEP)

    def action_drop(self) -> None:
        """Ask what lines must not have."""
        self._ask_filter(Purpose.DROP)

    def action_unfilter(self) -> None:
        """Take the newest filter away."""
        filters = self._must().filters
        if filters.drop:
            self._filter(Filters(filters.keep, filters.drop[:-1], filters.context))
        elif filters.keep:
            self._filter(Filters(filters.keep[:-1], (), filters.context))
        else:
            raise SkipAction

    def action_context(self, by: int) -> None:
        """More or fewer lines around each kept one."""
        if not self._must().filters:
            raise SkipAction
        self._filter(self._must().filters.widened(by))

    def action_since(self) -> None:
        """Everything, or the newest minutes alone."""
        reading = self._must()
        reading.show_since(SINCE[(SINCE.index(reading.since) + 1) % len(SINCE)])
        self.view.redraw()

    def _ask_filter(self, purpose: Purpose) -> None:
        reading = self._must()
        filters = reading.filters
        self._ask(purpose, "", lambda: self._filter(filters))
        self._filters_before = filters

    def _filter(self, filters: Filters) -> None:
        self._must().filter(filters)
        if self.view.hand.picked is not None:  # what was picked may be gone
            self.view.hand.end()
        self.view.redraw()

    # Prompt

    def _ask(self, purpose: Purpose, text: str, undo: Callable[[], None]) -> None:
        self._before = undo
        self._prompt.ask(purpose, text)

    def on_log_prompt_typed(self, event: LogPrompt.Typed) -> None:
        """Shown as it is typed."""
        event.stop()
        if self._prompt.is_open and self.reading is not None:
            self._try(event.purpose, event.query)

    def on_log_prompt_ended(self, event: LogPrompt.Ended) -> None:
        """Typed to the end: it stays; left: as before."""
        event.stop()
        undo, self._before = self._before, None
        if self.reading is None:
            return
        if event.kept:
            self._try(event.purpose, event.query)
        elif undo is not None:
            undo()
        self.view.focus()

    def _try(self, purpose: Purpose, query: Query | None) -> None:
        reading = self._must()
        if purpose is Purpose.SEARCH:
            reading.search(query)
            self._walk.start()
            self.view.redraw()
            return
        filters = self._filters_before
        if query is not None:
            filters = filters.keeping(query) if purpose is Purpose.KEEP else filters.dropping(query)
        self._filter(filters)

    # The rest

    def action_bad(self, by: int) -> None:
        """To the next error, or the one before."""
        self._must()
        self._begin(partial(self._walk.errors, by), ERRORS)

    def action_copy(self) -> None:
        """Copy the selection, or the screen."""
        self._begin(partial(self._take_out().copy, self.view.hand.ids()))

    def action_save(self) -> None:
        """Save what is shown."""
        self._begin(self._take_out().save)

    def action_pager(self) -> None:
        """Read what is shown elsewhere."""
        self._begin(self._take_out().page)

    def action_merge(self) -> None:
        """Ask the host for other services."""
        if self.source is not None:
            self.post_message(MergeWanted(self, self.source))

    def action_leave(self) -> None:
        """End the selection, then the search; then it is not this pane's key."""
        if self.view.hand.end():
            return
        if self._must().query is None:
            raise SkipAction
        self._try(Purpose.SEARCH, None)

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]], group: str = "default") -> "Worker[None]":
        """In the background. The work begins with the worker: what is cancelled before is never left unawaited."""
        return self.run_worker(work, group=group)

    def _tell_reader(self, text: str) -> None:
        self.notify(text, markup=False)

    def _take_out(self) -> TakeOut:
        return TakeOut(self.view, self._must())

    def _must(self) -> Reading:
        if self.reading is None:
            raise SkipAction
        return self.reading
