"""The only module that knows a path: where Runix keeps its files, by ``RUNIX_HOME`` or the XDG folders."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runix_tui.errors import ConfigError

PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Locations:
    """Paths of one home. Made by :func:`locate`; :meth:`prepare` makes the folders, readable by their owner alone."""

    config: Path
    state: Path
    cache: Path
    runtime: Path  # short: a Unix socket's path has at most 108 bytes

    @property
    def config_file(self) -> Path:
        """User settings."""
        return self.config / "config.toml"

    @property
    def profiles(self) -> Path:
        """The user's own profiles, over the bundled ones."""
        return self.config / "profiles"

    @property
    def token_file(self) -> Path:
        """The API's bearer token."""
        return self.state / "token"

    @property
    def server_file(self) -> Path:
        """``{"url", "pid"}`` of the running server: a hint."""
        return self.state / "server.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one server of this home."""
        return self.state / "server.lock"

    @property
    def server_log(self) -> Path:
        """What a detached server says."""
        return self.state / "server.log"

    @property
    def front_file(self) -> Path:
        """What the full-screen UI looked like when it was left."""
        return self.state / "front.json"

    @property
    def front_log(self) -> Path:
        """Where the full-screen UI broke last."""
        return self.state / "front.log"

    @property
    def database(self) -> Path:
        """The store."""
        return self.state / "runix.db"

    @property
    def build_logs(self) -> Path:
        """A folder for each deployment's build log."""
        return self.state / "build-logs"

    @property
    def runtime_logs(self) -> Path:
        """A folder for each deployment's run-time log."""
        return self.state / "runtime-logs"

    @property
    def container_logs(self) -> Path:
        """What the engine writes of each container, until the journal has taken it over."""
        return self.state / "container-logs"

    @property
    def checkouts(self) -> Path:
        """Trees of builds in flight; emptied at start."""
        return self.cache / "checkouts"

    @property
    def mirrors(self) -> Path:
        """Bare repositories that make the next fetch incremental."""
        return self.cache / "mirrors"

    @property
    def gateway(self) -> Path:
        """HAProxy's configuration and pages, mounted into the gateway."""
        return self.state / "gateway"

    @property
    def engine(self) -> Path:
        """The engine's own configuration files and log."""
        return self.state / "engine"

    @property
    def engine_socket(self) -> Path:
        """The socket of our own ``podman system service``."""
        return self.runtime / "engine.sock"

    @property
    def engine_lock(self) -> Path:
        """Held by who starts or ends that service."""
        return self.runtime / "engine.lock"

    @property
    def engine_users(self) -> Path:
        """Held by each program that uses that service."""
        return self.runtime / "engine.users"

    @property
    def gateway_socket_dir(self) -> Path:
        """The folder of HAProxy's runtime API socket, mounted into the gateway alone."""
        return self.runtime / "gateway"

    @property
    def base_locks(self) -> Path:
        """Locks on base images, which all homes of this user share."""
        return self.runtime.parent / f"runix-bases-{os.getuid()}"

    @property
    def entries(self) -> tuple[Path, ...]:
        """Everything that Runix itself ever puts into the home, and only that: what is there of it."""
        files = (self.config_file, self.token_file, self.server_file, self.lock_file, self.front_file, self.front_log)
        folders = (self.profiles, *self._inner, self.runtime)
        more = (
            *self.state.glob("server*.log"),
            *self.state.glob(f"{self.database.name}*"),  # SQLite's companions, and copies from before a migration
            *self.state.glob(".*.tmp"),
        )
        return tuple(path for path in dict.fromkeys((*more, *folders, *files)) if path.exists() or path.is_symlink())

    def prepare(self) -> None:
        """Make the folders (mode 0700). Raises ``ConfigError`` naming the one that can't be."""
        for folder in (self.config, self.state, self.cache, self.runtime, *self._inner):
            try:
                folder.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
                if folder in (self.state, self.cache, self.runtime):
                    folder.chmod(PRIVATE_DIR)
            except OSError as error:
                raise ConfigError(
                    f"The folder {folder} cannot be used: {error.strerror}",
                    code="home_unusable",
                    hint="RUNIX_HOME names another one; it must be this user's own, writable, with room on its disk.",
                ) from error

    @property
    def _inner(self) -> tuple[Path, ...]:
        return (
            self.gateway,
            self.engine,
            self.gateway_socket_dir,
            self.build_logs,
            self.runtime_logs,
            self.container_logs,
            self.checkouts,
            self.mirrors,
        )


def locate(environ: Mapping[str, str] = os.environ) -> Locations:
    """Where this home is: ``RUNIX_HOME`` holds everything, else the XDG config, state and cache folders.

    Raises ``ConfigError`` for a ``RUNIX_HOME`` that leads nowhere.
    """
    home = environ.get("RUNIX_HOME", "")
    if home:
        root = _one_spelling(home)
        config, state, cache = root, root, root / "cache"
    else:
        user = Path(environ.get("HOME") or Path.home())
        config = _absolute(environ, "XDG_CONFIG_HOME", user / ".config") / "runix"
        state = _absolute(environ, "XDG_STATE_HOME", user / ".local/state") / "runix"
        cache = _absolute(environ, "XDG_CACHE_HOME", user / ".cache") / "runix"
    return Locations(config, state, cache, _runtime(state, environ))


def _one_spelling(home: str) -> Path:
    """One home has one runtime folder, however it is spelled."""
    try:
        return Path(home).expanduser().resolve()
    except (OSError, RuntimeError) as error:  # no such user, a loop of links, a working folder that is gone
        raise ConfigError(
            f"RUNIX_HOME is {home!r}, which leads nowhere: {error}",
            code="home_unusable",
            hint="Set it to a folder's absolute path, or unset it.",
        ) from error


def _absolute(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """A folder of the environment; a relative one is ignored, as the XDG specification wants it."""
    found = Path(environ.get(name, ""))
    return found if found.is_absolute() else default


def _runtime(state: Path, environ: Mapping[str, str]) -> Path:
    """A short folder for sockets, the same for the same home and user at every start."""
    short = hashlib.sha256(os.fsencode(state)).hexdigest()[:10]
    base = environ.get("XDG_RUNTIME_DIR", "")
    if base and len(base) < 40 and os.access(base, os.W_OK):
        return Path(base) / f"runix-{short}"
    if os.getuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run") / f"runix-{short}"
    return Path(tempfile.gettempdir()) / f"runix-{os.getuid()}-{short}"
