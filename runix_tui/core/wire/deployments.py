"""Answers about deployments, their versions, and what they use."""

from datetime import datetime
from typing import Any

from pydantic import Field

from runix_tui.core.models import Kind, ServiceType
from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.core.wire.answer import Answer


class Fault(Answer):
    """Why a version failed. ``evidence`` are the last log lines, or what was looked for and not found."""

    code: str
    message: str
    hint: str
    transient: bool = Field(default=False, description="Whether it may pass by itself, so that it is worth retrying.")
    evidence: list[str] = Field(default_factory=list)


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
    phase: Stage | None = Field(default=None, description="Where its newest walk is, or how it ended.")
    error: Fault | None = Field(
        default=None, description="Why the latest version failed; null while it runs or when it succeeded."
    )


class DeploymentEvent(Deployment):
    """A deployment that changed, as ``/events`` says it."""


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


class Usage(Resources):
    """What the running container of one of several deployments uses."""

    id: str = Field(description="The deployment's.")


class DeploymentDetails(DeploymentEvent):
    """Everything about one deployment."""

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


class CommitDetails(Answer):
    """A commit, whole."""

    sha: str
    author: str
    subject: str
    authored_at: datetime | None


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
    commit: CommitDetails | None = None
    image_size: int | None = Field(default=None, description="Bytes; null when there is no image.")


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
    dockerfile: str | None
    plan: dict[str, Any] | None
    origins: dict[str, OriginDetails]
    stages: list[StageDetails]
    config: VersionConfig
    port: int | None


class Planned(Answer):
    """What a deployment would be built by; nothing was built."""

    service_name: str = Field(description="The one that was sent, or a free one made of the repository's name.")
    service_type: ServiceType = Field(description="The one that was sent, or the one that fits.")
    branch: str | None
    commit: CommitDetails | None = Field(description="null for a folder without git.")
    plan: dict[str, Any]
    dockerfile: str = Field(description="The repository's own, or the one that Runix would write.")
    origins: dict[str, OriginDetails]
    notes: list[str] = Field(description="What a person should know of it, as the build log would say it.")


class Shell(Answer):
    """What to run on this machine, in a terminal, for a shell inside a running container."""

    command: list[str]
    environment: dict[str, str] = Field(description="To be set beside the terminal's own.")


class Project(Answer):
    """A group of deployments with one network."""

    id: str
    name: str
    created_at: datetime
