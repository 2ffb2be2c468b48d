"""Deployments in the store, with the credential of each one's repository kept beside it, never inside the value."""

import sqlite3

from runix_tui.core.models import Deployment
from runix_tui.core.secret import Secret
from runix_tui.errors import Conflict, NotFound, RunixError
from runix_tui.store import rows
from runix_tui.store.database import Database

_INSERT = """
INSERT INTO deployments (
    id, name, subdomain, service_type, project_id, config, env, credential,
    created_at, updated_at, latest_version, serving_version, stopped, deleting
) VALUES (
    :id, :name, :subdomain, :service_type, :project_id, :config, :env, :credential,
    :created_at, :updated_at, :latest_version, :serving_version, :stopped, :deleting
)"""

# latest_version never goes back, so that a value read before add_version cannot make a number come twice.
_UPDATE = """
UPDATE deployments SET
    name = :name, subdomain = :subdomain, service_type = :service_type, project_id = :project_id,
    config = :config, env = :env, created_at = :created_at, updated_at = :updated_at,
    latest_version = max(latest_version, :latest_version), serving_version = :serving_version,
    stopped = :stopped, deleting = :deleting
WHERE id = :id"""

_COLUMNS = """
id, name, subdomain, service_type, project_id, config, env,
created_at, updated_at, latest_version, serving_version, stopped, deleting"""


def every(database: Database, project_id: str | None = None) -> list[Deployment]:
    """Deployments of a project, or (None) of all of them, oldest first."""
    where, values = ("", ()) if project_id is None else ("WHERE project_id = ?", (project_id,))
    query = f"SELECT {_COLUMNS} FROM deployments {where} ORDER BY created_at, seq"  # noqa: S608  constants only
    return [rows.deployment_of(row) for row in database.all(query, values)]


def find(database: Database, deployment_id: str) -> Deployment | None:
    """One deployment, or None."""
    query = f"SELECT {_COLUMNS} FROM deployments WHERE id = ?"  # noqa: S608  constants only
    row = database.one(query, (deployment_id,))
    return None if row is None else rows.deployment_of(row)


def add(database: Database, deployment: Deployment, credential: Secret | None) -> None:
    """Keep a new one. Raises ``Conflict`` (name_taken, subdomain_taken), ``NotFound`` (its project)."""
    values = rows.deployment_row(deployment) | {"credential": None if credential is None else credential.reveal()}
    try:
        database.change(_INSERT, values)
    except sqlite3.IntegrityError as error:
        raise _meaning(deployment, error) from error


def save(database: Database, deployment: Deployment) -> None:
    """Write everything of it but its id. Raises ``NotFound``, and what :func:`add` raises."""
    try:
        changed = database.change(_UPDATE, rows.deployment_row(deployment))
    except sqlite3.IntegrityError as error:
        raise _meaning(deployment, error) from error
    if not changed:
        raise missing(deployment.id)


def remove(database: Database, deployment_id: str) -> None:
    """Forget one and all of its versions; not there: nothing to do."""
    database.change("DELETE FROM deployments WHERE id = ?", (deployment_id,))


def credential(database: Database, deployment_id: str) -> Secret | None:
    """The user info that came with its repository's URL, or None."""
    row = database.one("SELECT credential FROM deployments WHERE id = ?", (deployment_id,))
    return None if row is None or row["credential"] is None else Secret(row["credential"])


def missing(deployment_id: str) -> NotFound:
    """The error of an id that is not there."""
    return NotFound(f"no deployment {deployment_id}", hint="`runix status` lists those that exist.")


def _meaning(deployment: Deployment, error: sqlite3.IntegrityError) -> RunixError:
    """What a broken constraint means to a user."""
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return NotFound(f"no project {deployment.project_id}", hint="GET /projects lists those that exist.")
    if "deployment_names" in str(error):
        return Conflict(
            f"there is a service named {deployment.name} in this project already",
            hint="Choose another service_name, or redeploy the existing one.",
            code="name_taken",
        )
    if "subdomain" in str(error):
        return Conflict(
            f"the subdomain {deployment.subdomain} is taken",
            hint="Try again: a new one is drawn.",
            code="subdomain_taken",
        )
    return Conflict(f"there is a deployment {deployment.id} already", hint="Use another id.", code="id_taken")
