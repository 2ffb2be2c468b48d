"""Versions (history entries) in the store: numbered per deployment, the number taken where the row is made."""

from datetime import datetime

from runix_tui.core.models import Commit, Kind, Release, ServiceConfig, Version
from runix_tui.core.plan import Plan
from runix_tui.core.stages import ENDED, Stage, VersionStatus
from runix_tui.errors import NotFound
from runix_tui.store import deployments, rows
from runix_tui.store.database import Database

_NAMES = (
    "deployment_id",
    "number",
    "kind",
    "status",
    "stage",
    "config",
    "env",
    "created_at",
    "finished_at",
    "commit_info",
    "plan",
    "dockerfile",
    "release_info",
    "container_id",
    "rollback_of",
    "failure",
    "served",
    "stages",
)
# Constants only, no value from outside.
_INSERT = f"INSERT INTO versions ({', '.join(_NAMES)}) VALUES ({', '.join(':' + name for name in _NAMES)})"  # noqa: S608
_UPDATE = (
    f"UPDATE versions SET {', '.join(f'{name} = :{name}' for name in _NAMES[2:])} "  # noqa: S608
    "WHERE deployment_id = :deployment_id AND number = :number"
)


_TELLING = (
    "SELECT * FROM versions WHERE deployment_id = ?1 AND "  # noqa: S608
    f"(number = ?2 OR stage NOT IN ({', '.join('?' * len(ENDED))}) OR number >= "
    "(SELECT COALESCE(MAX(number), 0) FROM versions WHERE deployment_id = ?1 AND status != 'superseded')) "
    "ORDER BY number DESC"
)


def every(database: Database, deployment_id: str) -> list[Version]:
    """A deployment's history, newest first; empty for an id that is not there."""
    found = database.all("SELECT * FROM versions WHERE deployment_id = ? ORDER BY number DESC", (deployment_id,))
    return [rows.version_of(row) for row in found]


def telling(database: Database, deployment_id: str, serving: int | None) -> list[Version]:
    """The entries that say how a deployment is, newest first: all on their way, the serving one, and those since the
    newest that was not superseded. A few, however long the history."""
    ended = (stage.value for stage in ENDED)
    return [rows.version_of(row) for row in database.all(_TELLING, (deployment_id, serving, *ended))]


def find(database: Database, deployment_id: str, number: int) -> Version | None:
    """One history entry, or None."""
    row = database.one("SELECT * FROM versions WHERE deployment_id = ? AND number = ?", (deployment_id, number))
    return None if row is None else rows.version_of(row)


def add(
    database: Database,
    deployment_id: str,
    kind: Kind,
    config: ServiceConfig,
    *,
    now: datetime,
    rollback_of: int | None = None,
    commit: Commit | None = None,
    plan: Plan | None = None,
    dockerfile: str | None = None,
    release: Release | None = None,
) -> Version:
    """A new entry, queued, with the next number, which is then the deployment's ``latest_version``. ``commit`` to
    ``release`` are known beforehand where a stored release is started again. Raises ``NotFound``."""
    with database.transaction():
        row = database.one(
            "UPDATE deployments SET latest_version = latest_version + 1, updated_at = ? "
            "WHERE id = ? RETURNING latest_version",
            (rows.time_text(now), deployment_id),
        )
        if row is None:
            raise deployments.missing(deployment_id)
        version = Version(
            deployment_id=deployment_id,
            number=row["latest_version"],
            kind=kind,
            status=VersionStatus.QUEUED,
            stage=Stage.QUEUED,
            config=config,
            created_at=now,
            rollback_of=rollback_of,
            commit=commit,
            plan=plan,
            dockerfile=dockerfile,
            release=release,
        )
        database.change(_INSERT, rows.version_row(version))
    return version


def save(database: Database, version: Version) -> None:
    """Write everything of an entry. Raises ``NotFound`` when it (or its deployment) is gone."""
    if not database.change(_UPDATE, rows.version_row(version)):
        raise NotFound(
            f"no version {version.number} of deployment {version.deployment_id}",
            hint="`runix history` lists the versions that exist.",
        )
