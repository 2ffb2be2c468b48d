"""Everything in one place (``Ctrl+P`` or ``:``): each key's action, each view and tab, each deployment, each theme."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from runix_tui.core.terminal import plain
from runix_tui.tui.looks import COLOURS, SYMBOLS

if TYPE_CHECKING:
    from runix_tui.tui.app import RunixApp


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do: what it is called, what it is about, and the doing."""

    name: str
    about: str
    run: Callable[[], Any | Awaitable[Any]]
    shown: Content


class Everything(Provider):
    """What the palette finds. Only what can be done where the user stood when it was opened."""

    async def discover(self) -> Hits:
        """Before anything is typed: all of it, in order."""
        for command in self._commands():
            yield DiscoveryHit(command.shown, command.run, text=command.name, help=escape(command.about))

    async def search(self, query: str) -> Hits:
        """What fits the query, the best first."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.name)
            if score > 0:
                shown = matcher.highlight(command.name)
                yield Hit(score, shown, command.run, text=command.name, help=escape(command.about))

    @property
    def _runix(self) -> "RunixApp":
        return cast("RunixApp", self.app)

    def _commands(self) -> Iterator[Command]:
        actions = sorted(self._actions(), key=lambda each: not each.about.startswith("deployment."))
        yield from actions
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
            key = self.app.get_key_display(binding)
            run = partial(self.app.run_action, binding.action, active.node)
            name = ": ".join(part for part in (binding.description, binding.tooltip) if part)
            yield _command(name, f"{binding.id}   key {key}", run)

    def _deployments(self) -> Iterator[Command]:
        for entry in sorted(self._runix.fleet.entries(), key=lambda each: each.full_name):
            name = f"Go to {plain(entry.full_name)}"
            shown = Content.assemble(name, "  ", (f"{SYMBOLS[entry.look]} {entry.word}", f"${COLOURS[entry.look]}"))
            yield Command(name, plain(entry.url or entry.kind), partial(self._runix.main.go_to, entry.id), shown)

    def _tabs(self) -> Iterator[Command]:
        from runix_tui.tui.tabs.every import TABS

        for number, (name, tab) in enumerate(TABS.items(), 1):
            about = (tab.__doc__ or "").strip().split("\n", 1)[0]
            yield _command(f"Tab {tab.TITLE}", f"{about}   key {number}", partial(self._runix.main.action_tab, name))

    def _themes(self) -> Iterator[Command]:
        for name in self._runix.theme_names():
            now = "   in use" if name == self.app.theme else ""
            yield _command(f"Theme {name}", f"Colours{now}; remembered", partial(setattr, self.app, "theme", name))


def _only_moves(binding: Binding) -> bool:
    """Keys that make no sense by a name, or have one further down."""
    moves = ("move(", "page(", "end(", "scroll", "cursor", "command_palette", "tab_number(")
    return binding.action.removeprefix("app.").startswith(moves)


def _command(name: str, about: str, run: Callable[[], Any]) -> Command:
    return Command(name, about, run, Content(name))
