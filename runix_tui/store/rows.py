"""Rows ↔ values, all in one place. JSON is ASCII only, so that any text survives; secrets are revealed here alone."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from runix_tui.core.models import (
    Commit,
    Deployment,
    Kind,
    Planner,
    Project,
    Release,
    ServiceConfig,
    ServiceType,
    StageTime,
    Version,
)
from runix_tui.core.plan import Plan
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.errors import Failure, StoreError

Row = dict[str, Any]
T = TypeVar("T")

_CONFIG_FIELDS = tuple(field.name for field in fields(ServiceConfig) if field.name != "env")


def project_row(project: Project) -> Row:
    """Columns of ``projects``."""
    return {"id": project.id, "name": project.name, "created_at": time_text(project.created_at)}


def project_of(row: sqlite3.Row) -> Project:
    """A project of its row."""
    with _readable("project", row["id"]):
        return Project(row["id"], row["name"], _time(row["created_at"]))


def deployment_row(deployment: Deployment) -> Row:
    """Columns of ``deployments`` but the credential."""
    return {
        "id": deployment.id,
        "name": deployment.name,
        "subdomain": deployment.subdomain,
        "service_type": deployment.service_type.value,
        "project_id": deployment.project_id,
        "config": _config_text(deployment.config),
        "env": _env_text(deployment.config.env),
        "created_at": time_text(deployment.created_at),
        "updated_at": time_text(deployment.updated_at),
        "latest_version": deployment.latest_version,
        "serving_version": deployment.serving_version,
        "stopped": int(deployment.stopped),
        "deleting": int(deployment.deleting),
    }


def deployment_of(row: sqlite3.Row) -> Deployment:
    """A deployment of its row."""
    with _readable("deployment", row["id"]):
        return Deployment(
            id=row["id"],
            name=row["name"],
            subdomain=row["subdomain"],
            service_type=ServiceType(row["service_type"]),
            project_id=row["project_id"],
            config=_config_of(row["config"], row["env"]),
            created_at=_time(row["created_at"]),
            updated_at=_time(row["updated_at"]),
            latest_version=row["latest_version"],
            serving_version=row["serving_version"],
            stopped=bool(row["stopped"]),
            deleting=bool(row["deleting"]),
        )


def version_row(version: Version) -> Row:
    """Columns of ``versions``."""
    return {
        "deployment_id": version.deployment_id,
        "number": version.number,
        "kind": version.kind.value,
        "status": version.status.value,
        "stage": version.stage.value,
        "config": _config_text(version.config),
        "env": _env_text(version.config.env),
        "created_at": time_text(version.created_at),
        "finished_at": _time_text_or_none(version.finished_at),
        "commit_info": None if version.commit is None else _commit_text(version.commit),
        "plan": None if version.plan is None else _json(version.plan.model_dump(mode="json")),
        "dockerfile": version.dockerfile,
        "release_info": None if version.release is None else _json(asdict(version.release)),
        "container_id": version.container_id,
        "rollback_of": version.rollback_of,
        "failure": None if version.failure is None else _json(asdict(version.failure)),
        "served": int(version.served),
        "stages": _json([_stage_row(stage) for stage in version.stages]),
    }


def version_of(row: sqlite3.Row) -> Version:
    """A version of its row."""
    with _readable("version", f"{row['deployment_id']}/{row['number']}"):
        return Version(
            deployment_id=row["deployment_id"],
            number=row["number"],
            kind=Kind(row["kind"]),
            status=VersionStatus(row["status"]),
            stage=Stage(row["stage"]),
            config=_config_of(row["config"], row["env"]),
            created_at=_time(row["created_at"]),
            finished_at=_maybe(row["finished_at"], _time),
            commit=_maybe(row["commit_info"], _commit_of),
            plan=_maybe(row["plan"], lambda text: Plan.model_validate(json.loads(text))),
            dockerfile=row["dockerfile"],
            release=_maybe(row["release_info"], _release_of),
            container_id=row["container_id"],
            rollback_of=row["rollback_of"],
            failure=_maybe(row["failure"], _failure_of),
            served=bool(row["served"]),
            stages=tuple(_stage_of(stage) for stage in json.loads(row["stages"])),
        )


def time_text(moment: datetime) -> str:
    """A moment as text that sorts by time: UTC, always with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _time_text_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(moment)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _maybe(text: str | None, parse: Callable[[str], T]) -> T | None:
    return None if text is None else parse(text)


def _config_text(config: ServiceConfig) -> str:
    return _json({name: getattr(config, name) for name in _CONFIG_FIELDS})


def _env_text(env: dict[str, Secret]) -> str:
    return _json({name: value.reveal() for name, value in env.items()})


def _config_of(config: str, env: str) -> ServiceConfig:
    values = json.loads(config)
    values["planner"] = Planner(values["planner"])
    values["env"] = {name: Secret(value) for name, value in json.loads(env).items()}
    return ServiceConfig(**values)


def _commit_text(commit: Commit) -> str:
    return _json([commit.sha, commit.author, commit.subject, _aware(commit.authored_at)])


def _aware(moment: datetime | None) -> str | None:
    """A commit's moment keeps the offset that its author had."""
    return None if moment is None else moment.isoformat()


def _commit_of(text: str) -> Commit:
    sha, author, subject, at = json.loads(text)
    return Commit(sha, author, subject, None if at is None else _time(at))


def _release_of(text: str) -> Release:
    values = json.loads(text)
    values["start"] = None if values["start"] is None else tuple(values["start"])
    return Release(**values)


def _failure_of(text: str) -> Failure:
    values = json.loads(text)
    values["evidence"] = tuple(values["evidence"])
    return Failure(**values)


def _stage_row(stage: StageTime) -> list[str | None]:
    return [stage.stage.value, time_text(stage.started_at), _time_text_or_none(stage.finished_at), stage.result]


def _stage_of(values: list[str]) -> StageTime:
    stage, started, finished, result = values
    return StageTime(Stage(stage), _time(started), _maybe(finished, _time), result)


@contextmanager
def _readable(noun: str, name: str) -> Iterator[None]:
    """A row that does not hold what it should is damage, told without its values (they may be secret)."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(
            f"the stored {noun} {name} cannot be read ({type(error).__name__})",
            hint="The store was damaged or changed by another program: put a backup of it in its place.",
        ) from None
