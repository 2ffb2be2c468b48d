"""Accepting a new deployment: checked against the home and the repository before anything is stored."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import replace

from runix_tui.core import names
from runix_tui.core.models import AVAILABLE_TYPES, Deployment, InstanceType, Kind, ServiceConfig, Version
from runix_tui.core.ports import Clock, Source
from runix_tui.core.requests import CreateRequest
from runix_tui.core.secret import Secret
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.stages.fetching import remote_of
from runix_tui.errors import Conflict, InvalidRequest, NotAvailableYet
from runix_tui.store.store import Store

CHECK_TIMEOUT = 5.0  # seconds for listing a remote's refs (contract: up to 5 s)


class Creation:
    """Makes deployments."""

    def __init__(
        self, *, store: Store, source: Source, clock: Clock, lanes: Lanes, sizes: Mapping[str, InstanceType]
    ) -> None:
        self._store = store
        self._source = source
        self._clock = clock
        self._lanes = lanes
        self._sizes = sizes
        self._random = random.SystemRandom()

    async def create(self, request: CreateRequest) -> Deployment:
        """Accept and queue. Raises ``InvalidRequest``, ``Conflict`` (name_taken); then nothing is left behind."""
        self._check(request)
        url, credential = self._source.parse(request.config.repo_url)
        config = replace(request.config, repo_url=url)
        await self._source.check(remote_of(config, credential), timeout=CHECK_TIMEOUT)
        deployment, version = self._store_new(request, config, credential)
        self._lanes.queue(version)
        return deployment

    def check_repo_url(self, repo_url: str) -> None:
        """Raises ``InvalidRequest`` for what cannot be a repository's address; asks nobody."""
        self._source.parse(repo_url)

    def check_size(self, instance_type: str) -> None:
        """Raises ``InvalidRequest`` for an instance type that there is not."""
        if instance_type not in self._sizes:
            known = ", ".join(self._sizes)
            raise InvalidRequest.of("instance_type", f"no such instance type; there are {known}")

    def check_project(self, project_id: str | None) -> None:
        """Raises ``InvalidRequest`` for a project that there is not."""
        if project_id is not None and self._store.project(project_id) is None:
            raise InvalidRequest.of("project_id", "no such project", hint="GET /projects lists them.")

    def _check(self, request: CreateRequest) -> None:
        if request.service_type not in AVAILABLE_TYPES:
            raise NotAvailableYet.of(
                "service_type", f"{request.service_type} is not available in this release", code="not_available_yet"
            )
        self.check_size(request.config.instance_type)
        self.check_project(request.project_id)
        for other in self._store.deployments():
            if (other.name, other.project_id) == (request.name, request.project_id):
                raise Conflict(
                    f"There is a service {request.name} already",
                    code="name_taken",
                    hint="Choose another name, or redeploy the service that is there.",
                )

    def _store_new(
        self, request: CreateRequest, config: ServiceConfig, credential: Secret | None
    ) -> tuple[Deployment, Version]:
        now = self._clock.now()
        while True:
            deployment = Deployment(
                id=str(uuid.uuid4()),
                name=request.name,
                subdomain=names.subdomain(request.name, self._random.choice),
                service_type=request.service_type,
                project_id=request.project_id,
                config=config,
                created_at=now,
                updated_at=now,
            )
            try:
                with self._store.transaction():
                    self._store.add_deployment(deployment, credential)
                    return deployment, self._store.add_version(deployment.id, Kind.DEPLOY, config, now=now)
            except Conflict as taken:
                if taken.code != "subdomain_taken":
                    raise
