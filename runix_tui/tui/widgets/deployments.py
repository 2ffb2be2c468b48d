"""The list of deployments, by project: how each stands, at a glance; what is chosen here drives everything."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runix_tui.core.terminal import plain
from runix_tui.tui.fleet import SYMBOLS, Fleet, look, word
from runix_tui.tui.messages import Chosen, Opened

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment


class DeploymentList(OptionList):
    """Posts :class:`Chosen` when the cursor moves and :class:`Opened` on Enter."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet

    def fleet_changed(self, ids: frozenset[str] | None) -> None:
        """Draw what became different; None: everything may have."""
        at = self.highlighted
        self.clear_options()
        self.add_options([Option(_row(each), id=each.id) for each in self._fleet.deployments.values()])
        if self.option_count:
            self.highlighted = min(at or 0, self.option_count - 1)

    def figures(self) -> None:
        """New figures of CPU and memory."""

    def looked_at(self) -> list[str]:
        """Ids of the rows that are visible now."""
        return list(self._fleet.deployments)

    def targets(self) -> "list[Deployment]":
        """What an action is about: the marked ones, else the one under the cursor."""
        if self.highlighted is None:
            return []
        key = self.get_option_at_index(self.highlighted).id
        found = self._fleet.deployments.get(key or "")
        return [found] if found else []

    @on(OptionList.OptionHighlighted)
    def moved(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved."""
        self.post_message(Chosen(event.option.id))

    @on(OptionList.OptionSelected)
    def entered(self) -> None:
        """Enter."""
        self.post_message(Opened())


def _row(deployment: "Deployment") -> Text:
    return Text(f"{SYMBOLS[look(deployment)]} {plain(deployment.service_name)}  {word(deployment)}", no_wrap=True)
