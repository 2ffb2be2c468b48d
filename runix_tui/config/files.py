"""Files that settings are read from: regular ones of a bounded size. A pipe or a device would hang whoever reads it."""

import os
import stat
from pathlib import Path

MAX_CONFIG = 1024**2  # bytes
MAX_CERTIFICATES = 16 * 1024**2  # bytes; public bundles have a quarter of one MiB


def read(path: Path, most: int) -> bytes:
    """The bytes of a file, or of the one that a link leads to. Raises ``OSError``, also for what is no regular file or
    has more than ``most`` bytes; :func:`why` says it to people."""
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("it is a pipe or a device, not a file")
        found = file.read(most + 1)
    if len(found) > most:
        raise OSError(f"it has more than {most} bytes")
    return found


def why(error: OSError) -> str:
    """Why :func:`read` failed, without the path."""
    return error.strerror or str(error)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
