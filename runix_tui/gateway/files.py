"""The gateway's folder on disk: files that change whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from runix_tui.errors import ConfigError
from runix_tui.locations import PRIVATE_DIR, PRIVATE_FILE


def make_folder(folder: Path) -> None:
    """Have the folder, readable by its owner alone. Raises ``ConfigError``."""
    try:
        folder.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write those files whose text differs, each atomically (0600). Raises ``ConfigError``."""
    try:
        for name, text in files.items():
            if _read(folder / name) != text:
                _replace(folder / name, text)
    except OSError as error:
        raise _unwritable(folder, error) from error


def read_port(file: Path) -> int | None:
    """The port that this home chose once, or None."""
    text = (_read(file) or "").strip()
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else None


def _read(file: Path) -> str | None:
    try:
        return file.read_bytes().decode()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _replace(file: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            os.fchmod(stream.fileno(), PRIVATE_FILE)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The gateway's files cannot be written: {error}", hint=f"Make {folder} writable, or free space on its disk."
    )
