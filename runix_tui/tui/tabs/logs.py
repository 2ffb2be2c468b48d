"""A tab: the run-time log."""

from textual.app import ComposeResult

from runix_tui.core.stages import Status
from runix_tui.tui.logs.source import LogSource, Member
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.widgets.log_pane import LogPane


class LogsTab(Tab):
    """The run-time log; when there is none, why."""

    TITLE = "Logs"

    def compose(self) -> ComposeResult:
        """One log."""
        yield LogPane(id="runtime-log")

    def left(self) -> None:
        """Let go of the stream."""
        super().left()
        self.query_one(LogPane).show(None)

    def turned(self) -> None:
        """Nothing of another deployment stays on the screen."""
        pane = self.query_one(LogPane)
        pane.explain("Opening the log…")
        pane.show(None)

    def rested(self) -> None:
        """Show the log of this one; the one that is shown goes on as it is."""
        if self.deployment is not None:
            member = Member(self.deployment.id, self.runix.fleet.full_name(self.deployment))
            self.query_one(LogPane).show(LogSource.runtime(member))
            self.draw()

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
