"""What a log pane tells whoever has it."""

from typing import TYPE_CHECKING

from textual.message import Message

from runix_tui.tui.logs.progress import Progress
from runix_tui.tui.logs.source import LogSource

if TYPE_CHECKING:
    from runix_tui.tui.widgets.log_pane import LogPane


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
