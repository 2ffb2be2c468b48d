"""What every tab of a deployment is: it is pointed at one, draws what is known of it at once, and the rest arrives."""

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.widget import Widget

from runix_tui.errors import RunixError

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment
    from runix_tui.tui.app import RunixApp
    from runix_tui.tui.known import Known

PASSING_BY = 0.04  # seconds that the cursor must rest on a deployment before the server is asked about it
WIDE = 100  # columns of the terminal from which on two panes fit


class Tab(Widget):
    """One tab. The detail pane calls :meth:`point` when the tab comes forward or another deployment is chosen, and
    :meth:`changed` when the one it shows became different; a tab that is not shown is not called.

    A tab says what to read in :meth:`read` and draws what is known in :meth:`draw`. What arrives about a deployment
    that is not shown any more is kept in memory, and draws nothing.
    """

    TITLE: ClassVar[str]
    ROOMY: ClassVar[int] = 64  # columns from which on two panes fit
    can_focus = False
    deployment: "Deployment | None" = None
    trouble: RunixError | None = None  # why the newest reading failed

    @property
    def runix(self) -> "RunixApp":
        """The app, as what it is."""
        return cast("RunixApp", self.app)

    @property
    def known(self) -> "Known":
        """What was read before."""
        return self.runix.known

    @property
    def roomy(self) -> bool:
        """Whether two panes fit beside each other."""
        return self.app.size.width >= WIDE and self.size.width >= self.ROOMY

    def point(self, deployment: "Deployment") -> None:
        """Show this one: from memory first."""
        before, self.deployment = self.deployment, deployment
        if before is None or before.id != deployment.id:
            self.trouble = None
            self.turned()
        self.draw()
        self.ask()
        self.call_after_refresh(self.fit)

    def on_resize(self) -> None:
        """There is another room for it."""
        self.fit()

    def fit(self) -> None:
        """Panes beside each other, or one over the other (class ``-flat``), by the room that there is."""
        self.set_class(not self.roomy, "-flat")
        self.fitted()

    def fitted(self) -> None:
        """The room may be another one: draw again what is cut by it."""

    def changed(self, deployment: "Deployment") -> None:
        """The one that is shown became different."""
        self.deployment = deployment
        self.draw()
        self.ask()

    def turned(self) -> None:
        """Another deployment is shown from now on: forget what was about the old one."""

    def about(self, version: int) -> None:
        """Show this version of it, where the tab is about one."""

    def figures(self) -> None:
        """New figures of CPU and memory arrived."""

    def health_changed(self) -> None:
        """Engine or gateway came or went."""

    def way_in(self) -> Widget | None:
        """What is focused when one goes into the tab."""
        return next((each for each in self.query("*") if each.focusable), None)

    def left(self) -> None:
        """The tab went away: stop what costs anything."""
        self.workers.cancel_group(self, "reading")

    def ask(self) -> None:
        """Read what the tab is about, then draw it; what was being read is not waited for."""
        if self.deployment is not None:
            self._reading(self.deployment.id)

    def rested(self) -> None:
        """The cursor stays: open what is worth it only then."""

    async def read(self, deployment_id: str) -> None:
        """Read what the tab shows into memory. Raises ``RunixError``."""

    def draw(self) -> None:
        """Draw what is known."""
        raise NotImplementedError

    @work(group="reading", exclusive=True)
    async def _reading(self, deployment_id: str) -> None:
        await asyncio.sleep(PASSING_BY)
        self.rested()
        trouble: RunixError | None = None
        try:
            await self.read(deployment_id)
        except RunixError as error:
            trouble = error
        if self.deployment is not None and self.deployment.id == deployment_id:
            self.trouble = trouble
            self.draw()
