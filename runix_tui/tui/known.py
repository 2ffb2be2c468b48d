"""What was read of single deployments, kept so that a selection shows at once; read again when something changed.

``peek`` methods answer from memory, ``read`` methods ask the server. Draws nothing.
"""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import DeploymentDetails, HistoryEntry, VersionDetails

Result = TypeVar("Result")
Call = Callable[[Callable[["Client"], Any]], Coroutine[Any, Any, Any]]


class Known:
    """Details, history and versions by deployment id. ``call`` is ``Connection.call``; reads raise ``RunixError``."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._details: dict[str, DeploymentDetails] = {}
        self._histories: dict[str, list[HistoryEntry]] = {}
        self._versions: dict[tuple[str, int], VersionDetails] = {}

    def peek_details(self, deployment_id: str) -> "DeploymentDetails | None":
        """Everything about it, as last read."""
        return self._details.get(deployment_id)

    def peek_history(self, deployment_id: str) -> "list[HistoryEntry] | None":
        """Its versions, newest first, as last read."""
        return self._histories.get(deployment_id)

    def peek_version(self, deployment_id: str, number: int) -> "VersionDetails | None":
        """One version, as last read."""
        return self._versions.get((deployment_id, number))

    async def read_details(self, deployment_id: str) -> "DeploymentDetails":
        """Everything about it, values of env masked."""
        found: DeploymentDetails = await self._call(lambda client: client.deployment(deployment_id))
        self._details[deployment_id] = found
        return found

    async def read_history(self, deployment_id: str) -> "list[HistoryEntry]":
        """Its versions, newest first."""
        found: list[HistoryEntry] = await self._call(lambda client: client.history(deployment_id))
        self._histories[deployment_id] = found
        return found

    async def read_version(self, deployment_id: str, number: int) -> "VersionDetails":
        """One version."""
        found: VersionDetails = await self._call(lambda client: client.version(deployment_id, number))
        self._versions[deployment_id, number] = found
        return found

    def drop(self, deployment_id: str) -> None:
        """Forget one that is gone."""
        self._details.pop(deployment_id, None)
        self._histories.pop(deployment_id, None)
        for key in [key for key in self._versions if key[0] == deployment_id]:
            del self._versions[key]
