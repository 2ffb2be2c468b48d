"""What front ends may ask of Runix: the one door to deployments. Reads the store, hands on the rest."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime

from runix_tui.core.activity import ActivityEntry, ActivitySource, Note
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Deployment, Project, Usage, Version
from runix_tui.core.names import NAME_RULE, is_service_name
from runix_tui.core.ports import Clock, Engine, Gateway, Installation, ShellCommand
from runix_tui.core.requests import ChangeRequest, CreateRequest, DeploymentView, Preview, PreviewRequest, SystemHealth
from runix_tui.core.stages import Status
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.creation import Creation
from runix_tui.deploy.deletion import Deletion
from runix_tui.deploy.diary import Diary
from runix_tui.deploy.insight import Insight
from runix_tui.deploy.journal import Batch
from runix_tui.deploy.operations import Operations
from runix_tui.deploy.previewing import Previewing
from runix_tui.deploy.streams import Streams
from runix_tui.deploy.supervisor import Supervisor
from runix_tui.deploy.tasks import Tasks
from runix_tui.deploy.views import view
from runix_tui.errors import InvalidRequest, NotFound, RunixError
from runix_tui.store.store import Store


class Orchestrator:
    """Deployments: asked for here, carried out by the pipeline. Every method raises what errors.py lists; unknown ids
    raise ``NotFound``. Reads never need the engine."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        gateway: Gateway,
        clock: Clock,
        bus: Bus[DeploymentChanged],
        creation: Creation,
        operations: Operations,
        deletion: Deletion,
        supervisor: Supervisor,
        streams: Streams,
        tasks: Tasks,
        ready: asyncio.Event,
        diary: Diary,
        insight: Insight,
        installation: Installation,
        previewing: Previewing,
    ) -> None:
        self.installation = installation
        self._store = store
        self._engine = engine
        self._gateway = gateway
        self._clock = clock
        self._bus = bus
        self._creation = creation
        self._operations = operations
        self._deletion = deletion
        self._supervisor = supervisor
        self._streams = streams
        self._tasks = tasks
        self._ready = ready
        self._diary = diary
        self._insight = insight
        self._previewing = previewing

    # --- reads -------------------------------------------------------------------------------------------------------

    def deployments(self, *, status: Status | None = None, project_id: str | None = None) -> list[DeploymentView]:
        """All deployments, oldest first."""
        views = [self._view(deployment) for deployment in self._store.deployments(project_id)]
        return [found for found in views if status in (None, found.status)]

    def get(self, deployment_id: str) -> DeploymentView:
        """One deployment."""
        return self._view(self._deployment(deployment_id))

    async def usage(self, deployment_ids: Sequence[str] = ()) -> dict[str, Usage]:
        """Resources of what serves, by deployment, of those (none named: all) that run now; nothing while the engine is
        away. Unknown ids are left out."""
        return await self._insight.usage(deployment_ids)

    async def shell(self, deployment_id: str) -> ShellCommand:
        """What to run on this machine for a shell in what serves. Raises ``Conflict`` (``not_running``),
        ``Unavailable``."""
        return await self._insight.shell(self._deployment(deployment_id))

    async def health(self) -> SystemHealth:
        """The state of engine and gateway."""
        return await self._insight.health()

    def history(self, deployment_id: str) -> list[Version]:
        """Newest first."""
        return self._store.versions(self._deployment(deployment_id).id)

    def version(self, deployment_id: str, number: int) -> Version:
        """One history entry."""
        found = self._store.version(self._deployment(deployment_id).id, number)
        if found is None:
            raise NotFound(f"No version {number}", hint="The history lists the versions.")
        return found

    def check_repo_url(self, repo_url: str) -> None:
        """Raises ``InvalidRequest`` on ``repo_url`` for what cannot be a repository's address; asks nobody."""
        self._creation.check_repo_url(repo_url)

    async def preview(self, request: PreviewRequest) -> Preview:
        """What a deployment would be built by; makes nothing, needs no engine. Raises ``InvalidRequest``,
        ``SourceError``, ``PlanError``; a caller that goes away cancels it."""
        with self._diary.doing(ActivitySource.DEPLOY, "preview", request.name or ""):
            return await self._previewing.preview(request)

    # --- changes: those that need the engine ask it first, and are refused (503) before anything is touched ----------

    async def create(self, request: CreateRequest) -> DeploymentView:
        """Accept a new deployment. Raises ``InvalidRequest``, ``Conflict`` (name_taken)."""
        await self._engine.info()
        with self._diary.doing(ActivitySource.DEPLOY, "create", request.name):
            return self._view(await self._creation.create(request))

    async def change(self, deployment_id: str, request: ChangeRequest) -> DeploymentView:
        """Change the configuration; answers at once."""
        if self._operations.replaces(deployment_id, request):
            await self._engine.info()
        with self._doing("change", deployment_id):
            self._operations.change(deployment_id, request)
        return self.get(deployment_id)

    async def delete(self, deployment_id: str) -> None:
        """Remove it and everything of its own; returns when all is gone."""
        deployment = self._deployment(deployment_id)
        await self._engine_ready()
        with self._doing("delete", deployment_id):
            await self._tasks.complete(self._deletion.delete(deployment), f"delete {deployment.name}")

    async def redeploy(self, deployment_id: str) -> DeploymentView:
        """Accept a fresh build; queued behind a running one, superseding what was queued."""
        self._operations.alive(deployment_id)
        await self._engine.info()
        with self._doing("redeploy", deployment_id):
            self._operations.redeploy(deployment_id)
        return self.get(deployment_id)

    async def rollback(self, deployment_id: str, number: int | None = None) -> DeploymentView:
        """Start a stored release; returns when it serves. A caller that goes away cancels nothing."""
        name = self._operations.alive(deployment_id).name
        await self._engine_ready()
        with self._doing("roll back", deployment_id):
            await self._tasks.complete(self._operations.rollback(deployment_id, number), f"roll {name} back")
        return self.get(deployment_id)

    async def cancel(self, deployment_id: str) -> DeploymentView:
        """Really stop a running or queued build. Raises ``Conflict`` (nothing_to_cancel)."""
        name = self._operations.alive(deployment_id).name
        with self._doing("cancel", deployment_id):
            await self._tasks.complete(self._operations.cancel(deployment_id), f"cancel {name}")
        return self.get(deployment_id)

    async def stop(self, deployment_id: str) -> DeploymentView:
        """Stop the service; returns when done."""
        name = self._operations.alive(deployment_id).name
        await self._engine_ready()
        with self._doing("stop", deployment_id):
            await self._tasks.complete(self._operations.stop(deployment_id), f"stop {name}")
        return self.get(deployment_id)

    async def start(self, deployment_id: str) -> DeploymentView:
        """Start a stopped service; returns when it serves."""
        name = self._operations.alive(deployment_id).name
        await self._engine_ready()
        with self._doing("start", deployment_id):
            await self._tasks.complete(self._operations.start(deployment_id), f"start {name}")
        return self.get(deployment_id)

    # --- projects ----------------------------------------------------------------------------------------------------

    def projects(self) -> list[Project]:
        """All projects, oldest first."""
        return self._store.projects()

    def project(self, project_id: str) -> Project:
        """One project."""
        found = self._store.project(project_id)
        if found is None:
            raise NotFound("No such project", hint="GET /projects lists them.")
        return found

    def create_project(self, name: str) -> Project:
        """Raises ``InvalidRequest``, ``Conflict`` (name_taken)."""
        if not is_service_name(name):
            raise InvalidRequest.of("name", f"not a project name: {NAME_RULE}")
        project = Project(str(uuid.uuid4()), name, self._clock.now())
        self._store.add_project(project)
        return project

    async def delete_project(self, project_id: str) -> None:
        """Raises ``Conflict`` (project_not_empty)."""
        self._store.remove_project(self.project(project_id).id)
        with suppress(RunixError):  # the engine is away: the next delete or start removes its network
            await self._deletion.unused_networks()

    # --- streams -----------------------------------------------------------------------------------------------------

    def logs(
        self,
        deployment_id: str,
        *,
        after: int | None = None,
        tail: int | None = 100,
        since: datetime | None = None,
        follow: bool = True,
        before: int | None = None,
    ) -> AsyncIterator[Batch]:
        """Run-time log lines. ``after`` (a seq: resume) wins over ``since``, which wins over ``tail`` (None: all).

        Ends on DELETE, or at the newest line when not ``follow``. With ``before`` (a seq) it is the ``tail`` lines
        before that one, whatever else is asked for.
        """
        deployment = self._deployment(deployment_id)
        return self._streams.runtime(deployment, after=after, tail=tail, since=since, follow=follow, before=before)

    def build_log(
        self, deployment_id: str, *, version: int | None = None, after: int | None = None, follow: bool = True
    ) -> AsyncIterator[Batch]:
        """A build's log from its first line to its ``End`` (to the newest line when not ``follow``); default: the
        newest entry that built.

        Raises ``NotFound`` when that version never built.
        """
        deployment = self._deployment(deployment_id)
        number = self._streams.build_version(deployment, version)
        return self._streams.build(deployment, number, after=after, follow=follow)

    def build_log_ended(self, deployment_id: str, *, version: int | None, after: int) -> bool:
        """Whether a reader that saw ``after`` has seen the End: the answer is 204."""
        deployment = self._deployment(deployment_id)
        return self._streams.ended(deployment, self._streams.build_version(deployment, version), after)

    def events(self) -> AsyncIterator[DeploymentChanged]:
        """Every state change from now on."""
        return self._bus.subscribe()

    def activity(self, *, tail: int = 200, follow: bool = True) -> AsyncIterator[ActivityEntry]:
        """What was done lately, and (``follow``) what begins or ends from then on."""
        return self._diary.read(tail=tail, follow=follow)

    # -----------------------------------------------------------------------------------------------------------------

    def _doing(self, action: str, deployment_id: str) -> AbstractContextManager[Note]:
        return self._diary.doing(ActivitySource.DEPLOY, action, deployment_id=deployment_id)

    async def _engine_ready(self) -> None:
        """Wait until start-up has brought the engine in line, once. Raises ``Unavailable`` when it is away."""
        await self._ready.wait()
        await self._engine.info()

    def _view(self, deployment: Deployment) -> DeploymentView:
        found = view(self._store, deployment, self._gateway.port)
        return replace(found, health="unhealthy") if self._supervisor.down(deployment.id) else found

    def _deployment(self, deployment_id: str) -> Deployment:
        found = self._store.deployment(deployment_id)
        if found is None:
            raise NotFound("No such deployment", hint="`runix status` and GET /deployments list them.")
        return found
