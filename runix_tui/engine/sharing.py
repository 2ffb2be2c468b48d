"""Who uses the service of one home: several programs of Runix may, one at a time decides, the last one ends it.

The kernel frees what a program held when it dies, whatever way it dies. What is decided stays out of here.
"""

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runix_tui.locations import PRIVATE_DIR, PRIVATE_FILE


class Users:
    """The users of one service. ``lock`` and ``users`` are files beside its socket. Raises ``OSError``."""

    def __init__(self, lock: Path, users: Path) -> None:
        self._lock = lock
        self._users = users
        self._leave: weakref.finalize[[int], Users] | None = None
        self._held = -1

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Nobody else starts, adopts or ends the service meanwhile. Blocks while another does."""
        descriptor = _opened(self._lock)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def join(self) -> bool:
        """Be a user from now on; whether there is no other one. Only while deciding."""
        if self._leave is None:
            self._held = _opened(self._users)
            self._leave = weakref.finalize(self, os.close, self._held)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            alone = False
        else:
            alone = True
        fcntl.flock(self._held, fcntl.LOCK_SH)
        return alone

    def leave(self) -> None:
        """Be no user any longer."""
        if self._leave is not None:
            self._leave()
            self._leave = None


def _opened(path: Path) -> int:
    path.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
