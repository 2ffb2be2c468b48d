"""A log pane: the lines, and one line that says how they stand. Give it a source; it follows it by itself."""

from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static
from textual.worker import Worker

from runix_tui.core.terminal import plain
from runix_tui.tui.logs.following import Streams
from runix_tui.tui.logs.log import Log, Phase
from runix_tui.tui.logs.source import LogKind, LogSource
from runix_tui.tui.widgets.log_view import LogView

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp


class LogPane(Vertical):
    """Shows one :class:`LogSource` at a time. ``streams``: from where, instead of the app's own connection."""

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
        self._streams = streams
        self.source: LogSource | None = None
        self.log_shown: Log | None = None
        self._following: Worker[None] | None = None
        self._because = ""
        self._said = ""

    def compose(self) -> ComposeResult:
        """The lines, and how they stand."""
        yield LogView(id="log-view")
        yield Static("", id="log-status", markup=False)

    @property
    def streams(self) -> Streams:
        """Gives the server's streams, once it is reached."""
        return self._streams or cast("RunixApp", self.app).connection.streams

    @property
    def view(self) -> LogView:
        """The lines."""
        return self.query_one(LogView)

    def show(self, source: LogSource | None) -> None:
        """Show this log, from its end; the one that is shown already goes on as it is."""
        if source == self.source:
            return
        self._stop()
        self.source = source
        if source is not None:
            log = self.log_shown = Log(source, self.streams, self._changed)
            self._following = self.run_worker(log.run(), name=f"log {source.title}", exit_on_error=True)
        self.view.show(self.log_shown)
        self._say()

    def explain(self, why: str) -> None:
        """What to say while there is no line: why there is none, e.g. "Stopped: s starts it". Foreign text is fine."""
        self._because = plain(why)
        self._say()

    def on_log_view_changed(self, event: LogView.Changed) -> None:
        """Say how the view stands."""
        event.stop()
        self._say()

    def on_unmount(self) -> None:
        """Nothing follows a pane that is gone."""
        self._stop()

    def _changed(self) -> None:
        self.view.arrived()

    def _stop(self) -> None:
        worker, self._following = self._following, None
        log, self.log_shown = self.log_shown, None
        if worker is not None:
            worker.cancel()
        if log is not None:
            log.close()

    def _say(self) -> None:
        view = self.view
        note = self._note()
        if note != view.note:
            view.note = note
            view.refresh()
        said = self._status()
        if said != self._said:
            self._said = said
            self.query_one("#log-status", Static).update(Text(said))

    def _note(self) -> str:
        """Why there is no line."""
        log = self.log_shown
        if log is None:
            return self._because or "No log is chosen."
        match log.phase:
            case Phase.WAITING | Phase.FOLLOWING:
                return self._because or "Waiting for the first line …"
            case Phase.AWAY:
                return "The server is away. The log goes on when it is back."
            case Phase.ENDED:
                return f"The build ended without a line: {plain(log.why)}."
            case _:
                return plain(log.why)

    def _status(self) -> str:
        log, view = self.log_shown, self.view
        if log is None:
            return ""
        count = len(log.spool)
        parts = [self._state(log, view), f"{count:,} line{'' if count == 1 else 's'}".replace(",", "\u202f")]
        if not log.complete:
            parts[-1] += ", older on demand" if not log.paging else ", older ones are coming …"
        return "  ·  ".join(parts)

    def _state(self, log: Log, view: LogView) -> str:
        if log.phase is Phase.AWAY:
            return "◌ server away"
        if log.phase is Phase.ENDED:
            return f"■ build {plain(log.why)}" if log.source.kind is LogKind.BUILD else "■ ended"
        if log.phase in (Phase.GONE, Phase.FAILED):
            return f"✗ {plain(log.why)}"
        return "● following" if view.following else "‖ reading"
