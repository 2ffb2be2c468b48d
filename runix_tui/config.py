"""User settings: config.toml, every key optional, and the environment. Reads and checks; editing keeps comments."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runix_tui.errors import ConfigError

GIB = 1024**3


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Api(_Section):
    """``[api]``: ``allowed_hosts`` are more values of the Host header that are answered."""

    allowed_hosts: tuple[str, ...] = ()


class Build(_Section):
    """``[build]``: limits of a build, and the CA bundle that builds trust beside the distribution's own.

    ``memory`` in bytes, ``timeout`` in seconds, ``concurrent`` builds at once on this machine.
    """

    ca_bundle: Path | None = None
    keep_ca: bool = False  # leave the CA in the final image
    cpus: Annotated[float, Field(gt=0)] = 2.0
    memory: Annotated[int, Field(ge=64 * 1024**2)] = 4 * GIB
    timeout: Annotated[float, Field(gt=0)] = 1800
    concurrent: Annotated[int, Field(ge=1, le=32)] = 2


class Registry(_Section):
    """``[registry]``: ``mirror`` is a host (and path) asked instead of docker.io; ``offline`` never asks a registry."""

    mirror: str | None = None
    offline: bool = False
    insecure: bool = False  # the mirror speaks plain HTTP


class GitCredential(_Section):
    """``[git.credentials."host"]``: where the password of a host comes from; never the password itself."""

    username: str = "x-access-token"
    token_env: str | None = None
    token_file: Path | None = None


class Git(_Section):
    """``[git]``: limits of a fetch. ``max_bytes`` of a checkout and its objects, ``timeout`` in seconds."""

    credentials: dict[str, GitCredential] = Field(default_factory=dict)
    max_bytes: Annotated[int, Field(ge=1024**2)] = 2 * GIB
    timeout: Annotated[float, Field(gt=0)] = 600
    max_submodules: Annotated[int, Field(ge=0)] = 50
    submodule_depth: Annotated[int, Field(ge=0)] = 3


class Logs(_Section):
    """``[logs]``: bytes kept of one deployment's run-time log and of its build logs; the oldest go first, counted."""

    max_bytes: Annotated[int, Field(ge=1024**2)] = 256 * 1024**2


class Deploy(_Section):
    """``[deploy]``: seconds. ``health_timeout`` where a health path is given, ``listen_timeout`` where none is."""

    health_timeout: Annotated[float, Field(gt=0)] = 300
    listen_timeout: Annotated[float, Field(gt=0)] = 60
    drain_timeout: Annotated[float, Field(ge=0)] = 60
    stop_timeout: Annotated[float, Field(ge=0)] = 30
    keep_releases: Annotated[int, Field(ge=1)] = 5


class Config(_Section):
    """All of config.toml."""

    api: Api = Api()
    build: Build = Build()
    registry: Registry = Registry()
    git: Git = Git()
    logs: Logs = Logs()
    deploy: Deploy = Deploy()


def load(path: Path) -> Config:
    """The settings of ``path``; no such file: the defaults. Raises ``ConfigError`` naming the key that is wrong."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"{path}: {error}", hint="Correct the file, or move it away to start with the defaults."
        ) from error
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}", hint="Correct this key; every key is optional.") from error


def environment_port(environ: Mapping[str, str], name: str) -> int | None:
    """A port number of the environment (0: any free one), None when the variable is not set. Raises ``ConfigError``."""
    text = environ.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ConfigError(f"{name} is {text!r}, not a port", hint=f"Set {name} to a number from 0 to 65535.")
    return int(text)


def engine_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """``RUNIX_ENGINE_URL``: the ``unix://`` socket of an engine to use, or None for our own."""
    url = environ.get("RUNIX_ENGINE_URL", "")
    if url and not url.startswith("unix:///"):
        raise ConfigError(f"RUNIX_ENGINE_URL is {url!r}", hint="Only unix:///absolute/path sockets are supported.")
    return url or None
