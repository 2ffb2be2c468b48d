"""The help: every key that works where the user is, with what it does and the name by which ``[keys]`` changes it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Label, Static

if TYPE_CHECKING:
    from textual.app import App
    from textual.binding import ActiveBinding

ROOMY = 100  # columns from which on there is room for the names of keys
HERE, DEPLOYMENT, EVERYWHERE = "In this pane", "The chosen deployment, or all that are marked", "Everywhere"
SYMBOLS = (
    ("●", "live", "$text-success"), ("▲", "live, but the newest version failed", "$text-warning"),
    ("◐", "on its way", "$text-accent"), ("✗", "failed", "$text-error"), ("■", "stopped", "$text-muted"),
)  # fmt: skip


class Help(ModalScreen[None]):
    """Keys of ``screen`` as they are when the help is opened. Esc, ``?``, ``F1`` or ``q``: back."""

    DEFAULT_CSS = """
    Help VerticalScroll { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }
    Help #keys { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q", "dismiss(None)", "back", id="help.back", tooltip="Close the help"),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._groups = grouped(screen)
        self._about = about(screen.focused)

    def compose(self) -> ComposeResult:
        """What the pane is for, then its keys."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content("Keys")
            dialog.border_subtitle = Content("esc back")
            with VerticalScroll():
                if self._about:
                    yield Label(self._about, classes="dialog-more", markup=False)
                yield Static(self._table(), id="keys", markup=False)

    def on_mount(self) -> None:
        """Ready to scroll."""
        self.query_one(VerticalScroll).focus()

    def _table(self) -> Content:
        lines: list[Content] = []
        named = self.app.size.width >= ROOMY
        for title, actives in self._groups.items():
            lines += [Content.styled(title, "bold $text-primary"), *_rows(self.app, actives, named=named), Content("")]
        marks = [Content.assemble((symbol, colour), f" {means}") for symbol, means, colour in SYMBOLS]
        lines += [Content.styled("What the symbols say", "bold $text-primary"), Content("   ").join(marks)]
        lines += [
            Content(""),
            Content.styled(
                'Other keys: [keys] in the settings (,), such as "deployment.redeploy" = "R".', "$text-muted"
            ),
        ]
        return Content("\n").join(lines)


def grouped(screen: Screen[Any]) -> "dict[str, list[ActiveBinding]]":
    """The bindings that work on ``screen`` now, those of the focused pane first; groups without any are left out."""
    groups: dict[str, dict[str, ActiveBinding]] = {HERE: {}, DEPLOYMENT: {}, EVERYWHERE: {}}
    for active in screen.active_bindings.values():
        name = active.binding.id
        if name and active.enabled:
            groups[_group(active.node, name)].setdefault(name, active)
    shown = {title: sorted(found.values(), key=lambda each: not each.binding.show) for title, found in groups.items()}
    return {title: found for title, found in shown.items() if found}


def about(focused: Widget | None) -> str:
    """What the focused pane is for, in its own words."""
    nodes: Iterable[DOMNode] = focused.ancestors_with_self if focused else ()
    return next((node.HELP.strip() for node in nodes if node.HELP), "")


def _group(node: DOMNode, name: str) -> str:
    if isinstance(node, Widget) and not isinstance(node, Screen):
        return HERE
    return DEPLOYMENT if name.startswith("deployment.") else EVERYWHERE


def _rows(app: "App[Any]", actives: "Iterable[ActiveBinding]", *, named: bool) -> list[Content]:
    rows = []
    for active in actives:
        keys = keys_of(app, active)
        says = active.binding.tooltip or active.binding.description
        name = f"  {active.binding.id}" if named else ""
        rows.append(Content.assemble((f"  {keys:<12} ", "bold $text-accent"), says.ljust(54), (name, "$text-muted")))
    return rows


def keys_of(app: "App[Any]", active: "ActiveBinding") -> str:
    """All keys of a binding, as they are shown."""
    name = active.binding.id
    bindings = [binding for _, each in active.node._bindings if (binding := each).id == name]
    keymap = app._keymap.get(name or "")
    if keymap:
        bindings = [active.binding.with_key(key) for key in keymap.split(",")]
    return " ".join(dict.fromkeys(app.get_key_display(each) for each in bindings))
