"""What front ends ask for, already checked in form, and what they get back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runix_tui.core.checkup import Condition
from runix_tui.core.models import Commit, Deployment, ServiceConfig, ServiceType, Version
from runix_tui.core.plan import Plan
from runix_tui.core.ports import EngineInfo
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, Status
from runix_tui.errors import Failure


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A new deployment. ``config.repo_url`` is as the user wrote it: user info is taken out when it is accepted."""

    name: str
    service_type: ServiceType
    project_id: str | None
    config: ServiceConfig


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A deployment that somebody thinks about; without ``name`` or ``service_type`` the fitting ones are suggested."""

    name: str | None
    service_type: ServiceType | None
    project_id: str | None
    config: ServiceConfig


@dataclass(frozen=True, slots=True)
class Preview:
    """What such a deployment would be built by, and what a person should know of it."""

    name: str
    service_type: ServiceType
    branch: str | None
    commit: Commit | None
    plan: Plan
    dockerfile: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A PATCH. ``env`` maps a name to its new value or None (removed); ``fields`` holds those of ``instance_type``,
    ``branch``, ``command``, ``project_id`` that were sent (their values may be None)."""

    env: Mapping[str, Secret | None] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A deployment with all that the API derives.

    ``current`` is the history entry that serves or, while stopped or crashed, served last (the API's ``version`` and
    ``commit_sha``); ``serving`` is the same entry, but None when nothing serves; ``latest`` is the newest entry.
    """

    deployment: Deployment
    status: Status
    phase: Stage | None
    url: str | None
    current: Version | None
    serving: Version | None
    latest: Version | None
    error: Failure | None
    health: str | None  # "healthy", "unhealthy", None when nothing runs


@dataclass(frozen=True, slots=True)
class SystemHealth:
    """For ``/healthz``. ``engine`` None: it does not answer, ``engine_error`` says why. ``starting``: what does not
    answer is not expected to, yet."""

    engine: EngineInfo | None
    engine_error: str
    gateway_healthy: bool
    gateway_url: str | None
    starting: bool = False

    @property
    def engine_is(self) -> Condition:
        """How the engine is."""
        return self._condition(self.engine is not None)

    @property
    def gateway_is(self) -> Condition:
        """How the gateway is."""
        return self._condition(self.gateway_healthy)

    def _condition(self, answers: bool) -> Condition:
        if answers:
            return Condition.OK
        return Condition.STARTING if self.starting else Condition.UNAVAILABLE
