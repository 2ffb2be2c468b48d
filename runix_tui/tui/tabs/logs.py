"""A tab: the run-time log."""

from textual import on
from textual.app import ComposeResult

from runix_tui.core.stages import Status
from runix_tui.tui.logs.source import LogSource, Member
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.widgets.log_messages import MergeWanted
from runix_tui.tui.widgets.log_pane import LogPane


class LogsTab(Tab):
    """The run-time log; when there is none, why."""

    TITLE = "Logs"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._merged: dict[str, tuple[Member, ...]] = {}  # the services whose lines are shown as one, by deployment

    def compose(self) -> ComposeResult:
        """One log."""
        yield LogPane(id="runtime-log")

    def left(self) -> None:
        """Let go of the stream."""
        super().left()
        self._close_log()

    def turned(self) -> None:
        """Of another deployment, its own log."""
        self._close_log()

    def _close_log(self) -> None:
        """Nothing of another deployment stays on the screen."""
        pane = self.query_one(LogPane)
        pane.show(None)
        pane.explain("Opening the log…")

    def rested(self) -> None:
        """Show the log of this one; the one that is shown goes on as it is."""
        if self.deployment is not None:
            member = Member(self.deployment.id, self.runix.fleet.full_name(self.deployment))
            members = self._merged.get(self.deployment.id, (member,))
            self.query_one(LogPane).show(LogSource.runtime(*members))
            self.draw()

    @on(MergeWanted)
    def merge_wanted(self, event: MergeWanted) -> None:
        """Ask with which other services; when they are merged, end that."""
        event.stop()
        own = event.source.members[0]
        if self._merged.pop(own.id, None):
            self.rested()
            return
        others = self._others()
        if not others:
            self.runix.tell("merge", "No other service has a log yet.")
            return
        from runix_tui.tui.modals.merge import MergeLogs

        def answered(members: tuple[Member, ...] | None) -> None:
            if members and self.deployment is not None and self.deployment.id == own.id:
                self._merged[own.id] = members
                self.rested()

        self.app.push_screen(MergeLogs(own, others), answered)

    def _others(self) -> list[Member]:
        """Other services: those that run, those of the same project first, then by name."""
        fleet, own = self.runix.fleet, self.deployment
        if own is None:
            return []
        found = [each for each in fleet.deployments.values() if each.id != own.id and each.serving]
        found.sort(key=lambda each: (each.project_id != own.project_id, fleet.full_name(each)))
        return [Member(each.id, fleet.full_name(each)) for each in found]

    def draw(self) -> None:
        """Say why there is no line."""
        pane, deployment = self.query_one(LogPane), self.deployment
        if deployment is None or pane.source is None:
            return
        if deployment.status is Status.STOPPED:
            pane.explain("Stopped. s starts it again.")
        elif deployment.serving:
            pane.explain("It runs, and has written nothing yet.")
        elif deployment.status is Status.BUILDING:
            pane.explain("It has not started yet: 2 shows how far it is.")
        else:
            pane.explain("It never wrote anything. 2 shows what went wrong.")
