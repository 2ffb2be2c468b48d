"""The border to sqlite3: each of its errors becomes one of ours, with a hint. No value of a row enters any text."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runix_tui.errors import StoreError

_HINTS: tuple[tuple[tuple[int, ...], str, str, bool], ...] = (
    (
        (sqlite3.SQLITE_FULL,),
        "there is no room left on its disk",
        "Free some space (`runix doctor` shows what Runix itself uses), then try again.",
        True,
    ),
    (
        (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH),
        "it cannot be written",
        "Check that this user owns the file and its folder, and that the file system is not mounted read-only.",
        False,
    ),
    (
        (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
        "another program holds it",
        "Try again; if it stays so, end the other program that has this file open.",
        True,
    ),
    (
        (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
        "it is damaged, or not a Runix store",
        "Move the file away and put a backup of it in its place; without one Runix starts anew.",
        False,
    ),
    (
        (sqlite3.SQLITE_CANTOPEN,),
        "it cannot be opened",
        "Check that its folder exists and that this user may write there.",
        False,
    ),
    (
        (sqlite3.SQLITE_IOERR,),
        "its disk reports an error",
        "Check the disk (`dmesg`, free space, mount options), then start Runix again.",
        False,
    ),
)


def store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """The error of ours that says what sqlite3's says, by its primary result code."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    for codes, what, hint, transient in _HINTS:
        if code in codes:
            return StoreError(f"{path}: {what} ({error})", hint=hint, transient=transient)
    return StoreError(f"{path}: {error}", hint="Start Runix again; if it stays so, report it with this message.")


@contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Raise ``StoreError`` for what sqlite3 and the file system raise inside. ``IntegrityError`` passes: its meaning
    (a taken name, a project that is not empty) is known only to the noun."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    except UnicodeEncodeError:
        # Not chained: that exception carries the text that could not be encoded.
        raise StoreError(f"{path}: a text that is not valid Unicode", hint="Remove lone surrogates from it.") from None
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}",
            hint="Check that its folder exists and that this user may write there.",
        ) from error
