"""One connection to one file, guarded by a lock: statements, transactions, and nothing that knows a noun."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from runix_tui.store.faults import mapped
from runix_tui.store.migrations import PRIVATE, migrate

BUSY_PAUSE = 0.01  # seconds
BUSY_TIMEOUT = 5.0  # seconds; another opener holds the lock for one migration at most

Values = Sequence[Any] | Mapping[str, Any]


class Database:
    """A connection in autocommit mode; :meth:`transaction` makes several statements one. Raises ``StoreError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        with mapped(path):
            _make_private(path)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False, cached_statements=256
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.row_factory = sqlite3.Row
        with mapped(self.path):
            migrate(self._connection, self.path)
            # WAL: readers never wait for the writer. NORMAL: a commit survives the end of the process without an fsync
            # of its own; a power cut may lose the newest commits, never the file.
            self._write_ahead()
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            _make_private(self.path)

    def _write_ahead(self) -> None:
        """Switch to WAL. SQLite does not wait here for another opener that does the same: so we do."""
        deadline = time.monotonic() + BUSY_TIMEOUT
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(BUSY_PAUSE)
            else:
                return

    def all(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """Every row of a query."""
        with self._lock, mapped(self.path):
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        """The first row of a query, or None. Also for ``… RETURNING``, whose change is complete afterwards."""
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def change(self, sql: str, values: Values = ()) -> int:
        """Run a statement that writes; gives the number of rows it touched. Raises ``sqlite3.IntegrityError`` too."""
        with self._lock, mapped(self.path):
            return self._connection.execute(sql, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside happen, or none. Nested: the inner one undoes its own part alone when it fails.

        The lock is held throughout: never await inside.
        """
        with self._lock:
            begin, commit, undo = _words(self._depth)
            with mapped(self.path):
                self._connection.execute(begin)
            self._depth += 1
            try:
                yield
                with mapped(self.path):
                    self._connection.execute(commit)
            except BaseException:
                self._undo(undo)
                raise
            finally:
                self._depth -= 1

    def _undo(self, statements: tuple[str, ...]) -> None:
        for statement in statements:
            if self._connection.in_transaction:  # SQLite ends it by itself on some errors, a full disk among them
                with mapped(self.path):
                    self._connection.execute(statement)

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        with self._lock, mapped(self.path):
            self._connection.close()


def _words(depth: int) -> tuple[str, str, tuple[str, ...]]:
    """Begin, commit and undo of a transaction at this depth of nesting."""
    if depth == 0:
        return "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
    name = f"nested_{depth}"
    return f"SAVEPOINT {name}", f"RELEASE {name}", (f"ROLLBACK TO {name}", f"RELEASE {name}")


def _make_private(path: Path) -> None:
    """Make the file if there is none, and let its owner alone read it and what SQLite puts beside it.

    An existing file is never opened here: closing it would drop the locks that SQLite holds on it in this process.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, PRIVATE))
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if file.exists() and file.stat().st_mode & 0o777 != PRIVATE:
            file.chmod(PRIVATE)
