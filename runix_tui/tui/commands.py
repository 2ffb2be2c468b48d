"""Everything in one place (``Ctrl+P`` or ``:``): each key's action, each view and tab, each deployment, each theme."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from runix_tui.core.terminal import plain
from runix_tui.tui.looks import COLOURS, SYMBOLS

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp


KEY = 7  # cells


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do: the key that does it too, what it is called, and what else there is to say of it."""

    name: str
    run: Callable[[], Any | Awaitable[Any]]
    key: str = ""
    more: str = ""
    colour: str = "$text-muted"

    def line(self, name: Content) -> Content:
        """As it is listed; ``name`` has what was typed marked."""
        return Content.assemble((self.key.ljust(KEY), "bold $text-accent"), name, "  ", (self.more, self.colour))


class Everything(Provider):
    """What the palette finds. Only what can be done where the user stood when it was opened."""

    async def discover(self) -> Hits:
        """Before anything is typed: all of it, in order."""
        for command in self._commands():
            yield DiscoveryHit(command.line(Content(command.name)), command.run, text=command.name)

    async def search(self, query: str) -> Hits:
        """What fits the query, the best first."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.name)
            if score > 0:
                line = command.line(matcher.highlight(command.name))
                yield Hit(score, line, command.run, text=command.name)

    @property
    def _runix(self) -> "RunixApp":
        return cast("RunixApp", self.app)

    def _commands(self) -> Iterator[Command]:
        yield from sorted(self._actions(), key=lambda each: not each.more.startswith("deployment."))
        if self.screen is self._runix.main:
            yield from self._deployments()
            yield from self._tabs()
        yield from self._themes()

    def _actions(self) -> Iterator[Command]:
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id is None or binding.id in seen or not active.enabled or _only_moves(binding):
                continue
            seen.add(binding.id)
            name = ": ".join(part for part in (binding.description, binding.tooltip) if part)
            run = partial(self.app.run_action, binding.action, active.node)
            yield Command(name, run, self.app.get_key_display(binding), binding.id)

    def _deployments(self) -> Iterator[Command]:
        for entry in sorted(self._runix.fleet.entries(), key=lambda each: each.full_name):
            run = partial(self._runix.main.go_to, entry.id)
            state = f"{SYMBOLS[entry.look]} {entry.word}"
            yield Command(f"Go to {plain(entry.full_name)}", run, "", state, f"${COLOURS[entry.look]}")

    def _tabs(self) -> Iterator[Command]:
        from runix_tui.tui.tabs.every import TABS

        for number, (name, tab) in enumerate(TABS.items(), 1):
            about = (tab.__doc__ or "").strip().split("\n", 1)[0]
            yield Command(f"Tab {tab.TITLE}", partial(self._runix.main.action_tab, name), str(number), about)

    def _themes(self) -> Iterator[Command]:
        for name in self._runix.theme_names():
            now = "in use" if name == self.app.theme else ""
            yield Command(f"Theme {name}", partial(setattr, self.app, "theme", name), "", now)


def _only_moves(binding: Binding) -> bool:
    """Keys that make no sense by a name, or have one further down."""
    moves = ("move(", "page(", "end(", "scroll", "cursor", "command_palette", "tab_number(")
    return binding.action.removeprefix("app.").startswith(moves)
