"""What the tabs about one version share: which one it is, and the keys that go to an older or newer one."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from runix_tui.tui.tabs.tab import Tab

if TYPE_CHECKING:
    from runix_tui.core.wire import VersionDetails


class VersionTab(Tab):
    """About the version that was asked for, else about :meth:`default`'s."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("less_than_sign", "step(1)", "older", id="version.older", key_display="<", tooltip="An older version"),
        Binding(
            "greater_than_sign", "step(-1)", "newer", id="version.newer", key_display=">", tooltip="A newer version"
        ),
    ]
    asked: int | None = None

    @property
    def number(self) -> int | None:
        """The version that is shown; None: there is none yet."""
        return self.asked or self.default()

    @property
    def version(self) -> "VersionDetails | None":
        """What is known of it."""
        if self.deployment is None or self.number is None:
            return None
        return self.known.peek_version(self.deployment.id, self.number)

    def default(self) -> int | None:
        """The version that is shown when none was asked for."""
        return self.deployment.latest_version if self.deployment is not None else None

    def turned(self) -> None:
        """Of another deployment, its own version."""
        self.asked = None

    def left(self) -> None:
        """Next time, the default again."""
        super().left()
        self.asked = None

    def about(self, version: int) -> None:
        """Show this version."""
        self.asked = version if version != self.default() else None
        self.draw()
        self.ask()

    def action_step(self, by: int) -> None:
        """One version older (1) or newer (-1)."""
        history = self.known.peek_history(self.deployment.id) if self.deployment is not None else None
        numbers = [entry.version for entry in history or ()]
        if self.number not in numbers:
            return
        at = numbers.index(self.number) + by
        if 0 <= at < len(numbers):
            self.about(numbers[at])
        else:
            self.app.bell()

    async def read(self, deployment_id: str) -> None:
        """The version, and which ones there are."""
        number = self.number
        if number is not None:
            await self.known.read_version(deployment_id, number)
        await self.known.read_history(deployment_id)
