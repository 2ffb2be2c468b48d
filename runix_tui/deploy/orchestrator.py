"""What front ends may ask of Runix: the one door to deployments."""

from collections.abc import AsyncIterator
from datetime import datetime

from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import Project, Usage, Version
from runix_tui.core.requests import ChangeRequest, CreateRequest, DeploymentView, SystemHealth
from runix_tui.core.stages import Status
from runix_tui.deploy.journal import Batch


class Orchestrator:
    """Deployments: asked for here, carried out by the pipeline. Every method raises what errors.py lists; unknown ids
    raise ``NotFound``. Reads never need the engine."""

    def deployments(self, *, status: Status | None = None, project_id: str | None = None) -> list[DeploymentView]:
        """All deployments, oldest first."""
        raise NotImplementedError

    def get(self, deployment_id: str) -> DeploymentView:
        """One deployment."""
        raise NotImplementedError

    async def usage(self, deployment_id: str) -> Usage | None:
        """Resources of what serves; None when nothing runs or the engine is away."""
        raise NotImplementedError

    def history(self, deployment_id: str) -> list[Version]:
        """Newest first."""
        raise NotImplementedError

    def version(self, deployment_id: str, number: int) -> Version:
        """One history entry."""
        raise NotImplementedError

    async def create(self, request: CreateRequest) -> DeploymentView:
        """Accept a new deployment. Raises ``InvalidRequest``, ``Conflict`` (name_taken)."""
        raise NotImplementedError

    async def change(self, deployment_id: str, request: ChangeRequest) -> DeploymentView:
        """Change the configuration; answers at once."""
        raise NotImplementedError

    async def delete(self, deployment_id: str) -> None:
        """Remove it and everything of its own; returns when all is gone."""
        raise NotImplementedError

    async def redeploy(self, deployment_id: str) -> DeploymentView:
        """Accept a fresh build; queued behind a running one, superseding what was queued."""
        raise NotImplementedError

    async def rollback(self, deployment_id: str, number: int | None = None) -> DeploymentView:
        """Start a stored release; returns when it serves. A caller that goes away cancels nothing."""
        raise NotImplementedError

    async def cancel(self, deployment_id: str) -> DeploymentView:
        """Really stop a running or queued build. Raises ``Conflict`` (nothing_to_cancel)."""
        raise NotImplementedError

    async def stop(self, deployment_id: str) -> DeploymentView:
        """Stop the service; returns when done."""
        raise NotImplementedError

    async def start(self, deployment_id: str) -> DeploymentView:
        """Start a stopped service; returns when it serves."""
        raise NotImplementedError

    def projects(self) -> list[Project]:
        """All projects, oldest first."""
        raise NotImplementedError

    def project(self, project_id: str) -> Project:
        """One project."""
        raise NotImplementedError

    def create_project(self, name: str) -> Project:
        """Raises ``InvalidRequest``, ``Conflict`` (name_taken)."""
        raise NotImplementedError

    async def delete_project(self, project_id: str) -> None:
        """Raises ``Conflict`` (project_not_empty)."""
        raise NotImplementedError

    def logs(
        self,
        deployment_id: str,
        *,
        after: int | None = None,
        tail: int | None = 100,
        since: datetime | None = None,
        follow: bool = True,
    ) -> AsyncIterator[Batch]:
        """Run-time log lines. ``after`` (a seq: resume) wins over ``since``, which wins over ``tail`` (None: all). Ends on
        DELETE, or at the newest line when not ``follow``."""
        raise NotImplementedError

    def build_log(
        self, deployment_id: str, *, version: int | None = None, after: int | None = None
    ) -> AsyncIterator[Batch]:
        """A build's log from its first line to its ``End``; default: the newest entry that built. Raises ``NotFound`` when
        that version never built."""
        raise NotImplementedError

    def build_log_ended(self, deployment_id: str, *, version: int | None, after: int) -> bool:
        """Whether a reader that saw ``after`` has seen the End: the answer is 204."""
        raise NotImplementedError

    def events(self) -> AsyncIterator[DeploymentChanged]:
        """Every state change from now on."""
        raise NotImplementedError

    async def health(self) -> SystemHealth:
        """The state of engine and gateway."""
        raise NotImplementedError
