"""Files of a home that its owner alone may read, and the error that says why one cannot be used."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runix_tui.errors import ConfigError
from runix_tui.locations import PRIVATE_FILE


def unusable(path: Path, error: OSError) -> ConfigError:
    """The error for a file of the home that cannot be read or written."""
    return ConfigError(
        f"{path} cannot be used: {error.strerror}",
        code="home_unusable",
        hint="The home must be this user's own and writable, with room on its disk; RUNIX_HOME names another one.",
    )


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Inside, what the file system refuses becomes ``ConfigError`` naming ``path``."""
    try:
        yield
    except OSError as error:
        raise unusable(path, error) from error


def write_private(path: Path, text: str, *, keep: bool = False) -> None:
    """Write a file of mode 0600 in one step: readers see the old text or the new one, also after a full disk.

    ``keep``: a file that is there already stays as it is. Raises ``ConfigError``.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with using(path):
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            if keep:
                _keep(temporary, path)
            else:
                temporary.replace(path)
        finally:
            with suppress(OSError):
                temporary.unlink()


def _keep(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        temporary.replace(path)
