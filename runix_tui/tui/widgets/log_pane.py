"""A log pane: the lines, a line that says how they stand, and one to type in what to look for.

Give it a source; it follows it by itself. How a log is read (filters, search) is ``logs.reading``; how lines leave the
pane (copy, save, pager) is ``log_takeout``.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static
from textual.worker import Worker

from runix_tui.core.terminal import plain
from runix_tui.tui.logs.filters import Filters
from runix_tui.tui.logs.following import Streams
from runix_tui.tui.logs.log import Log
from runix_tui.tui.logs.progress import Progress
from runix_tui.tui.logs.reading import SINCE, Reading
from runix_tui.tui.logs.search import Query
from runix_tui.tui.logs.shelf import Shelf
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.widgets import log_status
from runix_tui.tui.widgets.log_keys import PANE_KEYS
from runix_tui.tui.widgets.log_messages import BuildProgress, MergeWanted
from runix_tui.tui.widgets.log_prompt import LogPrompt, Purpose
from runix_tui.tui.widgets.log_takeout import TakeOut
from runix_tui.tui.widgets.log_trial import Trial
from runix_tui.tui.widgets.log_view import LogView
from runix_tui.tui.widgets.log_walk import LogWalk
from runix_tui.tui.widgets.pace import Pace

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp

ERRORS = "errors"  # the group of workers that look for them
TELL_EVERY = 0.1  # seconds between two messages about a build's progress


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
        self._shelf = Shelf()
        self._workers: list[Worker[None]] = []
        self._because = ""
        self._said = Text()
        self._told: Progress | None = None
        self._telling = Pace(self, TELL_EVERY, self._tell)
        self._trial: Trial | None = None  # what is being typed

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
        """Show this log, from its end, or from where its reader left it; the one that is shown already goes on as it
        is."""
        if source == self.source:
            return
        self._leave()
        self.source = source
        if source is not None:
            reading = self._shelf.take(source) or Reading(Log(source, self.streams, self._arrived), self._changed)
            self.reading = reading
            self._workers = [
                self.run_worker(reading.log.run, name=f"log {source.title}"),
                self.run_worker(reading.run, name=f"reading {source.title}"),
            ]
        self.view.show(self.reading)
        self._arrived()
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
        self._leave()
        self._shelf.close()

    def on_log_view_changed(self, event: LogView.Changed) -> None:
        """Say how the view stands."""
        event.stop()
        self._say()

    def _arrived(self) -> None:
        """The log has something new."""
        if self.reading is not None:
            self.reading.arrived()
            self.view.arrived()
            if self.reading.log.progress is not self._told:
                self._telling.soon()

    def _tell(self) -> None:
        if self.reading is not None and self.reading.log.progress is not None:
            self._told = self.reading.log.progress
            self.post_message(BuildProgress(self.reading.log.source, self._told))

    def _changed(self) -> None:
        """Other lines are shown, or more were found."""
        self._walk.found_more()
        self.view.arrived()

    def _leave(self) -> None:
        """Follow no more; what is read so far is kept for who comes back."""
        self._prompt.close()
        self._undo()
        self._walk.stop()
        for worker in self._workers:
            worker.cancel()
        self._workers = []
        self.workers.cancel_group(self, ERRORS)
        reading, self.reading = self.reading, None
        self._told, self._because = None, ""
        if reading is not None:
            self._shelf.put(reading)

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
        self._ask(Purpose.SEARCH)

    def action_match(self, by: int) -> None:
        """To the next found line, or the one before."""
        if self._must().found is None:
            raise SkipAction
        self._walk.match(by)

    def _searched(self) -> None:
        self._walk.start()
        self.view.redraw()

    # Filters

    def action_keep(self) -> None:
        """Ask what lines must have."""
        self._ask(Purpose.KEEP)

    def action_drop(self) -> None:
        """Ask what lines must not have."""
        self._ask(Purpose.DROP)

    def action_unfilter(self) -> None:
        """Take the newest filter away."""
        if not self._must().filters:
            raise SkipAction
        self._filter(self._must().filters.less())

    def action_context(self, by: int) -> None:
        """More or fewer lines around each kept one."""
        if not self._must().filters:
            raise SkipAction
        self._filter(self._must().filters.widened(by))

    def action_since(self) -> None:
        """Everything, or what was written since some minutes ago."""
        reading = self._must()
        reading.show_since(SINCE[(SINCE.index(reading.since) + 1) % len(SINCE)])
        self.view.redraw()

    def _filter(self, filters: Filters) -> None:
        self._must().filter(filters)
        self._filtered()

    def _filtered(self) -> None:
        if self.view.hand.picked is not None:  # what was picked may be gone
            self.view.hand.end()
        self.view.redraw()

    # Prompt

    def _ask(self, purpose: Purpose) -> None:
        self._trial = Trial(self._must(), purpose)
        self._prompt.ask(purpose, self._trial.begin)

    def on_log_prompt_typed(self, event: LogPrompt.Typed) -> None:
        """Shown as it is typed."""
        event.stop()
        if self._trial is not None and self._prompt.is_open:
            self._try(self._trial, event.query)

    def on_log_prompt_ended(self, event: LogPrompt.Ended) -> None:
        """Typed to the end: it stays; left: as before."""
        event.stop()
        if self._trial is None:  # another log is shown meanwhile
            return
        if event.kept:
            self._try(self._trial, event.query)
            self._trial = None
        else:
            self._undo()
        self.view.focus()

    def _try(self, trial: Trial, query: Query | None) -> None:
        trial.show(query)
        if trial.purpose is Purpose.SEARCH:
            self._searched()
        else:
            self._filtered()

    def _undo(self) -> None:
        trial, self._trial = self._trial, None
        if trial is not None:
            trial.undo()
            self._walk.stop()
            self.view.redraw()

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
        reading = self._must()
        if reading.query is None:
            raise SkipAction
        reading.search(None)
        self._searched()

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
