"""A .env file that the user names, read without trusting it: what is no file or too long is refused before it is read.

Blocks as disks do: call it in a thread. What its lines mean is ``core.variables``'s to say.
"""

import os
import stat
from pathlib import Path

from runix_tui.core.variables import FORM
from runix_tui.errors import InvalidRequest

LARGEST = 1024 * 1024  # bytes; more cannot be an environment


def read(named: str) -> str:
    """The text of the file that the user calls ``named``. Raises ``InvalidRequest``."""
    try:
        return _bytes(Path(named).expanduser()).decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"it is not UTF-8 text: {named}", hint=FORM) from error
    except OSError as error:
        raise InvalidRequest(f"{error.strerror or 'it cannot be read'}: {named}", hint=FORM) from error
    except (RuntimeError, ValueError) as error:  # no such ~user, a NUL
        raise InvalidRequest(f"there is no such file: {named}", hint=FORM) from error


def _bytes(path: Path) -> bytes:
    """Opened without waiting, and looked at before it is read: a pipe would never answer, a device never end."""
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InvalidRequest(f"it is no file: {path}", hint=FORM)
        found = file.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise InvalidRequest(f"{path} is larger than 1 MiB", hint=FORM)
    return found


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
