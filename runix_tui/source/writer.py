"""A checkout being made on disk: folders, files and symlinks, within bounds, never over something that is there.

Names come as bytes, relative to the checkout's top. Symlinks are kept back and made last, when it is sure that none
leads out of the checkout: nothing is ever written through one.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from runix_tui.source import faults
from runix_tui.source.links import Links
from runix_tui.source.worker import Stop

MAX_ENTRIES = 250_000  # folders included: also bounds trees that hold themselves many times
MAX_DEPTH = 128
CHECK_EVERY = 64


class Writer:
    """Writes under ``top``, which must not exist. ``max_bytes`` bounds all files together. Raises ``SourceError``."""

    def __init__(self, top: Path, max_bytes: int, stop: Stop) -> None:
        self.top = top
        self._max_bytes = max_bytes
        self._stop = stop
        self._entries = 0
        self._bytes = 0
        self._links = Links()
        try:
            top.mkdir(mode=0o755, parents=True)
        except OSError as error:
            raise faults.disk(error) from error

    def expect(self, path: bytes, size: int) -> None:
        """Count an entry of so many bytes before it is read."""
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise faults.too_large("the checkout", f"{MAX_ENTRIES} files and folders")
        if path.count(b"/") > MAX_DEPTH:
            raise faults.too_large("a path", f"{MAX_DEPTH} folders")
        if self._entries % CHECK_EVERY == 0:
            self._stop.check()
        self._bytes += size
        if self._bytes > self._max_bytes:
            raise faults.too_large("the checkout", f"{self._max_bytes // 1024**2} MiB")

    def folder(self, path: bytes) -> None:
        """Make a folder. Its parents come first."""
        place = self._place(path)
        try:
            os.mkdir(place)  # noqa: PTH102 - names are bytes
            os.chmod(place, 0o755)  # noqa: PTH101, S103 - whatever the umask: services are other users
        except OSError as error:
            raise faults.disk(error) from error

    def file(self, path: bytes, chunks: Iterable[bytes], *, executable: bool) -> None:
        """Make a file. Its folder comes first."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self._place(path), flags, 0o600)
            try:
                for chunk in chunks:
                    _write(descriptor, chunk)
                os.fchmod(descriptor, 0o755 if executable else 0o644)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise faults.disk(error) from error

    def link(self, path: bytes, target: bytes) -> None:
        """Keep a symlink back until :meth:`finish`."""
        self._links.add(path, target)

    def finish(self) -> None:
        """Make the symlinks. Raises ``SourceError`` for one that leaves the checkout."""
        self._links.check()
        for path, target in self._links:
            try:
                os.symlink(target, self._place(path))  # noqa: PTH211 - names are bytes
            except OSError as error:
                raise faults.disk(error) from error

    def _place(self, path: bytes) -> bytes:
        return os.path.join(os.fsencode(self.top), path)  # noqa: PTH118 - names are bytes


def _write(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]
