"""The line over the tabs: how the chosen deployment stands, what serves, and where; the reason when it is not well."""

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import Static

from runix_tui.core.human import age
from runix_tui.core.terminal import plain
from runix_tui.tui.looks import COLOURS, SYMBOLS, Look

if TYPE_CHECKING:
    from runix_tui.core.wire import Fault
    from runix_tui.tui.listing import Entry

GAP = "   "


class Summary(Static):
    """One line about one deployment, and one more when something is wrong with it."""

    DEFAULT_CSS = "Summary { height: auto; max-height: 3; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._shown: tuple[Entry | None, str, Fault | None] | None = None
        self._line: Content | None = None

    def show(self, entry: "Entry | None", subject: str = "", fault: "Fault | None" = None) -> None:
        """About this one; ``subject`` is of the commit that serves, ``fault`` is why its newest version failed."""
        self._shown = (entry, subject, fault)
        self._draw()

    def on_resize(self) -> None:
        """Another length."""
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        entry, subject, fault = self._shown
        line = self._about(entry, subject) if entry else Content("")
        if entry and fault and entry.look is not Look.WORKING:
            line = Content.assemble(line, "\n", _wrong(fault).truncate(max(1, self.content_size.width), ellipsis=True))
        if line != self._line:
            same_height = self._line is not None and self._line.plain.count("\n") == line.plain.count("\n")
            self._line = line
            self.update(line, layout=not same_height)

    def _about(self, entry: "Entry", subject: str) -> Content:
        """``● live   v4 · abc1234 fix cart total · 2m ago      http://…``: the subject gives way."""
        state = Content.assemble((f"{SYMBOLS[entry.look]} {entry.word}", f"bold ${COLOURS[entry.look]}"))
        version = f"v{entry.version} · {entry.commit or 'no commit'}" if entry.version else "nothing serves yet"
        since = f" · {age(entry.changed_at)} ago"
        url = plain(entry.url or "")
        width = self.content_size.width
        taken = state.cell_length + len(GAP) + len(version) + len(since) + len(GAP)
        if taken + len(url) > width:
            url = url.removeprefix("http://")
        if taken + len(url) > width:
            url = ""
        said = shortened(plain(subject), width - taken - len(url) - 1)
        left = Content.assemble(state, GAP, version, f" {said}" if said else "", (since, "$text-muted"))
        free = width - left.cell_length - len(url)
        return Content.assemble(left, " " * max(0, free), (url, "$text-primary")).truncate(max(1, width), ellipsis=True)


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells; nothing where there is no room for what would say anything."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 8 else ""


def _wrong(fault: "Fault") -> Content:
    """Why, and the next key."""
    from runix_tui.tui.faults import helpful, keys_for

    said = plain(fault.message).split("\n", 1)[0]
    return Content.assemble(("✗ ", "$text-error"), (said, ""), GAP, helpful(keys_for(fault.code)[:2]))
