"""The question before a rollback: what will change; then the rollback itself, as it goes."""

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment


class RollBack(ModalScreen[None]):
    """Roll ``deployment`` back to ``version`` (None: the version that served before)."""

    def __init__(self, deployment: "Deployment", version: int | None = None) -> None:
        super().__init__()
        self._deployment = deployment
        self._version = version
