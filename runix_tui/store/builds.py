"""The build logs' index: which seqs of a deployment's build journal belong to which version."""

import sqlite3

from runix_tui.errors import NotFound
from runix_tui.store.database import Database


def begin(database: Database, deployment_id: str, version: int, first_seq: int) -> None:
    """A build's log begins at ``first_seq``; begun before: it begins anew. Raises ``NotFound`` (no such version)."""
    try:
        database.change(
            "INSERT INTO builds (deployment_id, version, first_seq) VALUES (?, ?, ?) "
            "ON CONFLICT (deployment_id, version) DO UPDATE SET first_seq = excluded.first_seq, last_seq = NULL",
            (deployment_id, version, first_seq),
        )
    except sqlite3.IntegrityError as error:
        raise NotFound(
            f"no version {version} of deployment {deployment_id}", hint="`runix history` lists the versions that exist."
        ) from error


def end(database: Database, deployment_id: str, version: int, last_seq: int) -> None:
    """A build's log ended with the entry ``last_seq``; no such build: nothing to do."""
    database.change(
        "UPDATE builds SET last_seq = ? WHERE deployment_id = ? AND version = ?", (last_seq, deployment_id, version)
    )


def span(database: Database, deployment_id: str, version: int) -> tuple[int, int | None] | None:
    """``(first, last)`` seq of a version's build log; last is None while it is written. None: it never built."""
    row = database.one(
        "SELECT first_seq, last_seq FROM builds WHERE deployment_id = ? AND version = ?", (deployment_id, version)
    )
    return None if row is None else (row["first_seq"], row["last_seq"])


def newest(database: Database, deployment_id: str) -> int | None:
    """The newest version that built, or None."""
    row = database.one("SELECT max(version) AS version FROM builds WHERE deployment_id = ?", (deployment_id,))
    return None if row is None else row["version"]
