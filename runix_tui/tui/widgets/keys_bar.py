"""The bottom line: the keys of the focused pane and of the screen, as many as fit; a click does what a key does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.keys import key_to_character
from textual.screen import Screen
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.binding import ActiveBinding

LAST = ("app.help", "app.everything", "app.leave")  # at the end, whatever else there is room for
OWN, OF_THE_LIST, VIEWS = "", "list.", "view."  # the keys of a pane; those of the list; what else is to be seen
ORDER = (  # what matters most where there is room for little
    "list.open", "view.back", "log.leave", "history.rollback", OWN, "deployment.add", "deployment.redeploy",
    "deployment.rollback", OF_THE_LIST, "deployment.cancel", "deployment.stop", "deployment.open",
    "deployment.copy_url", "deployment.env", "deployment.shell", "deployment.delete", VIEWS,
)  # fmt: skip
GAP = 2


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is shown: ``press`` is Textual's name of it, ``word`` says what it does."""

    press: str
    shown: str
    word: str
    binding_id: str

    @property
    def width(self) -> int:
        """Cells that it takes, with its gap."""
        return len(self.shown) + 1 + len(self.word) + GAP


class KeysBar(Widget):
    """Looks at the bindings when the focus moves, and is drawn again only when other keys are to be shown.

    ``label`` gives the word for a binding now; an empty one: it makes no sense now.
    """

    DEFAULT_CSS = "KeysBar { height: 1; padding: 0 1; }"

    def __init__(self, label: Callable[[Binding], str]) -> None:
        super().__init__()
        self._label = label
        self._keys: list[Key] = []
        self._spans: list[tuple[range, Key]] = []

    def on_mount(self) -> None:
        """Look when the focus moves."""
        self.screen.bindings_updated_signal.subscribe(self, self.look)

    def look(self, screen: Screen[Any]) -> None:
        """Other keys may be to be shown."""
        keys = self._wanted(screen)
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def _wanted(self, screen: Screen[Any]) -> list[Key]:
        found: dict[str, Key] = {}
        for key, active in screen.active_bindings.items():
            binding = active.binding
            word = self._label(binding) if _can_be_pressed(key, active, screen.focused) else ""
            if word:
                found.setdefault(binding.id or "", Key(key, self.app.get_key_display(binding), word, binding.id or ""))
        return list(found.values())

    def render(self) -> Content:
        """As many as fit."""
        line = Content("")
        self._spans = []
        at = self.styles.padding.left
        for key in fitting(self._keys, self.size.width):
            self._spans.append((range(at, at + key.width - GAP), key))
            line = Content.assemble(line, (key.shown, "bold $text-accent"), (f" {key.word}", "$text-muted"), " " * GAP)
            at += key.width
        return line

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        for span, key in self._spans:
            if event.x in span:
                self.app.simulate_key(key.press)
                return


def fitting(keys: list[Key], width: int) -> list[Key]:
    """Those of ``keys`` that fit, in their order, the help and the way out last; what matters most is chosen first."""
    last = [key for name in LAST for key in keys if key.binding_id == name]
    rest = [key for key in keys if key.binding_id not in LAST]
    free = width + GAP - sum(key.width for key in last)
    chosen = []
    for key in sorted(rest, key=_weight):
        if key.width <= free:
            chosen.append(key)
            free -= key.width
    return [key for key in rest if key in chosen] + last


def _weight(key: Key) -> int:
    if key.binding_id in ORDER:
        return ORDER.index(key.binding_id)
    return ORDER.index(next((kind for kind in (OF_THE_LIST, VIEWS) if key.binding_id.startswith(kind)), OWN))


def _can_be_pressed(key: str, active: "ActiveBinding", focused: Widget | None) -> bool:
    """Whether it is to be shown, and the focused widget does not take the key for itself, as a field takes letters."""
    if not (active.binding.show and active.enabled and active.binding.id):
        return False
    return focused is None or not focused.check_consume_key(key, key_to_character(key))
