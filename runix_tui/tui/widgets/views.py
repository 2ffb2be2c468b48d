"""What the main screen shows: the deployments, or one of the other views in their place."""

from collections.abc import Mapping

from textual.widget import Widget
from textual.widgets import ContentSwitcher

from runix_tui.tui.widgets.deployments import DeploymentList

HOME = "home"  # the deployments


class Views(ContentSwitcher):
    """The other views come after the first frame; one that is wanted before comes forward then."""

    def __init__(self) -> None:
        super().__init__(id="views", initial=HOME)
        self._furnished = False
        self._wanted = ""

    @property
    def shown(self) -> str:
        """Which one."""
        return self.current or HOME

    async def furnish(self, views: Mapping[str, type[Widget]]) -> None:
        """The other views, by name."""
        for name, kind in views.items():
            view = kind(id=name)
            view.display = False
            await self.mount(view)
        self._furnished = True
        if self._wanted:
            self.turn_to(self._wanted)

    def turn_to(self, name: str) -> None:
        """Show another view; the same again leads back."""
        if not self._furnished:
            self._wanted = name
            return
        self.current = HOME if self.current == name else name
        shown = self.query_one(DeploymentList) if self.current == HOME else self.query_one(f"#{name}")
        shown.focus()

    def turn_home(self) -> None:
        """Show the deployments."""
        self.current = HOME
