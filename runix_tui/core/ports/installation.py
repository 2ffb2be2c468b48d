"""What is around the deployments."""

from collections.abc import Mapping
from typing import Any, Protocol

from runix_tui.core.checkup import Check
from runix_tui.core.settings import Settings


class Installation(Protocol):
    """What is around the deployments: the machine's health and the user's settings."""

    async def checkup(self) -> list[Check]:
        """What works on this machine and what does not; works without an engine, and takes 10 s at most."""
        ...

    async def settings(self) -> Settings:
        """config.toml. Raises ``Conflict`` (``config``) while it cannot be read or is wrong."""
        ...

    async def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        """Set keys (``build.cpus``), or (None) take them out; everything else in the file stays as it is. Raises
        ``InvalidRequest`` naming each key that is wrong or changed by hand alone, ``Conflict``."""
        ...
