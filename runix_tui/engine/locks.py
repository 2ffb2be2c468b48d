"""Locks between the homes of one user: what all of them share is made by one at a time.

A lock is a file that the kernel frees when its holder dies, whatever way it dies.
"""

import asyncio
import fcntl
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from runix_tui.errors import BuildError

_POLL = 0.2  # seconds
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@asynccontextmanager
async def held(folder: Path, what: str, waiting: Callable[[], None]) -> AsyncIterator[None]:
    """Hold the lock ``what`` for the block; ``waiting`` is called once when another holds it.

    Raises ``BuildError`` when ``folder`` cannot be used or belongs to another user.
    """
    try:
        descriptor = _open(folder, _UNSAFE.sub("-", what))
    except OSError as error:
        raise BuildError(
            f"The locks on base images cannot be used: {error}.",
            hint=f"Remove {folder}; it is made anew.",
            code="locks_unusable",
        ) from error
    try:
        said = False
        while not _taken(descriptor):
            if not said:
                waiting()
                said = True
            await asyncio.sleep(_POLL)
        yield
    finally:
        os.close(descriptor)


def _open(folder: Path, name: str) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.lstat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to another user")
    return os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
