"""The line over the tabs: how the chosen deployment stands, what serves, and where."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from runix_tui.core.human import age
from runix_tui.core.terminal import plain
from runix_tui.tui.fleet import SYMBOLS, Fleet, look, word

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment


class Summary(Static):
    """One line about one deployment."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__("", markup=False)
        self._fleet = fleet

    def show(self, deployment: "Deployment | None") -> None:
        """About this one; None: about nothing."""
        if deployment is None:
            self.update("")
            return
        parts = [f"{SYMBOLS[look(deployment)]} {word(deployment)}"]
        if deployment.version is not None:
            parts.append(f"v{deployment.version} · {deployment.commit_sha or 'no commit'}")
        parts.append(f"{age(deployment.updated_at)} ago")
        if deployment.url:
            parts.append(plain(deployment.url))
        self.update(Text("   ".join(parts), overflow="ellipsis", no_wrap=True))
