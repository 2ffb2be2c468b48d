"""How a walk ends when it does not go live: nothing of it stays, what served still serves, the reason is stored."""

import asyncio
import logging
from dataclasses import replace

from runix_tui.core.models import Kind
from runix_tui.core.ports import Engine, Page
from runix_tui.core.stages import ENDED, Stage
from runix_tui.deploy.pipeline import Pipeline
from runix_tui.deploy.releases import reconfigure
from runix_tui.deploy.retirement import Retirement
from runix_tui.deploy.serving import Serving
from runix_tui.deploy.stages.starting import Starting
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.deploy.tasks import uninterrupted
from runix_tui.deploy.walk import Walk
from runix_tui.errors import DeployError, Failure, RunixError
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)


class Runner:
    """Takes a version through the pipeline to whatever end."""

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        store: Store,
        engine: Engine,
        starting: Starting,
        serving: Serving,
        switchboard: Switchboard,
        retirement: Retirement,
        ready: asyncio.Event,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._engine = engine
        self._starting = starting
        self._serving = serving
        self._switchboard = switchboard
        self._retirement = retirement
        self._ready = ready

    async def run(self, walk: Walk) -> None:
        """Walk, once start-up has brought the engine in line. Raises nothing but what the store raises at the end."""
        try:
            walk.begin()
            await self._ready.wait()
            await self._walk(walk)
        except DeployError as error:
            await self._end(walk, Stage.FAILED, error.failure)
        except RunixError as error:
            failure = Failure(error.code, error.message, error.hint, error.transient)
            await self._end(walk, Stage.FAILED, failure)
        except asyncio.CancelledError:
            await self._end(walk, walk.ending, walk.ending_failure)
        except Exception:  # a bug of ours ends this version, not the services of everybody else
            logger.exception("%s v%d: internal error", walk.version.deployment_id, walk.version.number)
            failure = Failure("internal", "Runix made a mistake", "The server's log has the details.")
            await self._end(walk, Stage.FAILED, failure)

    async def _walk(self, walk: Walk) -> None:
        kind = walk.version.kind
        if kind is Kind.ROLLBACK:
            await self._pipeline.release(walk)
            return
        walk.update(config=walk.deployment.config)  # it may have been changed while this version waited
        if kind is not Kind.CONFIG:
            if not self._serving.serves(walk.deployment):
                await self._switchboard.page(walk.deployment, Page.STARTING)
            await self._pipeline.deploy(walk)
        elif await self._take_over(walk):
            await self._pipeline.release(walk)
        else:
            walk.finish(Stage.SUPERSEDED)  # nothing runs any more: the next start or deploy uses the configuration

    async def _take_over(self, walk: Walk) -> bool:
        """Give a config version what serves (or was told to start), under its configuration; False: nothing does."""
        told = walk.version if walk.version.release else None
        source = told or self._serving.running(walk.deployment)
        if source is None or source.release is None:
            return False
        image = await self._engine.image(source.release.image_id)
        release = reconfigure(
            source.release, walk.version.config, source.plan, exposed=image.port if image is not None else None
        )
        walk.update(release=release, commit=source.commit, plan=source.plan, dockerfile=source.dockerfile)
        return True

    async def _end(self, walk: Walk, stage: Stage, failure: Failure | None) -> None:
        if walk.version.stage in ENDED:
            logger.error("%s v%d: failed after its end", walk.version.deployment_id, walk.version.number)
            return
        ending = False
        try:
            await uninterrupted(self._clean(walk))
        except RunixError as error:  # the supervisor removes what is left
            logger.warning("%s v%d: not cleaned up: %s", walk.version.deployment_id, walk.version.number, error.message)
        except asyncio.CancelledError:  # Runix ends, and the clean-up took too long: the next start does it
            ending = True
        with self._store.transaction():
            if stage is Stage.CANCELLED and not self._serving.serves(walk.deployment):
                self._store.save_deployment(replace(walk.deployment, stopped=True))
            walk.finish(stage, failure)
        if not ending:
            await self._switchboard.show(walk.version.deployment_id)
            self._retirement.retire(walk.deployment)  # what was built for it, unless the next build can use it

    async def _clean(self, walk: Walk) -> None:
        """Lead back first: a switch that was not stored must not lead to a container that is gone."""
        if walk.version.stage is Stage.ROUTING:
            await self._switchboard.show(walk.version.deployment_id)
        await self._starting.discard(walk)
