"""Log streams as front ends read them: a build's log to its end, a run-time log for as long as the deployment lives."""

from collections.abc import AsyncIterator
from datetime import datetime

from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment, Kind
from runix_tui.core.stages import ENDED
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.journal import Batch
from runix_tui.deploy.logs import Logs
from runix_tui.errors import NotFound
from runix_tui.store.store import Store


class Streams:
    """Readers of journals."""

    def __init__(self, store: Store, logs: Logs, bus: Bus[DeploymentChanged]) -> None:
        self._store = store
        self._logs = logs
        self._bus = bus

    def runtime(
        self,
        deployment: Deployment,
        *,
        after: int | None,
        tail: int | None,
        since: datetime | None,
        follow: bool,
        before: int | None = None,
    ) -> AsyncIterator[Batch]:
        """Run-time log lines; ``after`` wins over ``since``, which wins over ``tail`` (None: all). With ``before``, the
        ``tail`` lines before that seq and nothing else."""
        journal = self._logs.runtime(deployment.id)
        if before is not None:
            return journal.read(after=journal.tail(tail, before=before), until=before - 1)
        if after is None:
            after = journal.since(since) if since else (0 if tail is None else journal.tail(tail))
        return journal.read(after=after, follow=follow)

    def build_version(self, deployment: Deployment, number: int | None) -> int:
        """The version whose build log is asked for; default: the newest that built, or will. Raises ``NotFound``."""
        for version in self._store.versions(deployment.id):
            waits = version.stage not in ENDED
            if number is None and version.kind not in (Kind.DEPLOY, Kind.REDEPLOY):
                continue
            if number in (None, version.number):
                if waits or self._store.build_range(deployment.id, version.number):
                    return version.number
                if number is not None:
                    break
        raise NotFound(
            f"{deployment.name} has no build log" + (f" of version {number}" if number else ""),
            hint="The history says which versions were built.",
        )

    def ended(self, deployment: Deployment, number: int, after: int) -> bool:
        """Whether a reader that saw ``after`` has seen the End of this version."""
        found = self._store.build_range(deployment.id, number)
        return found is not None and found[1] is not None and after >= found[1]

    async def build(
        self, deployment: Deployment, number: int, *, after: int | None, follow: bool = True
    ) -> AsyncIterator[Batch]:
        """A version's build log from its first line (or after ``after``) to its End; waits for one that is queued. Not
        ``follow``: to its newest line."""
        if follow:
            await self._begun(deployment.id, number)
        found = self._store.build_range(deployment.id, number)
        if found is None:
            return
        journal = self._logs.build(deployment.id)
        async for batch in journal.read(after=max(after or 0, found[0] - 1), follow=follow, through_end=True):
            yield batch

    async def _begun(self, deployment_id: str, number: int) -> None:
        """Wait until a queued version begins, or ends before (superseded, cancelled)."""
        async with self._bus.subscribe() as changes:
            while self._store.build_range(deployment_id, number) is None and not self._gone(deployment_id, number):
                if await anext(changes, None) is None:
                    return

    def _gone(self, deployment_id: str, number: int) -> bool:
        version = self._store.version(deployment_id, number)
        return version is None or version.stage in ENDED
