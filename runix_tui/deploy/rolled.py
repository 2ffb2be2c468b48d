"""A file that its writer replaces by a new one of the same name when it is full, as the engine does with its logs.

What was replaced is held open here until it was read, so that a reader may be slower than the writer for a while. Only
files: what is in them, and how far they were read, is the collector's.
"""

import os
from collections import deque
from io import FileIO
from pathlib import Path


class RolledFile:
    """The file at ``path``, after those that it replaced since :meth:`look` first saw one. Raises ``OSError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: deque[FileIO] = deque()
        self._newest = (0, 0)  # device and inode; not reused by another file while ours is open
        self._gone = True

    def look(self) -> bool:
        """See whether the file was replaced; call it more often than that happens. Gives whether there is one."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 - called ten times a second for each container
        except FileNotFoundError:
            self._gone = True
            return bool(self._files)
        self._gone = False
        if not self._files or (status.st_dev, status.st_ino) != self._newest:
            self._open()
        return bool(self._files)

    @property
    def complete(self) -> bool:
        """Whether nothing is written any more to the file that is read."""
        return self._gone or len(self._files) > 1

    @property
    def size(self) -> int:
        """Bytes of the file that is read."""
        return os.fstat(self._files[0].fileno()).st_size

    @property
    def waiting(self) -> int:
        """Bytes of it and of all that follow."""
        return sum(os.fstat(file.fileno()).st_size for file in self._files)

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes of the file that is read."""
        return os.pread(self._files[0].fileno(), count, offset)

    def advance(self) -> bool:
        """Go on to the next file; False: there is none yet."""
        self._files.popleft().close()
        return bool(self._files)

    def close(self) -> None:
        """Let go of all of them."""
        while self._files:
            self._files.popleft().close()

    def _open(self) -> None:
        try:
            file = FileIO(self.path)
        except FileNotFoundError:
            return
        status = os.fstat(file.fileno())
        self._newest = status.st_dev, status.st_ino
        self._files.append(file)
