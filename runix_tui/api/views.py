"""From what the orchestrator gives to what the API answers. Secrets are masked here unless they are asked for."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, TypedDict

from runix_tui.api.problems import plain
from runix_tui.core import wire
from runix_tui.core.activity import ActivityEntry
from runix_tui.core.checkup import Check, Condition, Level
from runix_tui.core.models import Commit, Kind, Project, ServiceConfig, ServiceType, Usage, Version
from runix_tui.core.plan import Plan
from runix_tui.core.requests import DeploymentView, Preview, SystemHealth
from runix_tui.core.secret import MASK, Secret
from runix_tui.core.settings import Settings
from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.errors import Failure

DEFAULT_BRANCH = "main"


class _Listed(TypedDict):
    """The fields of the list form."""

    id: str
    service_name: str
    status: Status
    subdomain: str
    url: str | None
    repo_url: str
    branch: str
    service_type: ServiceType
    instance_type: str
    project_id: str | None
    version: int | None
    commit_sha: str | None
    latest_version: int | None
    serving: bool
    created_at: datetime
    updated_at: datetime
    phase: Stage | None
    error: wire.Fault | None


class _Entry(TypedDict):
    """The fields of a history entry."""

    version: int
    status: VersionStatus
    kind: Kind
    commit_sha: str | None
    created_at: datetime
    finished_at: datetime | None
    duration_seconds: float | None
    image_id: str | None
    rollback_of: int | None
    error: wire.Fault | None
    commit: wire.CommitDetails | None
    image_size: int | None


def deployment(view: DeploymentView) -> wire.Deployment:
    """The list form."""
    return wire.Deployment(**_listed(view))


def event(view: DeploymentView) -> wire.DeploymentEvent:
    """The list form, of a deployment that changed."""
    return wire.DeploymentEvent(**_listed(view))


def details(view: DeploymentView, used: Usage | None, *, reveal: bool = False) -> wire.DeploymentDetails:
    """Everything about one deployment."""
    config = view.deployment.config
    return wire.DeploymentDetails(
        **_listed(view),
        env=_env(config.env, reveal=reveal),
        port=_port(view.current) or config.port,
        command=config.command,
        schedule=config.schedule,
        health=view.health,
        resources=wire.Resources(**asdict(used)) if used else None,
    )


def _listed(view: DeploymentView) -> _Listed:
    deployed, current = view.deployment, view.current
    return {
        "id": deployed.id,
        "service_name": deployed.name,
        "status": view.status,
        "subdomain": deployed.subdomain,
        "url": view.url,
        "repo_url": deployed.config.repo_url,
        "branch": deployed.config.branch or DEFAULT_BRANCH,
        "service_type": deployed.service_type,
        "instance_type": deployed.config.instance_type,
        "project_id": deployed.project_id,
        "version": current.number if current else None,
        "commit_sha": _short(current) if current else None,
        "latest_version": view.latest.number if view.latest else None,
        "serving": view.serving is not None,
        "created_at": deployed.created_at,
        "updated_at": deployed.updated_at,
        "phase": view.phase,
        "error": fault(view.error),
    }


def history_entry(version: Version) -> wire.HistoryEntry:
    """One line of the history."""
    return wire.HistoryEntry(**_entry(version))


def version_details(version: Version, *, reveal: bool = False) -> wire.VersionDetails:
    """A history entry with everything that went into it."""
    plan = version.plan
    return wire.VersionDetails(
        **_entry(version),
        stage=version.stage,
        dockerfile=plain(version.dockerfile) if version.dockerfile is not None else None,
        plan=plan_values(plan),
        origins=origins(plan),
        stages=[
            wire.StageDetails(
                stage=one.stage,
                started_at=one.started_at,
                finished_at=one.finished_at,
                duration_seconds=_seconds(one.started_at, one.finished_at),
                result=one.result,
            )
            for one in version.stages
        ],
        config=_config(version.config, reveal=reveal),
        port=_port(version),
    )


def _entry(version: Version) -> _Entry:
    return {
        "version": version.number,
        "status": version.status,
        "kind": version.kind,
        "commit_sha": _short(version),
        "created_at": version.created_at,
        "finished_at": version.finished_at,
        "duration_seconds": _seconds(version.created_at, version.finished_at),
        "image_id": version.release.image_id if version.release else None,
        "rollback_of": version.rollback_of,
        "error": fault(version.failure),
        "commit": commit(version.commit),
        "image_size": version.release.image_size if version.release else None,
    }


def commit(one: Commit | None) -> wire.CommitDetails | None:
    """A commit, whole."""
    if one is None:
        return None
    return wire.CommitDetails(
        sha=one.sha, author=plain(one.author), subject=plain(one.subject), authored_at=one.authored_at
    )


def plan_values(plan: Plan | None) -> dict[str, Any] | None:
    """A plan without where its choices came from."""
    return plan.model_dump(mode="json", exclude={"origins"}) if plan else None


def origins(plan: Plan | None) -> dict[str, wire.OriginDetails]:
    """Where the choices of a plan came from."""
    found = plan.origins.items() if plan else ()
    return {key: wire.OriginDetails(**origin.model_dump()) for key, origin in found}


def fault(failure: Failure | None) -> wire.Fault | None:
    """Why a version failed."""
    if failure is None:
        return None
    return wire.Fault(
        code=failure.code,
        message=plain(failure.message),
        hint=plain(failure.hint),
        transient=failure.transient,
        evidence=[plain(line) for line in failure.evidence],
    )


def planned(preview: Preview) -> wire.Planned:
    """What a deployment would be built by."""
    return wire.Planned(
        service_name=preview.name,
        service_type=preview.service_type,
        branch=preview.branch,
        commit=commit(preview.commit),
        plan=plan_values(preview.plan) or {},
        dockerfile=plain(preview.dockerfile),
        origins=origins(preview.plan),
        notes=[plain(note) for note in preview.notes],
    )


def activity(entry: ActivityEntry) -> wire.Activity:
    """Something that was done."""
    told = asdict(entry) | {"subject": plain(entry.subject), "detail": plain(entry.detail)}
    return wire.Activity(**told)


def check(one: Check) -> wire.Check:
    """One line of a check-up."""
    return wire.Check(
        name=one.name,
        status=one.level,
        found=plain(one.found),
        remedy=plain(one.remedy) if one.level is not Level.OK else "",
        fixable=bool(one.fix) and one.level is not Level.OK,
    )


def settings(found: Settings) -> wire.Settings:
    """config.toml."""
    keys = [wire.Setting(**asdict(one)) for one in found.settings]
    return wire.Settings(path=plain(found.path), text=plain(found.text), settings=keys, restart=found.restart)


def project(one: Project) -> wire.Project:
    """A project."""
    return wire.Project(id=one.id, name=one.name, created_at=one.created_at)


def health(system: SystemHealth, version: str) -> wire.Health:
    """The state of the installation; nothing secret, since everybody may read it."""
    info = system.engine
    away = system.engine_is is Condition.UNAVAILABLE
    engine = wire.EngineHealth(status=system.engine_is, error=(away and plain(system.engine_error)) or None)
    if info:
        engine = wire.EngineHealth(
            status=system.engine_is,
            name=info.name,
            version=info.version,
            rootless=info.rootless,
            cgroup_version=info.cgroup_version,
            limits=info.limits,
            warnings=[plain(text) for text in info.warnings],
        )
    return wire.Health(
        status="ok" if info and system.gateway_healthy else "degraded",
        version=version,
        engine=engine,
        gateway=wire.GatewayHealth(status=system.gateway_is),
        gateway_url=system.gateway_url,
    )


def _config(config: ServiceConfig, *, reveal: bool) -> wire.VersionConfig:
    return wire.VersionConfig(
        repo_url=config.repo_url,
        branch=config.branch,
        root_dir=config.root_dir,
        instance_type=config.instance_type,
        env=_env(config.env, reveal=reveal),
        port=config.port,
        command=config.command,
        build_command=config.build_command,
        health_path=config.health_path,
        dockerfile=config.dockerfile,
        planner=config.planner.value,
        schedule=config.schedule,
        timezone=config.timezone,
    )


def _env(env: dict[str, Secret], *, reveal: bool) -> dict[str, str]:
    return {key: secret.reveal() if reveal else MASK for key, secret in env.items()}


def _port(version: Version | None) -> int | None:
    return version.release.routed_port if version and version.release else None


def _short(version: Version) -> str | None:
    return version.commit.short if version.commit else None


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 3) if end else None


def usage(deployment_id: str, used: Usage) -> wire.Usage:
    """What one of several deployments uses."""
    return wire.Usage(id=deployment_id, **asdict(used))
