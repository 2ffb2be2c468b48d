"""One home, one server: the lock that says so, and the hint where that server listens. Its token is in ``token.py``."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from runix_tui.bootstrap.private import unusable, using, write_private
from runix_tui.errors import ConfigError, RunixError
from runix_tui.locations import PRIVATE_FILE, Locations

LOCK_PATIENCE = 0.5  # seconds: who only looks at the lock holds it for microseconds, a server that ends a little longer
ACCEPTS_WITHIN = 1.0  # seconds
_POLL = 0.01


class ServerRunning(RunixError):
    """Another server holds this home."""

    default_code = "server_running"


@dataclass(frozen=True, slots=True)
class ServerHint:
    """Where a server of this home listens. Only a hint: ``pid`` may be of a process that is gone."""

    url: str
    pid: int


class Hold:
    """A home that this process holds."""

    def __init__(self, locations: Locations, descriptor: int) -> None:
        self._locations = locations
        self._descriptor = descriptor

    def intact(self) -> bool:
        """Whether the home still is what was locked: somebody may have removed it, and another server made it anew."""
        try:
            there, mine = self._locations.lock_file.stat(), os.fstat(self._descriptor)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)


@contextmanager
def server_lock(locations: Locations, *, patient: bool = False) -> Iterator[Hold]:
    """Hold the home: one server at a time. ``patient`` waits for one that ends, until another one says that it listens,
    and takes the home as its owner made it: one that was removed meanwhile stays removed.

    Raises ``ServerRunning``, ``ConfigError`` when the home cannot be used.
    """
    if not patient:
        make(locations)
    descriptor = _locked(locations, patient=patient)
    try:
        hold = Hold(locations, descriptor)
        if not hold.intact():
            raise removed(locations)
        with using(locations.lock_file):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
            locations.server_file.unlink(missing_ok=True)  # a server that was killed left it
        yield hold
    finally:
        os.close(descriptor)


def make(locations: Locations) -> None:
    """The home's folders and its lock. Raises ``ConfigError``."""
    locations.prepare()
    with using(locations.lock_file):
        locations.lock_file.touch(PRIVATE_FILE)


@contextmanager
def no_server(locations: Locations) -> Iterator[None]:
    """Inside, no server of the home begins. Raises ``ServerRunning`` when one runs, ``ConfigError``."""
    with using(locations.lock_file):
        locations.lock_file.touch(PRIVATE_FILE)
    descriptor = _locked(locations, patient=False)
    try:
        yield
    finally:
        os.close(descriptor)


def removed(locations: Locations) -> ConfigError:
    """The error for a home that somebody removed while a program was at work on it."""
    return ConfigError(
        f"The home {locations.state} was removed",
        code="home_removed",
        hint="Start again to make it anew.",
    )


def _locked(locations: Locations, *, patient: bool) -> int:
    try:
        descriptor = os.open(locations.lock_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        raise removed(locations) from None
    except OSError as error:
        raise unusable(locations.lock_file, error) from error
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if server_hint(locations) if patient else time.monotonic() > deadline:
                os.close(descriptor)
                raise ServerRunning(
                    f"A server of {locations.state} runs already (pid {server_pid(locations) or 'unknown'})",
                    hint="`runix serve --stop` ends it; commands use it as it is.",
                    transient=patient,
                ) from error
            time.sleep(_POLL)
        else:
            return descriptor


def is_held(locations: Locations) -> bool:
    """Whether a server of this home runs."""
    try:
        descriptor = os.open(locations.lock_file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unusable(locations.lock_file, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: who looks does not disturb who else looks
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def server_pid(locations: Locations) -> int | None:
    """The process that held the home last, also while it starts; whether it still does says :func:`is_held`."""
    try:
        return int(locations.lock_file.read_text("ascii"))
    except (OSError, ValueError):
        hint = _announced(locations)
        return hint.pid if hint else None


@contextmanager
def announced(locations: Locations, url: str) -> Iterator[None]:
    """Tell in ``server.json`` where the server listens, for as long as it does (or until :func:`withdraw`)."""
    write_private(locations.server_file, json.dumps({"url": url, "pid": os.getpid()}) + "\n")
    try:
        yield
    finally:
        withdraw(locations)


def withdraw(locations: Locations) -> None:
    """Take back what this process announced: whoever looks from now on waits for the next server."""
    hint = _announced(locations)
    if hint and hint.pid == os.getpid():  # not that of a server that made the home anew
        with suppress(OSError):
            locations.server_file.unlink()


def server_hint(locations: Locations) -> ServerHint | None:
    """What ``server.json`` says, when the server that holds the home wrote it; a stale or broken one is ignored."""
    hint = _announced(locations) if is_held(locations) else None
    return hint if hint and hint.pid == server_pid(locations) else None


def accepting(locations: Locations) -> ServerHint | None:
    """:func:`server_hint`, once somebody listens there: for an instant after a kill, while the next server takes the
    home, the hint of the old one looks like its own."""
    hint = server_hint(locations)
    if hint is None:
        return None
    parts = urlsplit(hint.url)
    try:
        socket.create_connection((parts.hostname, parts.port or 80), timeout=ACCEPTS_WITHIN).close()
    except OSError:
        return None
    return hint


def _announced(locations: Locations) -> ServerHint | None:
    try:
        found = json.loads(locations.server_file.read_text("utf-8"))
        url, pid = str(found["url"]), int(found["pid"])
        where = urlsplit(url)
        return ServerHint(url, pid) if where.scheme == "http" and where.hostname and where.port else None
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
