"""The file: who may read it, what survives kill -9, and what a full, read-only or damaged disk is called."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from runix_tui.errors import StoreError
from runix_tui.store import faults
from runix_tui.store.store import Store

WRITER = """
import sys
from pathlib import Path
from runix_tui.store.store import Store
store = Store.open(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    with store.transaction():
        store.set_setting("first", str(number))
        store.set_setting("second", str(number))
    print(number, flush=True)
"""


def test_only_the_owner_may_read_any_file(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = tmp_path / "runix.db"
        store = Store.open(path)
        store.set_setting("a", "b")
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        assert modes == {"runix.db": 0o600, "runix.db-wal": 0o600, "runix.db-shm": 0o600}
        store.close()
        path.chmod(0o644)
        Store.open(path).close()
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old)


def test_settings_of_the_connection(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "runix.db")
    found = {name: store._database.one(f"PRAGMA {name}") for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert {name: row[0] for name, row in found.items() if row} == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 1,
    }
    store.close()


def test_kill_9_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "runix.db"
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 50:
                break
        process.send_signal(signal.SIGKILL)
        answered = [int(line) for line in process.stdout if line.endswith("\n")] or [50]
        process.stdout.close()
        process.wait()
        store = Store.open(path)
        kept = int(store.setting("first") or 0)
        assert kept >= answered[-1]
        assert store.setting("second") == str(kept)
        store.close()


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "runix.db")
    store.set_setting("a", "before")
    pages = store._database.one("PRAGMA page_count")
    assert pages is not None
    store._database.one(f"PRAGMA max_page_count = {pages[0]}")

    def fill() -> None:
        with store.transaction():
            store.set_setting("a", "after")
            store.set_setting("big", "x" * 10_000_000)

    with pytest.raises(StoreError, match="no room") as caught:
        fill()
    assert "space" in caught.value.hint
    assert caught.value.transient
    assert store.setting("a") == "before"
    store._database.one("PRAGMA max_page_count = 1000000")
    store.set_setting("a", "again")  # it goes on once there is room
    assert store.setting("a") == "again"
    store.close()


def test_a_read_only_store_is_said(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "runix.db")
    store._database.one("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        store.set_setting("a", "b")
    assert caught.value.hint
    store.close()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "runix.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="damaged") as caught:
        Store.open(path)
    assert "backup" in caught.value.hint


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "nowhere" / "runix.db")
    assert "folder" in caught.value.hint


def test_a_held_store_is_said_as_passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.store.database.BUSY_TIMEOUT", 0.05)
    path = tmp_path / "runix.db"
    store = Store.open(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.setting("home_id") == store.home_id  # readers never wait
        with pytest.raises(StoreError, match="holds it") as caught:
            store.set_setting("a", "b")
        assert caught.value.transient
    store.close()


def test_a_closed_store_is_said(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "runix.db")
    store.close()
    store.close()
    with pytest.raises(StoreError):
        store.projects()


def test_every_fault_has_a_hint(tmp_path: Path) -> None:
    for name in dir(sqlite3):
        value = getattr(sqlite3, name)
        if name.startswith("SQLITE_") and isinstance(value, int):
            error = sqlite3.OperationalError("x")
            error.sqlite_errorcode = value
            assert faults.store_error(tmp_path, error).hint
