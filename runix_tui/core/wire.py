"""The REST API's answers as values: written by ``api``, read by ``client``. What goes in is checked in ``api.schemas``.

Field names, order and meaning are the outside contract. Nothing here computes anything.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from runix_tui.core.models import Kind, ServiceType
from runix_tui.core.stages import Stage, Status, VersionStatus


class Answer(BaseModel):
    """The root: frozen; fields of a newer server are ignored by an older client."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fault(Answer):
    """Why a version failed. ``evidence`` are the last log lines, or what was looked for and not found."""

    code: str
    message: str
    hint: str
    evidence: list[str] = []


class Deployment(Answer):
    """A deployment in lists and events."""

    id: str
    service_name: str
    status: Status
    subdomain: str
    url: str | None = Field(description="Where it answers; null without a route.")
    repo_url: str
    branch: str
    service_type: ServiceType
    instance_type: str
    project_id: str | None = Field(description="null: the default project.")
    version: int | None = Field(description="The version that serves; null before the first does.")
    commit_sha: str | None = Field(description="The commit of that version, 7 characters.")
    latest_version: int | None = Field(description="The newest history entry.")
    serving: bool = Field(description="Whether something answers now.")
    created_at: datetime
    updated_at: datetime


class DeploymentEvent(Deployment):
    """A deployment that changed, as ``/events`` says it."""

    phase: Stage | None


class Removed(Answer):
    """A deployment that is gone, as ``/events`` says it."""

    id: str
    deleted: bool = True


class Resources(Answer):
    """What the running container uses."""

    cpu_percent: float = Field(description="Of one core.")
    memory_bytes: int
    memory_limit_bytes: int | None = Field(description="null where the host cannot limit memory.")
    cpu_limit: float | None = Field(description="Cores; null where the host cannot limit CPU.")


class DeploymentDetails(DeploymentEvent):
    """Everything about one deployment."""

    error: Fault | None = Field(description="Why the latest version failed; null while it runs or when it succeeded.")
    env: dict[str, str] = Field(description="Values are masked as ******** unless reveal=true.")
    port: int | None = Field(description="Where the service listens, or the port asked for before it runs.")
    command: str | None
    schedule: str | None
    health: str | None = Field(description="healthy, unhealthy, or null when nothing runs.")
    resources: Resources | None = Field(description="null when nothing runs or the engine is away.")


class Accepted(Answer):
    """A deployment was asked to do something."""

    id: str
    status: Status


class RolledBack(Accepted):
    """A stored version serves again."""

    message: str


class Connection(Answer):
    """How to reach a database from the host. Holds secrets."""

    host: str
    port: int
    username: str
    password: str
    database: str
    connection_string: str


class HistoryEntry(Answer):
    """One accepted deploy, redeploy, rollback or config change."""

    version: int
    status: VersionStatus
    kind: Kind
    commit_sha: str | None
    created_at: datetime
    finished_at: datetime | None
    duration_seconds: float | None
    image_id: str | None
    rollback_of: int | None
    error: Fault | None


class CommitDetails(Answer):
    """A commit, whole."""

    sha: str
    author: str
    subject: str
    authored_at: datetime | None


class StageDetails(Answer):
    """One stage of a version's walk."""

    stage: Stage
    started_at: datetime
    finished_at: datetime | None
    duration_seconds: float | None
    result: str | None = Field(description="done, cached, failed; null while it runs.")


class OriginDetails(Answer):
    """Where a choice of the plan came from."""

    source: str
    reason: str
    confidence: float


class VersionConfig(Answer):
    """What the user had asked for when the version was made; env by name only."""

    repo_url: str
    branch: str | None
    root_dir: str
    instance_type: str
    env: dict[str, str]
    port: int | None
    command: str | None
    build_command: str | None
    health_path: str | None
    dockerfile: str | None
    planner: str
    schedule: str | None
    timezone: str


class VersionDetails(HistoryEntry):
    """A history entry with everything that went into it."""

    stage: Stage
    commit: CommitDetails | None
    dockerfile: str | None
    plan: dict[str, Any] | None
    origins: dict[str, OriginDetails]
    stages: list[StageDetails]
    config: VersionConfig
    image_size: int | None
    port: int | None


class Project(Answer):
    """A group of deployments with one network."""

    id: str
    name: str
    created_at: datetime


class EngineHealth(Answer):
    """The container engine. Everything but ``status`` and ``error`` is null while it is away."""

    status: str = Field(description="ok or unavailable.")
    name: str | None = None
    version: str | None = None
    rootless: bool | None = None
    cgroup_version: int | None = None
    limits: bool | None = Field(default=None, description="Whether CPU and memory limits work on this host.")
    warnings: list[str] = []
    error: str | None = None


class GatewayHealth(Answer):
    """The reverse proxy in front of the services."""

    status: str = Field(description="ok or unavailable.")


class Health(Answer):
    """The state of the installation."""

    status: str = Field(description="ok, or degraded when the engine or the gateway is away.")
    version: str
    engine: EngineHealth
    gateway: GatewayHealth
    gateway_url: str | None


class WrongField(Answer):
    """One wrong field of a request."""

    path: str = Field(examples=["env.FOO"])
    message: str


class Problem(Answer):
    """What went wrong, why, and what to do next (RFC 9457)."""

    title: str
    status: int
    code: str = Field(description="Stable, for programs.")
    detail: str
    hint: str
    errors: list[WrongField] | None = Field(default=None, description="One entry for each wrong field of bad input.")
    evidence: list[str] | None = Field(default=None, description="The last log lines of what failed.")
