"""The top line: engine, gateway and model at a glance, and which home and server this is."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from textual.content import Content
from textual.widget import Widget

from runix_tui.core.checkup import Condition
from runix_tui.core.terminal import plain
from runix_tui.tui.fleet import Fleet

if TYPE_CHECKING:
    from runix_tui.core.wire import Health

GAP = "   "
MODEL = ("○", "builds by rules, no model", "$text-muted")
SHORT_MODEL = ("○", "rules, no model", "$text-muted")

Part = tuple[str, str, str]  # symbol, words, colour


class HeaderBar(Widget):
    """One line; drawn again only when it says something else."""

    DEFAULT_CSS = "HeaderBar { height: 1; }"

    def __init__(self, fleet: Fleet, home: str) -> None:
        super().__init__()
        self._fleet = fleet
        self._home = home
        self._url = ""
        self._said: Content | None = None

    def changed(self, url: str) -> None:
        """Health or server (at ``url``; empty while there is none) may be otherwise."""
        self._url = url
        if self._line() != self._said:
            self.refresh()

    async def on_click(self) -> None:
        """What stands behind it."""
        await self.app.run_action("view('doctor')", self.screen)

    def render(self) -> Content:
        """The line, as long as it may be."""
        self._said = self._line()
        return self._said

    def _line(self) -> Content:
        width = self.size.width
        port = urlsplit(self._url).port if self._url else None
        api = f"api :{port}" if port else ""
        for short, right in (
            (False, f"{plain(self._home)}{GAP}{api}"),
            (True, f"{plain(self._home)}{GAP}{api}"),
            (True, api),
        ):
            left = _joined(self._parts(short=short))
            free = width - left.cell_length - Content(right).cell_length
            if free >= len(GAP):
                return Content.assemble(left, " " * free, (right, "$text-muted"))
        return left.truncate(width, ellipsis=True)

    def _parts(self, *, short: bool) -> list[Part]:
        health = self._fleet.health
        if not self._url:
            return [("·", "reaching the server…", "$text-muted")]
        if health is None:
            return [("·", "looking at the engine…", "$text-muted")]
        return [_engine(health, short=short), _gateway(health, short=short), SHORT_MODEL if short else MODEL]


def _joined(parts: list[Part]) -> Content:
    line = Content.styled("runix", "bold $text-primary")
    for symbol, words, colour in parts:
        line = Content.assemble(line, GAP, (symbol, colour), " ", (plain(words), "$text-muted"))
    return line


def _engine(health: "Health", *, short: bool) -> Part:
    engine = health.engine
    if engine.status is Condition.STARTING:
        return "◐", "engine starting", "$text-muted"
    if engine.status is Condition.UNAVAILABLE:
        return "✗", "engine away" if short else "engine away (D)", "$text-error"
    name = f"{engine.name or 'engine'} {engine.version or ''}".strip()
    words = name if short else f"engine {name}"
    return ("▲", f"{words}, see D", "$text-warning") if engine.warnings and not short else ("●", words, "$text-success")


def _gateway(health: "Health", *, short: bool) -> Part:
    if health.gateway.status is Condition.STARTING:
        return "◐", "gateway starting", "$text-muted"
    if health.gateway.status is Condition.UNAVAILABLE:
        return "✗", "gateway away", "$text-error"
    port = urlsplit(health.gateway_url or "").port
    return "●", f":{port}" if short else f"gateway :{port}", "$text-success"
