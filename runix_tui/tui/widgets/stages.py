"""The walk of a version on the screen: a list with the build's steps where there is room, else one line.

Times that run are drawn again twice a second, as long as they run and are seen; then nothing is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from runix_tui.core.human import took
from runix_tui.core.stages import Stage
from runix_tui.core.terminal import plain
from runix_tui.tui.logs.progress import Progress, Step
from runix_tui.tui.walks import COLOURS, SYMBOLS, Row, State, ticking

TICK = 0.5  # seconds
NOTHING = Progress()
_NAME, _TIME = 6, 9  # columns
_WORTH = ("FROM", "COPY", "ADD", "RUN")  # steps that do something; others while they run, or when they are slow
_SLOW = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the list, and where in the log it begins; None: the log does not say."""

    text: Content
    line_id: int | None = None


def _now() -> datetime:
    return datetime.now(UTC)


class StageList(Static):
    """``flat``: all in one line. ``now`` is the clock. ``can_focus``: lines can be gone through, and led to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "lead", "to its lines", id="stages.lead", tooltip="Go to where this begins in the log"),
        Binding("up,k", "move(-1)", "up", show=False, id="stages.up", tooltip="The step before"),
        Binding("down,j", "move(1)", "down", show=False, id="stages.down", tooltip="The next step"),
    ]
    DEFAULT_CSS = "StageList { height: auto; width: 1fr; }"

    class Led(Message):
        """The log is to be seen from this line on."""

        def __init__(self, line_id: int) -> None:
            super().__init__()
            self.line_id = line_id

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own word
        can_focus: bool = False,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__("", id=id, markup=False)
        self._leads = can_focus
        self.flat = False
        self._rows: Sequence[Row] = ()
        self._progress = NOTHING
        self._told: list[Told] = []
        self._at = 0
        self._now = now
        self._tick: Timer | None = None

    def show(self, rows: Sequence[Row], progress: Progress = NOTHING, *, flat: bool = False) -> None:
        """Show these, and go on by itself while a time runs."""
        self._rows, self._progress, self.flat = rows, progress, flat
        self.can_focus = self._leads and not flat
        self._draw()
        if not ticking(rows):
            self.still()
        elif self._tick is None:
            self._tick = self.set_interval(TICK, self._draw)

    def still(self) -> None:
        """Let time stand: nobody looks."""
        if self._tick is not None:
            self._tick.stop()
            self._tick = None

    def on_resize(self) -> None:
        """The width decides where lines are cut."""
        self._draw()

    def on_focus(self) -> None:
        """One line is the current one."""
        self._draw()

    def on_blur(self) -> None:
        """None is."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """What is under the pointer."""
        self._at = event.get_content_offset_capture(self).y
        self.action_lead()

    def action_move(self, by: int) -> None:
        """The line above or below."""
        self._at = min(max(0, self._at + by), max(0, len(self._told) - 1))
        self._draw()

    def action_lead(self) -> None:
        """To the log, where this begins."""
        line_id = self._told[self._at].line_id if self._leads and self._at < len(self._told) else None
        if line_id is not None:
            self.post_message(self.Led(line_id))

    def _draw(self) -> None:
        if self.flat:
            self._told = []
            self.update(line(self._rows, self._progress))
            return
        width = max(20, self.content_size.width or 30)
        self._told = lines(self._rows, self._progress, self._now(), width)
        texts = [each.text for each in self._told]
        if self.has_focus and texts:
            self._at = min(self._at, len(texts) - 1)
            style = "reverse" if self.app.no_color else "bold $foreground on $primary-muted"
            texts[self._at] = Content.styled(texts[self._at].plain.ljust(width), style)
        self.update(Content("\n").join(texts))


def line(rows: Sequence[Row], progress: Progress) -> Content:
    """``✓ fetch  ✓ plan  ◐ build 3/7  · start  · check  · route``."""
    parts = []
    for row in rows:
        running = row.stage is Stage.BUILDING and row.state in (State.RUNNING, State.FAILED)
        more = f" {progress.steps[-1].place}" if running and progress.steps else ""
        parts.append(Content.styled(f"{SYMBOLS[row.state]} {row.name}{more}", COLOURS[row.state]))
    return Content("  ").join(parts)


def lines(rows: Sequence[Row], progress: Progress, now: datetime, width: int) -> list[Told]:
    """A line for each stage, and below the build those of its steps."""
    found = []
    begins = {stage.name: stage.line_id for stage in progress.stages}
    for row in rows:
        time = row.took(now)
        text = Content.assemble(
            (f"{SYMBOLS[row.state]} {row.name:<{_NAME}}", COLOURS[row.state]),
            f"{took(time) if time is not None else '':>{_TIME}}  ",
            (plain(row.note), "$text-muted"),
        ).truncate(width, ellipsis=True)
        found.append(Told(text, begins.get(row.stage.value)))
        if row.stage is Stage.BUILDING:
            found += _steps(progress.steps, row.state, now, width)
    return found


def _steps(steps: Sequence[Step], state: State, now: datetime, width: int) -> list[Told]:
    """The build's: what it is at, what did something, what took long."""
    return [
        Told(_step(step, now, width, failed=state is State.FAILED and step is steps[-1]), step.line_id)
        for step in steps
        if step is steps[-1] or step.text.startswith(_WORTH) or _seconds(step, now) >= _SLOW
    ]


def _step(step: Step, now: datetime, width: int, *, failed: bool) -> Content:
    time = "cached" if step.cached else took(_seconds(step, now))
    room = width - _TIME - 3
    text = Content(f"{step.place} {step.text}").truncate(room, ellipsis=True, pad=True)
    colour = "$text-error" if failed else "$text-accent" if step.ended is None else "$text-muted"
    return Content.assemble("  ", (text.plain, colour), (f"{time:>{_TIME}}", "$text-muted"))


def _seconds(step: Step, now: datetime) -> float:
    """How long it took, or takes by ``now``."""
    return max(0.0, now.timestamp() - step.began) if step.seconds is None else step.seconds
