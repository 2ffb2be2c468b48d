"""Reading config.toml and the environment, and saying what is wrong there. Editing is in ``editing.py``."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from runix_tui.config.model import Config
from runix_tui.errors import ConfigError


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
