"""Older stores are copied and brought up, newer and foreign ones refused, and nothing is half done."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from runix_tui.core.secret import Secret
from runix_tui.errors import StoreError
from runix_tui.store import migrations
from runix_tui.store.migrations import copy_path, migrate, version_of
from runix_tui.store.schema import MIGRATIONS
from runix_tui.store.store import Store

FIXTURE = Path(__file__).with_name("store_v1.sql")
STEP = (
    "CREATE TABLE renamed (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL UNIQUE, "
    "created_at TEXT NOT NULL) STRICT",
    "INSERT INTO renamed SELECT seq, id, name, created_at FROM projects",
    "DROP TABLE projects",
    "ALTER TABLE renamed RENAME TO projects",
)


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A store as the first release of Runix wrote it."""
    path = tmp_path / "runix.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIXTURE.read_text("utf-8"))
    return path


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def test_a_store_of_the_first_version_is_read(first_version: Path) -> None:
    store = Store.open(first_version)
    assert store.home_id == "5a8ae1a7-6d2b-4b0e-9f8e-0c9d8e7f6a5b"
    assert [project.name for project in store.projects()] == ["shop"]
    [deployment] = store.deployments()
    assert (deployment.name, deployment.project_id, deployment.latest_version) == ("api", "p-1", 2)
    assert deployment.config.env == {"GREETING": Secret("héllo\n$x")}
    assert store.credential(deployment.id) == Secret("ada:pass")
    newest, oldest = store.versions(deployment.id)
    assert oldest.release is not None
    assert oldest.release.start == ("python", "main.py")
    assert oldest.plan is not None
    assert oldest.plan.provider == "python"
    assert newest.failure is not None
    assert newest.failure.evidence == ("line 1", "line 2")
    assert store.build_range(deployment.id, 2) == (11, 20)
    store.close()
    with closing(connect(first_version)) as connection:
        assert version_of(connection) == len(MIGRATIONS)


def test_a_step_keeps_rows_and_leaves_a_copy(first_version: Path) -> None:
    with closing(connect(first_version)) as connection:
        migrate(connection, first_version, (*MIGRATIONS, STEP))
        assert connection.execute("SELECT title FROM projects").fetchone()[0] == "shop"
        assert version_of(connection) == len(MIGRATIONS) + 1
    copy = copy_path(first_version, 1)
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(connect(copy)) as connection:
        assert version_of(connection) == 1
        assert connection.execute("SELECT name FROM projects").fetchone()[0] == "shop"


@pytest.mark.parametrize(
    "broken", ["CREATE TABLE projects (x)", "DELETE FROM projects"], ids=["bad statement", "rows left without parent"]
)
def test_a_step_that_fails_changes_nothing(first_version: Path, broken: str) -> None:
    with closing(connect(first_version)) as connection:
        with pytest.raises((sqlite3.Error, StoreError)):
            migrate(connection, first_version, (*MIGRATIONS, (*STEP[:1], broken)))
        assert not connection.in_transaction
        assert version_of(connection) == 1
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert "renamed" not in tables
    store = Store.open(first_version)
    assert len(store.projects()) == 1
    store.close()


def test_a_newer_store_is_refused_and_left_alone(first_version: Path) -> None:
    with closing(connect(first_version)) as connection:
        migrate(connection, first_version, (*MIGRATIONS, STEP))
    before = first_version.read_bytes()
    with pytest.raises(StoreError, match="newer") as caught:
        Store.open(first_version)
    assert caught.value.code == "store_newer"
    assert "runix.db.v1" in caught.value.hint
    assert first_version.read_bytes() == before


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "runix.db"
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a Runix store"):
        Store.open(path)
    assert path.read_bytes() == before


def test_two_openers_of_a_new_store_agree(tmp_path: Path) -> None:
    for attempt in range(5):
        path = tmp_path / f"{attempt}.db"
        homes: list[str] = []
        gate = threading.Barrier(4)

        def start(path: Path = path, homes: list[str] = homes, gate: threading.Barrier = gate) -> None:
            gate.wait()
            store = Store.open(path)
            homes.append(store.home_id)
            store.close()

        threads = [threading.Thread(target=start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(homes) == 4
        assert len(set(homes)) == 1


def test_a_transaction_that_sqlite_ended_hides_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk SQLite rolls back by itself: that it is full is what a person must hear."""

    def full(connection: sqlite3.Connection) -> int:
        connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(migrations, "version_of", full)
    path = tmp_path / "runix.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="full"):
            migrate(connection, path)
