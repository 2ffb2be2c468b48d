"""Environment variables out of files that a command names."""

from collections.abc import Mapping
from pathlib import Path

from runix_tui.core.variables import FORM, of_text
from runix_tui.errors import InvalidRequest


def of_file(path: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a .env file. Raises ``InvalidRequest`` naming the line that is none of a .env file."""
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path}: {error}", hint=FORM) from error
    return of_text(text, environ, where=str(path))
