"""The moment at which a version becomes the serving one. What is stored here is what start-up believes."""

from dataclasses import replace
from datetime import datetime

from runix_tui.core.models import Deployment, ServiceConfig, Version
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.store.store import Store


def promote(
    store: Store, deployment: Deployment, version: Version, *, config: ServiceConfig, now: datetime
) -> tuple[Version, Version | None]:
    """Store, in one transaction, that ``version`` serves and that ``config`` is the current configuration. Gives the
    version as stored, and the one that served until now, as it was."""
    number = deployment.serving_version
    previous = store.version(deployment.id, number) if number else None
    live = replace(version, stage=Stage.LIVE, status=VersionStatus.RUNNING, served=True, finished_at=now)
    with store.transaction():
        if previous and previous.number != live.number:
            store.save_version(replace(previous, status=_replaced(previous.status), container_id=None))
        store.save_version(live)
        store.save_deployment(
            replace(deployment, serving_version=live.number, stopped=False, config=config, updated_at=now)
        )
    return live, previous


def _replaced(status: VersionStatus) -> VersionStatus:
    """A version that gave up its place; one that had crashed stays what it was."""
    return VersionStatus.REPLACED if status in (VersionStatus.RUNNING, VersionStatus.STOPPED) else status
