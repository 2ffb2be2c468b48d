"""The form for a new deployment."""

from textual.screen import ModalScreen


class NewDeployment(ModalScreen[str | None]):
    """Gives the id of what was made, None when nothing was."""
