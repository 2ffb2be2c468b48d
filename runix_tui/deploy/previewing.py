"""Looking at a plan before anything is made of it: fetched and planned as a deploy would, then forgotten.

Nothing is stored or built, and no engine is needed. What a repository's mirror holds stays for the deploy that probably
follows; mirrors of repositories that nobody deployed are dropped one after the other.
"""

import asyncio
import shutil
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from runix_tui.core import names
from runix_tui.core.models import ServiceConfig, ServiceType
from runix_tui.core.ports import Checkout, Source
from runix_tui.core.requests import Preview, PreviewRequest
from runix_tui.core.secret import Secret, redact
from runix_tui.deploy.creation import CHECK_TIMEOUT
from runix_tui.deploy.stages.fetching import remote_of
from runix_tui.deploy.stages.planning import Asked, Planning, summary
from runix_tui.deploy.stages.rendering import Rendering
from runix_tui.errors import Unavailable
from runix_tui.plan.variables import matching
from runix_tui.store.store import Store

AT_ONCE = 4
ADMITTED = 16  # those that wait for their turn among them
REMEMBERED = 4  # repositories that were only looked at
NAMELESS = "app"


class Previewing:
    """Previews of deployments. ``checkouts`` is the folder for trees that do not stay."""

    def __init__(
        self, *, source: Source, store: Store, planning: Planning, rendering: Rendering, checkouts: Path
    ) -> None:
        self._source = source
        self._store = store
        self._planning = planning
        self._rendering = rendering
        self._checkouts = checkouts
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._admitted = 0
        self._looked_at: deque[str] = deque()

    async def preview(self, request: PreviewRequest) -> Preview:
        """What would be built. Cancelling ends it. Raises ``InvalidRequest`` (repo_url, branch), ``SourceError``,
        ``PlanError``, ``Unavailable`` (``busy``)."""
        url, credential = self._source.parse(request.config.repo_url)
        config = replace(request.config, repo_url=url)
        with self._admission():
            async with self._slots:
                return await self._fetched(request, config, credential)

    @contextmanager
    def _admission(self) -> Iterator[None]:
        """Whoever asks for more than can be looked at soon is told so at once."""
        if self._admitted >= ADMITTED:
            raise Unavailable(
                f"{self._admitted} plans are being made already",
                hint="Try again in a few seconds.",
                code="busy",
            )
        self._admitted += 1
        try:
            yield
        finally:
            self._admitted -= 1

    async def _fetched(self, request: PreviewRequest, config: ServiceConfig, credential: Secret | None) -> Preview:
        remote = remote_of(config, credential)
        await self._source.check(remote, timeout=CHECK_TIMEOUT)
        into = self._checkouts / f"preview-{uuid.uuid4()}"
        try:
            checkout = await self._source.fetch(remote, into, lambda *_: None)
            return await self._planned(request, config, checkout, credential)
        finally:
            await asyncio.to_thread(shutil.rmtree, into, ignore_errors=True)
            await self._remember(config.repo_url)

    async def _planned(
        self, request: PreviewRequest, config: ServiceConfig, checkout: Checkout, credential: Secret | None
    ) -> Preview:
        said: list[str] = []

        def log(_: str, text: str) -> None:
            said.extend(redact(text, (credential,) if credential else ()).split("\n"))

        asked = Asked(request.service_type or ServiceType.WEB_SERVICE, request.project_id, config, log, dry=True)
        planned = await self._planning.propose(asked, checkout)
        plan = planned.plan
        variables = matching(config.env, plan.build_variables)
        text = planned.own.text if planned.own else self._rendering.preview(plan, request.project_id, variables)
        fitting = ServiceType.STATIC_SITE if plan.static_dir is not None else ServiceType.WEB_SERVICE
        notes = [line for line in said if line not in summary(plan)]
        if request.name and request.name in self._taken(request.project_id):
            notes.append(f"There is a service {request.name} already: choose another name.")
        return Preview(
            name=request.name or self._free_name(config, request.project_id),
            service_type=request.service_type or fitting,
            branch=checkout.branch,
            commit=checkout.commit,
            plan=plan,
            dockerfile=text,
            notes=tuple(notes),
        )

    def _free_name(self, config: ServiceConfig, project_id: str | None) -> str:
        """A name made of the app's folder or the repository, that no service of the project has."""
        words = (config.root_dir or config.repo_url).rstrip("/").removesuffix(".git").replace(":", "/").rpartition("/")
        name, taken = names.nearest_service_name(words[2]) or NAMELESS, self._taken(project_id)
        number = 1
        found = name
        while found in taken:
            number += 1
            end = f"-{number}"
            found = name[: names.NAME_MAX - len(end)].rstrip("-") + end
        return found

    def _taken(self, project_id: str | None) -> set[str]:
        return {each.name for each in self._store.deployments() if each.project_id == project_id}

    async def _remember(self, url: str) -> None:
        if url in self._looked_at:
            self._looked_at.remove(url)
        self._looked_at.append(url)
        if len(self._looked_at) > REMEMBERED:
            oldest = self._looked_at.popleft()
            if all(each.config.repo_url != oldest for each in self._store.deployments()):
                await asyncio.to_thread(self._source.forget, oldest)
