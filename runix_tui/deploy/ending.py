"""How a walk ends when it does not go live: nothing of it stays, what served still serves, the reason is stored."""

import asyncio
import logging
from dataclasses import replace

from runix_tui.core.models import Kind
from runix_tui.core.ports import Gateway, Page
from runix_tui.core.stages import Stage
from runix_tui.deploy.pipeline import Pipeline
from runix_tui.deploy.releases import reconfigure
from runix_tui.deploy.serving import Serving
from runix_tui.deploy.stages.starting import Starting
from runix_tui.deploy.walk import Walk
from runix_tui.errors import DeployError, Failure, RunixError
from runix_tui.store.store import Store

logger = logging.getLogger(__name__)


class Runner:
    """Takes a version through the pipeline to whatever end; raises nothing."""

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        store: Store,
        gateway: Gateway,
        starting: Starting,
        serving: Serving,
        ready: asyncio.Event,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._gateway = gateway
        self._starting = starting
        self._serving = serving
        self._ready = ready

    async def run(self, walk: Walk) -> None:
        """Walk, once start-up has brought the engine in line."""
        walk.begin()
        try:
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
        if kind in (Kind.DEPLOY, Kind.REDEPLOY):
            if walk.deployment.serving_version is None or not self._serving.serves(walk.deployment):
                await self._gateway.page(walk.deployment.subdomain, Page.STARTING)
            await self._pipeline.deploy(walk)
        elif walk.version.release or self._take_over(walk):
            await self._pipeline.release(walk)
        else:
            walk.finish(Stage.SUPERSEDED)  # nothing runs any more: the next start or deploy uses the configuration

    def _take_over(self, walk: Walk) -> bool:
        """Give a config version what serves now, under its own configuration; False when nothing does."""
        now = self._serving.current(walk.deployment)
        if now is None or now.release is None or not self._serving.serves(walk.deployment):
            return False
        release = reconfigure(now.release, walk.version.config, now.plan)
        walk.update(release=release, commit=now.commit, plan=now.plan, dockerfile=now.dockerfile)
        return True

    async def _end(self, walk: Walk, stage: Stage, failure: Failure | None) -> None:
        try:
            await self._clean(walk)
            await self._show(walk, stage)
        except RunixError as error:  # the engine is away: start-up removes what is left
            logger.warning("%s: %s", walk.deployment.name, error.message)
        if stage is Stage.CANCELLED and not self._serving.serves(walk.deployment):
            self._store.save_deployment(replace(walk.deployment, stopped=True))
        walk.finish(stage, failure)

    async def _clean(self, walk: Walk) -> None:
        await self._starting.discard(walk)
        if walk.version.stage is Stage.ROUTING:
            await self._serving.restore(walk.deployment)

    async def _show(self, walk: Walk, stage: Stage) -> None:
        if not self._serving.serves(walk.deployment):
            page = Page.STOPPED if stage is Stage.CANCELLED else Page.FAILED
            await self._gateway.page(walk.deployment.subdomain, page)
