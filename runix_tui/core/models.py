"""The nouns of Runix as frozen values: deployment, version, project, instance type. No I/O, no rules."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.errors import Failure

if TYPE_CHECKING:  # front ends know these nouns before they have loaded what checks plans
    from runix_tui.core.plan import Plan

DEFAULT_PORT = 8080


class ServiceType(StrEnum):
    """What a deployment is."""

    WEB_SERVICE = "web_service"
    STATIC_SITE = "static_site"
    BACKGROUND_WORKER = "background_worker"
    CRON_JOB = "cron_job"
    POSTGRESQL = "postgresql"
    REDIS = "redis"
    KAFKA = "kafka"


AVAILABLE_TYPES = frozenset({ServiceType.WEB_SERVICE, ServiceType.STATIC_SITE})
DATABASES = frozenset({ServiceType.POSTGRESQL, ServiceType.REDIS, ServiceType.KAFKA})


class Kind(StrEnum):
    """Why a version was made."""

    DEPLOY = "deploy"
    REDEPLOY = "redeploy"
    ROLLBACK = "rollback"
    CONFIG = "config"


class Planner(StrEnum):
    """Who plans: ``auto`` takes a repository's own Dockerfile, else rules, else (when configured) a model."""

    AUTO = "auto"
    RULES = "rules"
    AI = "ai"
    DOCKERFILE = "dockerfile"


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A size: ``cpus`` in cores, ``memory`` in bytes, ``pids`` processes and threads."""

    name: str
    cpus: float
    memory: int
    pids: int


@dataclass(frozen=True, slots=True)
class Project:
    """A group of deployments with one network. The default project is ``None`` everywhere, never a row."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """What a user asked for: everything that a version needs to be made again.

    ``command`` and ``build_command`` are shell text as a user types it (run inside the container only), or ``None``
    for the plan's own. ``port`` is the port asked for, ``None`` to leave it to env ``PORT``, the plan, then 8080.
    """

    repo_url: str  # without user info; see ``Store`` for the credential kept beside it
    branch: str | None = None  # None: ``main``, or the repository's own default
    root_dir: str = ""
    instance_type: str = "starter"
    env: dict[str, Secret] = field(default_factory=dict)
    port: int | None = None
    command: str | None = None
    build_command: str | None = None
    health_path: str | None = None
    dockerfile: str | None = None
    planner: Planner = Planner.AUTO
    schedule: str | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as history shows it. ``sha`` has 40 characters."""

    sha: str
    author: str
    subject: str
    authored_at: datetime | None = None

    @property
    def short(self) -> str:
        """The 7 characters that the API shows."""
        return self.sha[:7]


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage of a version's walk; ``finished_at`` and ``result`` (done, cached, failed) are None while it runs."""

    stage: Stage
    started_at: datetime
    finished_at: datetime | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What a version runs, complete: starting it again needs nothing else, and never a build.

    ``start`` is the argv that replaces the image's own command (None: the image's own); ``port`` is what the process is
    told in ``PORT`` and ``listen_port`` where it was found listening instead (None: there); ``own_dockerfile`` decides
    the capabilities (architecture, decision 10).
    """

    image_id: str
    image_size: int
    port: int
    start: tuple[str, ...] | None
    own_dockerfile: bool
    health_path: str | None = None
    env: dict[str, str] = field(default_factory=dict)  # the plan's own defaults, below the user's env
    listen_port: int | None = None

    @property
    def routed_port(self) -> int:
        """The port that requests are led to."""
        return self.listen_port or self.port


@dataclass(frozen=True, slots=True)
class Version:
    """A history entry: one accepted deploy, redeploy, rollback or config change."""

    deployment_id: str
    number: int
    kind: Kind
    status: VersionStatus
    stage: Stage
    config: ServiceConfig
    created_at: datetime
    finished_at: datetime | None = None
    commit: Commit | None = None
    plan: "Plan | None" = None
    dockerfile: str | None = None
    release: Release | None = None
    container_id: str | None = None
    rollback_of: int | None = None
    failure: Failure | None = None
    served: bool = False  # it had the route once: a rollback may go back to it
    stages: tuple[StageTime, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """A service and what it serves. ``config`` is the current configuration, what the next redeploy uses."""

    id: str
    name: str
    subdomain: str
    service_type: ServiceType
    project_id: str | None
    config: ServiceConfig
    created_at: datetime
    updated_at: datetime
    latest_version: int = 0
    serving_version: int | None = None  # what serves; while stopped or crashed, what served last
    stopped: bool = False  # the user stopped it (or cancelled its first deploy)
    deleting: bool = False  # a delete began: start-up finishes it


@dataclass(frozen=True, slots=True)
class Route:
    """Where a host name leads: ``address`` and ``port`` of the container as the gateway reaches it."""

    deployment_id: str
    subdomain: str
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources of a running container. ``cpu_percent`` of one core; limits are None where they cannot be set."""

    cpu_percent: float
    memory_bytes: int
    memory_limit_bytes: int | None
    cpu_limit: float | None
