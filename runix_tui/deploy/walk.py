"""One version's walk through the stages: the store is told first, then the effect happens, then the event goes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from runix_tui.core.activity import UNTOLD, Activity, ActivitySource
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment, StageTime, Version
from runix_tui.core.ports import Clock
from runix_tui.core.secret import Secret, redact
from runix_tui.core.stages import Stage, VersionStatus, may_follow, version_status
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.clock import stamp
from runix_tui.deploy.journal import Journal
from runix_tui.errors import Failure, NotFound
from runix_tui.store.store import Store


class Walk:
    """A version on its way. ``version`` is always what the store holds; ``ending`` is how a cancel is recorded."""

    def __init__(
        self,
        version: Version,
        *,
        store: Store,
        bus: Bus[DeploymentChanged],
        clock: Clock,
        journal: Journal,
        secrets: tuple[Secret, ...] = (),
        activity: Activity = UNTOLD,
    ) -> None:
        self.version = version
        self.ending = Stage.CANCELLED
        self.ending_failure: Failure | None = None
        self.accepted = self._read(store, version.deployment_id).config  # the current configuration at that time
        self._store = store
        self._bus = bus
        self._clock = clock
        self._journal = journal
        self._secrets = secrets
        self._activity = activity
        self._result = "done"

    @property
    def deployment(self) -> Deployment:
        """The deployment as the store holds it now (it may change while a version walks). Raises ``NotFound``."""
        return self._read(self._store, self.version.deployment_id)

    @staticmethod
    def _read(store: Store, deployment_id: str) -> Deployment:
        deployment = store.deployment(deployment_id)
        if deployment is None:
            raise NotFound("The deployment was deleted meanwhile", hint="Deploy it anew.")
        return deployment

    def begin(self) -> None:
        """Open this version's part of the build log."""
        self._store.add_build(self.version.deployment_id, self.version.number, self._journal.last + 1)

    def log(self, stream: str, text: str) -> None:
        """Lines of the build log (a ``LogSink``); secrets are masked."""
        self._journal.append(stamp(self._clock.now()), stream, redact(text, self._secrets))

    def say(self, line: str) -> None:
        """A line of Runix's own."""
        self.log("runix", line)

    def update(self, **changes: Any) -> None:
        """Store changed fields of the version, then tell."""
        self.version = replace(self.version, **changes)
        self._store.save_version(self.version)
        self.tell()

    def tell(self) -> None:
        """Say that this deployment changed."""
        self._bus.publish(DeploymentChanged(self.version.deployment_id))

    async def pause(self, seconds: float) -> None:
        """Wait, on the injected clock."""
        await self._clock.sleep(seconds)

    def cached(self) -> None:
        """The running stage found everything done already."""
        self._result = "cached"

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Be in ``stage`` while the block runs; how it ended is stored, logged and told."""
        at = self.version
        with self._activity.doing(
            ActivitySource.DEPLOY, stage.value, deployment_id=at.deployment_id, version=at.number
        ) as note:
            self._enter(stage)
            try:
                yield
            except BaseException:
                self._leave("failed")
                raise
            self._leave(self._result)
            note("" if self._result == "done" else self._result)

    def finish(self, stage: Stage, failure: Failure | None = None) -> None:
        """End the walk at ``failed``, ``cancelled`` or ``superseded`` (``live`` is stored by ``stages.routing``)."""
        if failure:
            self._explain(failure)
        self.update(stage=stage, status=version_status(stage), finished_at=self._clock.now(), failure=failure)
        self.end(self.version.status)

    def _explain(self, failure: Failure) -> None:
        """The reason in the build log, with the evidence where the log does not end with it already."""
        self.say(failure.message)
        for line in failure.evidence if self.version.stage is not Stage.BUILDING else ():
            self.say(f"  | {line}")
        if failure.hint:
            self.say(failure.hint)

    def end(self, status: VersionStatus) -> None:
        """Close this version's part of the build log, then tell."""
        if self._store.build_range(self.version.deployment_id, self.version.number) is not None:
            last = self._journal.end(stamp(self._clock.now()), status.value)
            self._store.end_build(self.version.deployment_id, self.version.number, last)
            self._journal.flush()
        self.tell()

    def _enter(self, stage: Stage) -> None:
        now = self.version.stage
        if not may_follow(now, stage):
            raise AssertionError(f"{now} cannot be followed by {stage}")
        self._result = "done"
        self._journal.mark(stamp(self._clock.now()), stage.value, "started")
        times = (*self.version.stages, StageTime(stage, self._clock.now()))
        self.update(stage=stage, status=version_status(stage), stages=times)

    def done(self) -> tuple[StageTime, ...]:
        """The stages so far, the running one ended: for what is stored together with that end."""
        return self._ended(self._result)

    def _leave(self, result: str) -> None:
        last = self.version.stages[-1]
        if last.finished_at is None:
            self.version = replace(self.version, stages=self._ended(result))
            self._store.save_version(self.version)
        self._journal.mark(stamp(self._clock.now()), last.stage.value, result)

    def _ended(self, result: str) -> tuple[StageTime, ...]:
        *before, last = self.version.stages
        return (*before, replace(last, finished_at=self._clock.now(), result=result))
