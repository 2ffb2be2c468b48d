"""What would be built, before it is: the plan with where each choice came from, and the Dockerfile."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from runix_tui.core.terminal import plain

if TYPE_CHECKING:
    from runix_tui.core.wire import Planned

NOTHING = "There is no plan yet: it is made as soon as it is known where the service comes from. F6: back to the form."


class PlanPreview(VerticalScroll):
    """Takes the form's place when it is asked for."""

    DEFAULT_CSS = """
    PlanPreview { display: none; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    PlanPreview Static { height: auto; }
    """

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(NOTHING, markup=False)

    def forget(self) -> None:
        """There is no plan of what is typed now."""
        self.query_one(Static).update(NOTHING)

    def show(self, planned: "Planned") -> None:
        """This is what would be built."""
        self.query_one(Static).update(_content(planned))


def _content(planned: "Planned") -> Content:
    lines = [Content.styled(plain(note), "$text-warning") for note in planned.notes]
    for key, origin in planned.origins.items():
        because = f"  {plain(origin.source)}: {plain(origin.reason)}"
        lines.append(Content.assemble((f"{plain(key):<18}", "bold"), _value(planned, key), (because, "$text-muted")))
    lines += [Content(""), Content.styled("Dockerfile", "bold"), Content("")]
    lines += [Content(plain(line)) for line in planned.dockerfile.splitlines()]
    return Content("\n").join(lines)


def _value(planned: "Planned", key: str) -> Content:
    value = planned.plan.get(key)
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return Content("" if value is None else plain(text))
