"""Runix's own ``podman system service``: started with our settings, adopted when it still runs, ended by its last user.

One service per home, for its server and for commands that need none (``sharing.py``). It is not in their process group,
so that ctrl-c in a terminal does not reach it, and its end hurts no container. Blocking code: call it in a thread. What
its configuration says is decided in ``settings.py``.
"""

import contextlib
import hashlib
import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from runix_tui.engine import host as hosts
from runix_tui.engine import packages
from runix_tui.engine.isolation import keep_apart, let_go
from runix_tui.engine.ping import ping
from runix_tui.engine.settings import NOTHING, Extra, client_environ, containers_conf, service_environ, wrappers
from runix_tui.engine.sharing import Users
from runix_tui.errors import Unavailable
from runix_tui.locations import PRIVATE_DIR, PRIVATE_FILE, Locations

START_TIMEOUT = 20.0  # seconds until it must answer: the first start on a machine makes the storage
STOP_TIMEOUT = 5.0
LOG_LIMIT = 1024**2  # bytes of the service's log that are kept from one start to the next
DRIVERS = ("overlay", "vfs", "btrfs", "zfs", "aufs")  # of containers-storage.conf(5)
_POLL = 0.02

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Record:
    """The service that was started last: its process, and the fingerprint of what it was started with."""

    pid: int = 0
    mark: str = ""


class Service:
    """The engine's service of one home. ``extra`` is what base images and the like add to its configuration; set it
    before :meth:`ensure`, which starts the service anew when it changed."""

    def __init__(self, locations: Locations, environ: Mapping[str, str], *, extra: Extra = NOTHING) -> None:
        self.extra = extra
        self.host = hosts.detect(environ)
        self.runtime: tuple[str, str] | None = None  # the OCI runtime's (name, path), once chosen
        self._environ = environ
        self._locations = locations
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._ended = False
        self._users = Users(locations.engine_lock, locations.engine_users)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._locations.engine_socket

    @property
    def log(self) -> Path:
        """What it says."""
        return self._locations.engine / "service.log"

    @property
    def conf(self) -> Path:
        """Its containers.conf."""
        return self._locations.engine / "containers.conf"

    def begin(self) -> None:
        """Let it be started (again) after :meth:`stop`."""
        with self._lock:
            self._ended = False

    def ensure(self) -> None:
        """Have it run and answer: adopted when it was started with the same settings or somebody uses it, started anew
        otherwise.

        Raises ``Unavailable`` when Podman is not installed or does not start, saying what to do.
        """
        with self._lock, self._deciding():
            if self._ended:  # a thread that was late, its caller gone: it must not start what was just ended
                raise Unavailable("The engine's service has ended.", hint="Runix is ending: start it again.")
            podman = self._installed()
            self.keep_networks_apart()
            self.runtime = self.runtime or hosts.pick_runtime(self.host)
            conf = containers_conf(self.host, self.runtime, self.extra)
            environ = self._service_environ()
            mark = _fingerprint(podman, conf, environ)
            record, alone = self._recorded(), self._users.join()
            fits = record.mark == mark or not alone
            if fits and is_service(record.pid, self.socket) and ping(self.socket):
                return
            self._end_all()
            self._write(self.conf, conf)
            for name, text in wrappers(self.host).items():
                self._write(self.conf.parent / "bin" / name, text, mode=PRIVATE_DIR)
            self._start(podman, environ, mark)

    def stop(self) -> None:
        """Need it no longer: it ends, unless another program uses it. Containers go on."""
        with self._lock, self._deciding():
            self._ended = True
            if self._users.join():
                self._end_all()
                self._record_file.unlink(missing_ok=True)
                self.socket.unlink(missing_ok=True)
            self._users.leave()

    @contextlib.contextmanager
    def _deciding(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._users.deciding())
            except OSError as error:
                raise Unavailable(
                    f"The engine's folder {self.socket.parent} cannot be used: {error.strerror}",
                    hint="Runix keeps its sockets there: it must belong to this user and have room.",
                    transient=False,
                ) from error
            yield

    def _installed(self) -> str:
        self.host = hosts.detect(self._environ)
        version = hosts.podman_version(self.host.podman) if self.host.podman and not self.host.iptables else ()
        missing = packages.missing_for_engine(self.host, version)
        if missing or self.host.podman is None:
            command = packages.install_command(missing or ("podman",), packages.read_os_release())
            raise Unavailable(
                f"There is no working container engine: {', '.join(missing)} not installed.",
                hint=f"Run `runix doctor --fix`, or: {command.text}",
                code="engine_missing",
                transient=False,
            )
        return self.host.podman

    def client(self) -> tuple[str, dict[str, str]]:
        """A Podman that sees the same containers without this service: the program, and what to set for it. Raises
        ``Unavailable``."""
        return self._installed(), client_environ(self._service_environ())

    def _service_environ(self) -> dict[str, str]:
        driver = used_driver(storage_folder(self._environ, rootless=self.host.rootless))
        return service_environ(self.host, self._environ, self.conf, used_driver=driver, extra=self.extra)

    def keep_networks_apart(self) -> None:
        """Have the host's rules between networks. A kernel that refuses them leaves it to the engine, which is said."""
        if self.host.rootless or self.host.ip is None:
            return
        try:
            keep_apart(self.host.ip)
        except Unavailable as error:
            log.warning("%s %s", error.message, error.hint)

    def let_networks_go(self) -> None:
        """Take the rules away that keep networks apart. Raises ``Unavailable``."""
        if not self.host.rootless and self.host.ip is not None:
            let_go(self.host.ip)

    def _start(self, podman: str, environ: Mapping[str, str], mark: str) -> None:
        self.socket.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        command = [podman, "system", "service", "--time=0", f"unix://{self.socket}"]
        with self._open_log() as log:
            try:
                child = subprocess.Popen(
                    command,
                    cwd=self.conf.parent,  # where it is, conmon leaves a file when a process runs out of memory
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise Unavailable(f"{podman} does not start: {error.strerror}", hint="Run `runix doctor`.") from error
        self._child = child
        self._write(self._record_file, json.dumps({"pid": child.pid, "mark": mark}))
        self._wait_until_it_answers(child)

    def _wait_until_it_answers(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and child.poll() is None:
            if ping(self.socket):
                return
            time.sleep(_POLL)
        said = self._last_words()
        self._end(child.pid)
        raise Unavailable(
            f"The engine did not start: {said or 'it said nothing'}",
            hint=f"Run `runix doctor`; the engine's whole log is in {self.log}.",
            code="engine_start_failed",
        )

    def _end_all(self) -> None:
        """Also one that no record speaks of any more, because the home's files were removed under it."""
        for pid in services_on(self.socket):
            self._end(pid)
        if self._child is not None:  # ended by somebody else, or killed: take note, so that no zombie stays
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(STOP_TIMEOUT)
            self._child = None

    def _end(self, pid: int) -> None:
        """SIGTERM, then SIGKILL, to our service alone: a pid that meanwhile belongs to another program is left."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if not self._alive(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
            self._await_end(pid)
        if self._child is not None and self._child.poll() is not None:
            self._child = None

    def _await_end(self, pid: int) -> None:
        deadline = time.monotonic() + STOP_TIMEOUT
        while self._alive(pid) and time.monotonic() < deadline:
            time.sleep(_POLL)

    def _alive(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            return self._child.poll() is None  # also reaps it, so that no zombie stays
        return is_service(pid, self.socket)

    def _open_log(self) -> IO[bytes]:
        self.log.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        large = self.log.exists() and self.log.stat().st_size > LOG_LIMIT
        stream = self.log.open("wb" if large else "ab")
        self.log.chmod(PRIVATE_FILE)
        return stream

    def _last_words(self, lines: int = 3) -> str:
        try:
            return " / ".join(self.log.read_text("utf-8", "replace").strip().splitlines()[-lines:])
        except OSError:
            return ""

    @property
    def _record_file(self) -> Path:
        return self._locations.engine / "service.json"

    def _recorded(self) -> _Record:
        try:
            record = json.loads(self._record_file.read_text("utf-8"))
            return _Record(int(record["pid"]), str(record["mark"]))
        except (OSError, ValueError, KeyError, TypeError):
            return _Record()

    def _write(self, path: Path, text: str, *, mode: int = PRIVATE_FILE) -> None:
        path.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        path.touch(mode=mode)
        path.write_text(text, "utf-8")


def is_service(pid: int, socket: Path) -> bool:
    """Whether ``pid`` is a Podman service that was told to listen on ``socket``."""
    if pid <= 0:
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(f"unix://{socket}") in words


def services_on(socket: Path) -> list[int]:
    """The Podman services that were told to listen on ``socket``."""
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if is_service(pid, socket)]


def storage_folder(environ: Mapping[str, str], *, rootless: bool) -> Path:
    """Where Podman keeps images and containers of this user, by default (containers-storage.conf(5))."""
    if not rootless:
        return Path("/var/lib/containers/storage")
    data = environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if data else Path(environ.get("HOME", "/"), ".local/share")
    return folder / "containers/storage"


def used_driver(storage: Path) -> str | None:
    """The driver that a storage folder was made with (it keeps ``DRIVER-images``); None when it is a new one."""
    found = (each for each in DRIVERS if (storage / f"{each}-images").is_dir())
    return next(found, None) if (storage / "libpod").is_dir() else None


def _fingerprint(podman: str, conf: str, environ: Mapping[str, str]) -> str:
    """What must be the same for a running service to be adopted: its settings and the program itself."""
    program = Path(podman).stat()
    facts = [conf, sorted(environ.items()), podman, program.st_size, program.st_mtime_ns]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
