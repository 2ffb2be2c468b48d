"""From a repository's URL to a tree on disk."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runix_tui.core.models import ServiceConfig
from runix_tui.core.ports import Checkout, Remote, Source
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage
from runix_tui.deploy.retry import retrying
from runix_tui.deploy.walk import Walk
from runix_tui.store.store import Store


def remote_of(config: ServiceConfig, credential: Secret | None) -> Remote:
    """What to fetch."""
    return Remote(url=config.repo_url, branch=config.branch, root_dir=config.root_dir, credential=credential)


class Fetching:
    """Fetches into a folder of its own, which is gone when the build is over."""

    def __init__(self, source: Source, store: Store, checkouts: Path) -> None:
        self._source = source
        self._store = store
        self._checkouts = checkouts

    @asynccontextmanager
    async def checkout(self, walk: Walk) -> AsyncIterator[Checkout]:
        """The branch's tree; the folder is removed on leaving. Raises ``SourceError``."""
        version = walk.version
        into = self._checkouts / f"{version.deployment_id}-{version.number}"
        try:
            with walk.stage(Stage.FETCHING):
                remote = remote_of(version.config, self._store.credential(version.deployment_id))
                checkout = await retrying(lambda: self._fetch(remote, into, walk), walk)
            walk.update(commit=checkout.commit)
            yield checkout
        finally:
            await asyncio.to_thread(shutil.rmtree, into, ignore_errors=True)

    async def _fetch(self, remote: Remote, into: Path, walk: Walk) -> Checkout:
        await asyncio.to_thread(shutil.rmtree, into, ignore_errors=True)
        return await self._source.fetch(remote, into, walk.log)
