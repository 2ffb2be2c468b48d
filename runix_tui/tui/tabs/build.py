"""A tab: the stages and steps of a build beside its log."""

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runix_tui.core.human import local
from runix_tui.core.stages import Stage
from runix_tui.core.terminal import plain
from runix_tui.tui.faults import error_content, fault_content
from runix_tui.tui.logs.progress import Progress
from runix_tui.tui.logs.source import LogSource, Member
from runix_tui.tui.tabs.versioned import VersionTab
from runix_tui.tui.walks import built, rows
from runix_tui.tui.widgets.log_messages import BuildProgress, MergeWanted
from runix_tui.tui.widgets.log_pane import LogPane
from runix_tui.tui.widgets.stages import NOTHING, StageList

if TYPE_CHECKING:
    from textual.widget import Widget

    from runix_tui.core.wire import VersionDetails


class BuildTab(VersionTab):
    """The stages and steps of a build beside its log; in a small place, one line of stages over it."""

    TITLE = "Build"
    DEFAULT_CSS = """
    BuildTab { layout: horizontal; }
    BuildTab #walk { width: 34; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    BuildTab #heading { height: auto; margin: 0 0 1 0; }
    BuildTab #reason { height: auto; margin: 1 0 0 0; }
    BuildTab #log-side { width: 1fr; height: 1fr; border-left: solid $border-blurred; }
    BuildTab.-flat { layout: vertical; }
    BuildTab.-flat #walk { width: 1fr; height: auto; max-height: 7; }
    BuildTab.-flat #heading { margin: 0; }
    BuildTab.-flat #reason { margin: 0; }
    BuildTab.-flat #log-side { border-left: none; border-top: solid $border-blurred; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._progress: Progress = NOTHING  # of the build whose log is open
        self._read_of: tuple[str, int] | None = None  # which one that is

    def compose(self) -> ComposeResult:
        """The walk, and the log."""
        with VerticalScroll(id="walk", can_focus=False):
            yield Static("", id="heading", markup=False)
            yield StageList(id="stages", can_focus=True)
            yield Static("", id="reason", markup=False)
        with Vertical(id="log-side"):
            yield LogPane(id="build-log")

    def turned(self) -> None:
        """Of another deployment, its own log."""
        super().turned()
        self._close_log()

    def left(self) -> None:
        """Let go of the streams."""
        super().left()
        self.query_one(StageList).still()
        self._close_log()

    def fitted(self) -> None:
        """One line of stages, or a list."""
        self.draw()

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is None or not self.is_attached:
            return
        version, number = self.version, self.number
        if self._read_of is not None and self._read_of != (self.deployment.id, number):
            self._close_log()
        self.query_one("#heading", Static).update(self._heading(version, number))
        if version is not None:
            self.query_one(StageList).show(rows(version), self._progress, flat=not self.roomy)
        self.query_one(StageList).display = version is not None
        self._draw_reason(version)

    def way_in(self) -> "Widget | None":
        """The log: the steps are reached from it."""
        return self.query_one(LogPane).view

    def _heading(self, version: "VersionDetails | None", number: int | None) -> Content:
        if number is None:
            return Content.styled("Nothing was asked for yet.", "$text-muted")
        head = Content.styled(f"v{number}", "bold")
        if version is None:
            return head
        parts = [version.kind.value, local(version.created_at)]
        if version.rollback_of is not None:
            parts.append(f"v{version.rollback_of}'s image again: nothing is built")
        elif not built(version.kind):
            parts.append("the image stays: nothing is built")
        elif version.commit is not None:
            parts.append(plain(version.commit.subject))
        if version.stage is Stage.QUEUED:
            parts.append("waits for its turn")
        if self.asked is not None:
            parts.append("> newer")
        return Content.assemble(head, (f" · {' · '.join(parts)}", "$text-muted"))

    def _draw_reason(self, version: "VersionDetails | None") -> None:
        parts = []
        if version is not None and version.error is not None:
            latest = self.deployment is not None and version.version == self.deployment.latest_version
            evidence = 0 if version.stage is Stage.FAILED else 3  # a failed build's log ends with it
            parts.append(fault_content(version.error, evidence=evidence, keys=latest, here="2"))
        elif version is not None and version.stage in (Stage.CANCELLED, Stage.SUPERSEDED):
            parts.append(Content.styled(f"■ {version.stage}", "$text-muted"))
        if self.trouble is not None:
            parts.append(error_content(self.trouble))
        reason = self.query_one("#reason", Static)
        reason.display = bool(parts)
        reason.update(Content("\n").join(parts))

    def rested(self) -> None:
        """Open the log; the one that is shown goes on as it is."""
        deployment, number = self.deployment, self.number
        pane = self.query_one(LogPane)
        if deployment is None or number is None:
            pane.explain("Nothing was built yet.")
        elif self._read_of != (deployment.id, number):
            member = Member(deployment.id, self.runix.fleet.full_name(deployment))
            pane.explain("")
            pane.show(LogSource.build(member, number))
            self._read_of = deployment.id, number
            self._progress = NOTHING

    def _close_log(self) -> None:
        """Nothing of another build stays on the screen."""
        pane = self.query_one(LogPane)
        pane.show(None)
        pane.explain("Opening the log…")
        self._read_of = None
        self._progress = NOTHING

    @on(BuildProgress)
    def told(self, event: BuildProgress) -> None:
        """The log says how far the build is."""
        event.stop()
        if event.source == self.query_one(LogPane).source:
            self._progress = event.progress
            self.draw()

    @on(StageList.Led)
    def led(self, event: StageList.Led) -> None:
        """To where a step begins."""
        event.stop()
        self.query_one(LogPane).go_to(event.line_id)

    @on(MergeWanted)
    def merge_wanted(self, event: MergeWanted) -> None:
        """A build stands alone."""
        event.stop()
        self.runix.tell("merge", "A build log stands alone; in Logs (3) M merges what several services write.")
