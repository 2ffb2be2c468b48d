"""The walk of a version on the screen: a list with the build's steps where there is room, else one line.

Times that run are drawn again twice a second, as long as they run and are seen; then nothing is.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from runix_tui.core.human import took
from runix_tui.core.stages import Stage
from runix_tui.core.terminal import plain
from runix_tui.tui.steps import Step, Steps
from runix_tui.tui.walks import COLOURS, SYMBOLS, Row, State, ticking

TICK = 0.5  # seconds
_NAME, _TIME = 6, 9  # columns
_WORTH = (
    "FROM",
    "COPY",
    "ADD",
    "RUN",
)  # steps that do something; others are told while they run, or when they are slow
_SLOW = 1.0  # seconds


def _now() -> datetime:
    return datetime.now(UTC)


class StageList(Static):
    """``flat``: all in one line. ``now`` is the clock."""

    DEFAULT_CSS = "StageList { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None, now: Callable[[], datetime] = _now) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self.flat = False
        self._rows: Sequence[Row] = ()
        self._steps = Steps()
        self._now = now
        self._tick: Timer | None = None

    def show(self, rows: Sequence[Row], steps: Steps, *, flat: bool = False) -> None:
        """Show these, and go on by itself while a time runs."""
        self._rows, self._steps, self.flat = rows, steps, flat
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

    def _draw(self) -> None:
        now = self._now()
        if self.flat:
            self.update(line(self._rows, self._steps))
        else:
            width = max(20, self.content_size.width or 30)
            self.update(Content("\n").join(lines(self._rows, self._steps, now, width)))


def line(rows: Sequence[Row], steps: Steps) -> Content:
    """``✓ fetch  ✓ plan  ◐ build 3/7  · start  · check  · route``."""
    parts = []
    for row in rows:
        running = row.stage is Stage.BUILDING and row.state in (State.RUNNING, State.FAILED)
        more = f" {steps.progress}" if running and steps.progress else ""
        parts.append(Content.styled(f"{SYMBOLS[row.state]} {row.name}{more}", COLOURS[row.state]))
    return Content("  ").join(parts)


def lines(rows: Sequence[Row], steps: Steps, now: datetime, width: int) -> list[Content]:
    """A line for each stage, and below the build those of its steps."""
    found = []
    for row in rows:
        time = row.took(now)
        found.append(
            Content.assemble(
                (f"{SYMBOLS[row.state]} {row.name:<{_NAME}}", COLOURS[row.state]),
                f"{took(time) if time is not None else '':>{_TIME}}  ",
                (plain(row.note), "$text-muted"),
            ).truncate(width, ellipsis=True)
        )
        if row.stage is Stage.BUILDING:
            failed = row.state is State.FAILED
            last = steps.found[-1] if steps.found else None
            for each in steps.found:
                if each is last or each.text.startswith(_WORTH) or each.seconds(now) >= _SLOW:
                    found.append(_step(each, now, width, failed=failed and each is last))
    return found


def _step(step: Step, now: datetime, width: int, *, failed: bool) -> Content:
    time = "cached" if step.cached else took(step.seconds(now))
    number = (f"{step.stage}·" if step.stages > 1 else "") + f"{step.number}/{step.total}"
    room = width - _TIME - 3
    text = Content(f"{number} {plain(step.text)}").truncate(room, ellipsis=True, pad=True)
    colour = "$text-error" if failed else "$text-accent" if step.ended is None else "$text-muted"
    return Content.assemble("  ", (text.plain, colour), (f"{time:>{_TIME}}", "$text-muted"))
