"""Bringing a store to the newest shape: a new one is made, an older copied beside itself first, a newer refused."""

import os
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from runix_tui.errors import StoreError
from runix_tui.store.schema import APPLICATION_ID, MIGRATIONS

PRIVATE = 0o600


def migrate(connection: sqlite3.Connection, path: Path, steps: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Bring the store behind ``connection`` (autocommit, file ``path``) to version ``len(steps)``, all or nothing.

    Two openers at once are safe: the second waits for the first, then finds nothing to do. Raises ``StoreError`` for a
    store of a newer Runix or a foreign database, before anything is written.
    """
    connection.execute("BEGIN")  # one look: another opener may be making the store at this moment
    try:
        found = version_of(connection)
        _refuse(connection, path, found, len(steps))
    finally:
        if connection.in_transaction:  # SQLite ends it by itself when the disk is full: that is what is to be told
            connection.execute("ROLLBACK")
    if found == len(steps):
        return
    # Tables are rebuilt by some migrations; references are checked at the end instead of at each statement. This
    # pragma does nothing inside a transaction.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = version_of(connection)  # again: another opener may have been faster
        if 0 < found < len(steps):
            _copy(path, found)
        for step in steps[found:]:
            for statement in step:
                connection.execute(statement)
        if found == 0:
            _found(connection)
        _check_references(connection, path)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def copy_path(path: Path, version: int) -> Path:
    """Where the copy of a store of ``version`` is put before it is migrated."""
    return path.with_name(f"{path.name}.v{version}")


def _refuse(connection: sqlite3.Connection, path: Path, found: int, newest: int) -> None:
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if (found or tables or owner) and owner != APPLICATION_ID:
        raise StoreError(
            f"{path} is a database, but not a Runix store",
            hint="Move the file away, or choose another RUNIX_HOME.",
            code="store_foreign",
        )
    if found > newest:
        raise StoreError(
            f"{path} was made by a newer Runix (its version is {found}, this program knows {newest})",
            hint=f"Start the newer Runix, or put an older copy ({copy_path(path, newest).name}) in its place.",
            code="store_newer",
        )


def _found(connection: sqlite3.Connection) -> None:
    """The facts of a new home."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("INSERT INTO settings (key, value) VALUES ('home_id', ?)", (str(uuid.uuid4()),))


def _copy(path: Path, version: int) -> None:
    """A consistent copy beside the store, whole or not there. The caller holds the write lock; readers may read."""
    target = copy_path(path, version)
    partial = target.with_name(target.name + ".part")
    os.close(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    partial.replace(target)


def _check_references(connection: sqlite3.Connection, path: Path) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise StoreError(
            f"{path}: rows of {broken[0]} refer to rows that are gone",
            hint="The store was left as it was; report it with this message.",
        )
