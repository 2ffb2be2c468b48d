"""Which version serves, as the store says it. Asks nobody else and changes nothing."""

from runix_tui.core.models import Deployment, Version
from runix_tui.core.stages import ENDED, VersionStatus
from runix_tui.store.store import Store


class Serving:
    """The serving versions of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def current(self, deployment: Deployment) -> Version | None:
        """The version that serves or, while stopped or crashed, served last."""
        number = deployment.serving_version
        return self._store.version(deployment.id, number) if number else None

    def running(self, deployment: Deployment) -> Version | None:
        """The version that serves, None when none does."""
        version = self.current(deployment)
        return version if version is not None and version.status is VersionStatus.RUNNING else None

    def serves(self, deployment: Deployment) -> bool:
        """Whether a version serves."""
        return self.running(deployment) is not None

    def still(self, version: Version) -> bool:
        """Whether ``version``, as it was read before, is what serves now: the same container, or none yet."""
        deployment = self._store.deployment(version.deployment_id)
        now = self.running(deployment) if deployment and not deployment.deleting else None
        return now is not None and (now.number, now.container_id) == (version.number, version.container_id)

    def working(self, deployment: Deployment) -> bool:
        """Whether a version is on its way."""
        newest = self._store.version(deployment.id, deployment.latest_version)
        return newest is not None and newest.stage not in ENDED
