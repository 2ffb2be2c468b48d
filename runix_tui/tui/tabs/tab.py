"""What every tab of a deployment is: it is pointed at one, draws what is known of it at once, and the rest arrives."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.widget import Widget

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment
    from runix_tui.tui.app import RunixApp


class Tab(Widget):
    """One tab. The detail pane calls :meth:`point` when the tab comes forward or another deployment is chosen, and
    :meth:`changed` when the one it shows became different; a tab that is not shown is not called."""

    TITLE: ClassVar[str]
    can_focus = False
    deployment: "Deployment | None" = None

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    def point(self, deployment: "Deployment") -> None:
        """Show this one: from memory first."""
        self.deployment = deployment
        self.draw()

    def changed(self, deployment: "Deployment") -> None:
        """The one that is shown became different."""
        self.deployment = deployment
        self.draw()

    def about(self, version: int) -> None:
        """Show this version of it, where the tab is about one."""

    def figures(self) -> None:
        """New figures of CPU and memory arrived."""

    def left(self) -> None:
        """The tab went away: stop what costs anything."""

    def draw(self) -> None:
        """Draw what is known, and read what is not."""
        raise NotImplementedError
