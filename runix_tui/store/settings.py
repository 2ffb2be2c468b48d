"""Small facts of the home, as text by name: its id, the gateway's port. User settings are in config.toml, not here."""

from runix_tui.errors import StoreError
from runix_tui.store.database import Database


def find(database: Database, key: str) -> str | None:
    """The fact of this name, or None."""
    row = database.one("SELECT value FROM settings WHERE key = ?", (key,))
    return None if row is None else str(row["value"])


def home_id(database: Database) -> str:
    """The uuid of this home, made with the store. Raises ``StoreError`` where it is lost."""
    found = find(database, "home_id")
    if found is None:
        raise StoreError(f"{database.path} has no home id", hint="Put a backup of this file in its place.")
    return found


def put(database: Database, key: str, value: str) -> None:
    """Remember a fact; one of the same name is replaced."""
    database.change(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
