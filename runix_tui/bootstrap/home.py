"""One home, one server: the lock that says so, the token, and the hint where the server listens."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runix_tui.core.secret import Secret
from runix_tui.errors import ConfigError, RunixError
from runix_tui.locations import PRIVATE_FILE, Locations

TOKEN_VARIABLE = "RUNIX_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_BYTES = 32
TOKEN_MIN = 16  # characters


class ServerRunning(RunixError):
    """Another server holds this home."""

    default_code = "server_running"


@dataclass(frozen=True, slots=True)
class ServerHint:
    """Where a server of this home listens. Only a hint: ``pid`` may be of a process that is gone."""

    url: str
    pid: int


def take_token(environ: MutableMapping[str, str] = os.environ) -> Secret | None:
    """``RUNIX_TOKEN``, taken out of the environment so that no child inherits it."""
    value = environ.pop(TOKEN_VARIABLE, "")
    if not value:
        return None
    if len(value) < TOKEN_MIN or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            f"{TOKEN_VARIABLE} must be at least {TOKEN_MIN} printable ASCII characters without spaces",
            hint="Unset it to have one made, or set a longer one.",
        )
    return Secret(value)


def stored_token(locations: Locations) -> Secret:
    """The home's own token, made on first use. Raises ``ConfigError`` when the file cannot be used."""
    try:
        value = locations.token_file.read_text("ascii").strip()
    except FileNotFoundError:
        return rotate_token(locations)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{locations.token_file}: {error}", hint="`runix token --rotate` makes a new one.") from error
    return Secret(value) if value else rotate_token(locations)


def rotate_token(locations: Locations) -> Secret:
    """A new token in the home's file (0600); a running server takes it from then on."""
    value = secrets.token_urlsafe(TOKEN_BYTES)
    write_private(locations.token_file, value + "\n")
    return Secret(value)


class CurrentToken:
    """What a server goes by: the token of the environment, else the home's file, read again when it changes."""

    def __init__(self, locations: Locations, given: Secret | None) -> None:
        self._locations = locations
        self._given = given
        self._mark = 0
        self._token = given or stored_token(locations)

    def __call__(self) -> Secret:
        """The token now."""
        if self._given is None:
            try:
                mark = self._locations.token_file.stat().st_mtime_ns
            except OSError:
                return self._token
            if mark != self._mark:
                self._token, self._mark = stored_token(self._locations), mark
        return self._token


@contextmanager
def server_lock(locations: Locations) -> Iterator[None]:
    """Hold the home: one server at a time. Raises ``ServerRunning``."""
    locations.prepare()
    handle = os.open(locations.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServerRunning(
                f"A server of {locations.state} runs already", hint="`runix serve --stop` ends it."
            ) from error
        locations.server_file.unlink(missing_ok=True)  # a server that was killed left it
        yield
    finally:
        os.close(handle)


def is_held(locations: Locations) -> bool:
    """Whether a server of this home runs."""
    try:
        handle = os.open(locations.lock_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def announced(locations: Locations, url: str) -> Iterator[None]:
    """Tell in ``server.json`` where the server listens, for as long as it does."""
    write_private(locations.server_file, json.dumps({"url": url, "pid": os.getpid()}) + "\n")
    try:
        yield
    finally:
        locations.server_file.unlink(missing_ok=True)


def server_hint(locations: Locations) -> ServerHint | None:
    """What ``server.json`` says, when a server holds the home; a stale or broken one is ignored."""
    if not is_held(locations):
        return None
    try:
        found = json.loads(locations.server_file.read_text("utf-8"))
        hint = ServerHint(str(found["url"]), int(found["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return hint if _alive(hint.pid) else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: readers see the old text or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
