"""Projects in the store. The default project is never a row."""

import sqlite3

from runix_tui.core.models import Project
from runix_tui.errors import Conflict, NotFound
from runix_tui.store import rows
from runix_tui.store.database import Database


def every(database: Database) -> list[Project]:
    """All projects, oldest first."""
    return [rows.project_of(row) for row in database.all("SELECT * FROM projects ORDER BY created_at, seq")]


def find(database: Database, project_id: str) -> Project | None:
    """One project, or None."""
    row = database.one("SELECT * FROM projects WHERE id = ?", (project_id,))
    return None if row is None else rows.project_of(row)


def add(database: Database, project: Project) -> None:
    """Keep a new project. Raises ``Conflict`` (name_taken)."""
    try:
        database.change(
            "INSERT INTO projects (id, name, created_at) VALUES (:id, :name, :created_at)", rows.project_row(project)
        )
    except sqlite3.IntegrityError as error:
        raise Conflict(
            f"there is a project named {project.name} already", hint="Choose another name.", code="name_taken"
        ) from error


def remove(database: Database, project_id: str) -> None:
    """Forget a project. Raises ``NotFound``, ``Conflict`` (project_not_empty)."""
    try:
        removed = database.change("DELETE FROM projects WHERE id = ?", (project_id,))
    except sqlite3.IntegrityError as error:
        raise Conflict(
            "the project still has deployments",
            hint="Delete its deployments, or move them to another project, first.",
            code="project_not_empty",
        ) from error
    if not removed:
        raise NotFound(f"no project {project_id}", hint="GET /projects lists those that exist.")
