"""A view: what works on this machine and what does not, each with its remedy."""

import sys
from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Self, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runix_tui.core.terminal import plain
from runix_tui.errors import RunixError
from runix_tui.tui.shell import run_instead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runix_tui.core.wire import Check
    from runix_tui.tui.app import RunixApp

LOOKS = {
    "fail": ("✗", "fails", "$text-error"),
    "warn": ("▲", "warning", "$text-warning"),
    "ok": ("✓", "ok", "$text-success"),
}
FIX = (sys.executable, "-P", "-m", "runix_tui", "doctor", "--fix")
NO_ENGINE = "Runix needs a container engine to run services, and there is none yet. This is how to get it:"


class DoctorView(Vertical):
    """What was found when it was looked last; looks when it comes on the screen."""

    DEFAULT_CSS = """
    DoctorView {
        height: 1fr; border: round $border-blurred; border-title-color: $foreground; border-title-style: bold;
    }
    DoctorView:focus-within { border: round $border; }
    DoctorView VerticalScroll { height: 1fr; padding: 0 1; }
    DoctorView #doctor-summary { height: auto; padding: 0 1; margin-bottom: 1; }
    DoctorView Grid {
        grid-size: 3; grid-columns: 10 16 1fr; grid-rows: auto; height: auto; grid-gutter: 0 1;
    }
    DoctorView Grid Static { height: auto; }
    """
    HELP = "What works on this machine and what does not, the worst first, each with what mends it."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "look", "look again", id="doctor.look", tooltip="Look again at everything"),
        Binding("F", "fix", "fix", id="doctor.fix", tooltip="Get what is missing: runs `runix doctor --fix` here"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.border_title = "Doctor"
        self._fixable = True  # as far as is known

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    def compose(self) -> ComposeResult:
        """A summary, then a row for each thing that was looked at."""
        yield Static("", id="doctor-summary", markup=False)
        with VerticalScroll():
            yield Grid()

    def focus(self, scroll_visible: bool = True) -> Self:
        """The findings are what can be worked with."""
        self.query_one(VerticalScroll).focus(scroll_visible)
        return self

    def on_show(self) -> None:
        """On the screen: look."""
        self.action_look()

    def action_look(self) -> None:
        """Look at everything; what was found before stays until then."""
        self._look()

    @work(group="fix")
    async def action_fix(self) -> None:
        """Get what is missing, in place of the screen; then look again."""
        before = "Runix gets what is missing. It may ask for your password, to install packages.\n"
        if await run_instead(self.runix, "fix", FIX, before=before, stay=True) is not None:
            self.action_look()

    @work(group="doctor", exclusive=True)
    async def _look(self) -> None:
        self._say(Content("◐ Looking at everything…"))
        try:
            checks = await self.runix.connection.call(lambda client: client.checkup())
        except RunixError as error:
            self._say(_failure(error))
            self._fixable = True  # it looks by itself
            return
        self._say(summary(checks))
        self._fixable = fixable(checks)
        self.refresh_bindings()
        grid = self.query_one(Grid)
        async with self.batch():
            await grid.remove_children()
            await grid.mount_all(Static(cell) for check in in_order(checks) for cell in row(check))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is to be got where nothing is missing."""
        return action != "fix" or self._fixable

    def _say(self, text: Content) -> None:
        self.query_one("#doctor-summary", Static).update(text)


def in_order(checks: "Sequence[Check]") -> "list[Check]":
    """What is worst first; what is as bad in the order of the check-up."""
    worst = list(LOOKS)
    return sorted(checks, key=lambda check: worst.index(str(check.status)))


def row(check: "Check") -> tuple[Content, Content, Content]:
    """How it stands, what it is, and what was found with what to do."""
    symbol, word, colour = LOOKS[str(check.status)]
    found = Content(plain(check.found))
    if check.remedy and check.status != "ok":
        key = Content.assemble(("  F", "bold $text-accent"), " does it.") if check.fixable else Content()
        found = Content.assemble(found, "\n", (plain(check.remedy), "$text-muted"), key, "\n")
    return Content.styled(f"{symbol} {word}", colour), Content.styled(plain(check.name), "bold"), found


def fixable(checks: "Sequence[Check]") -> bool:
    """Whether anything is missing that can be got."""
    return any(check.fixable and check.status != "ok" for check in checks)


def summary(checks: "Sequence[Check]") -> Content:
    """All of it in one sentence, and the next key."""
    counted = Counter(str(check.status) for check in checks)
    keys = " F gets what is missing, r looks again." if fixable(checks) else " r looks again."
    if any(check.name in ("engine", "podman") and check.status == "fail" for check in checks):
        return Content.assemble((NO_ENGINE, "bold"), keys)
    if counted["fail"]:
        return Content.assemble(
            (f"✗ {_things(counted['fail']).capitalize()} must be mended before services can run.", "$text-error"), keys
        )
    if counted["warn"]:
        said = f"▲ Services can run; {_things(counted['warn'])} could be better."
        return Content.assemble((said, "$text-warning"), keys)
    return Content.assemble(("✓ Everything works.", "$text-success"), keys)


def _things(count: int) -> str:
    return "one thing" if count == 1 else f"{count} things"


def _failure(error: RunixError) -> Content:
    hint = f"\n{plain(error.hint)}" if error.hint else ""
    more = "\n`runix doctor`, in a shell, looks without a server. r: try again."
    return Content.assemble((f"✗ {plain(error.message)}", "$text-error"), hint, (more, "$text-muted"))
