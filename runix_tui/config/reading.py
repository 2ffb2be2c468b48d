"""Reading config.toml and the environment, and saying what is wrong there. Editing is in ``editing.py``."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from runix_tui.config.files import MAX_CERTIFICATES, MAX_CONFIG, read, why
from runix_tui.config.model import Config, fields
from runix_tui.config.wording import key_of, said
from runix_tui.errors import ConfigError

_CORRECT = "Correct the file, or move it away to start with the defaults."
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def load(path: Path) -> Config:
    """The settings of ``path``; no such file: the defaults. Raises ``ConfigError`` naming the key that is wrong."""
    return parse(text_of(path), path)


def text_of(path: Path) -> str:
    """The text of config.toml, empty when there is no such file. Raises ``ConfigError``."""
    try:
        return read(path, MAX_CONFIG).decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text: byte {error.start}", hint=_CORRECT) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {why(error)}", hint=_CORRECT) from error


def parse(text: str, path: Path) -> Config:
    """The settings in ``text``, which was read from ``path``. Raises ``ConfigError`` naming the key that is wrong."""
    try:
        found = Config.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", hint=_CORRECT) from error
    except ValidationError as error:
        first = error.errors()[0]
        message = said(first, known=[*fields(), *Config.model_fields])
        raise _wrong(path, key_of(first), message, "Correct this key; every key is optional.") from error
    _check_certificates(found, path)
    return found


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


def _check_certificates(config: Config, path: Path) -> None:
    """A bundle that is not there would fail every build, one by one."""
    bundle = config.build.ca_bundle
    if bundle is None:
        return
    hint = "Name a file of certificates in PEM form, or take the key out."
    try:
        found = read(bundle.expanduser(), MAX_CERTIFICATES)
    except OSError as error:
        raise _wrong(path, "build.ca_bundle", f"{bundle} cannot be read: {why(error)}", hint) from error
    except (RuntimeError, ValueError) as error:  # no such ~user, a NUL
        raise _wrong(path, "build.ca_bundle", f"{bundle} leads nowhere", hint) from error
    if _CERTIFICATE not in found:
        raise _wrong(path, "build.ca_bundle", f"{bundle} holds no certificate", hint)


def _wrong(path: Path, key: str, message: str, hint: str) -> ConfigError:
    return ConfigError(f"{path}: {key}: {message}", hint=hint)
