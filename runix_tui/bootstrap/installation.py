"""What the doctor looks at beside the engine: the home, its settings, its secrets, its server. Changes nothing."""

import os
import platform
import stat

from runix_tui import __version__
from runix_tui.bootstrap.home import is_held, server_hint
from runix_tui.config import load
from runix_tui.core.checkup import Check, Level
from runix_tui.errors import RunixError
from runix_tui.locations import Locations

NO_MODEL = "none: rules plan every build; what no rule knows needs a Dockerfile of its own"


def examine(locations: Locations) -> list[Check]:
    """The checks, in the order in which a person should mend them."""
    return [_versions(), _home(locations), _settings(locations), _token(locations), _model(), _server(locations)]


def _versions() -> Check:
    return Check("versions", Level.OK, f"Runix {__version__}, Python {platform.python_version()}")


def _model() -> Check:
    return Check("model", Level.OK, NO_MODEL)


def _home(locations: Locations) -> Check:
    folder = locations.state
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check("home", Level.OK, str(folder) if there == folder else f"{folder}, made at the first start")
    remedy = "Make it this user's own, or name another folder with RUNIX_HOME."
    return Check("home", Level.FAIL, f"{folder} cannot be written", remedy)


def _settings(locations: Locations) -> Check:
    try:
        load(locations.config_file)
    except RunixError as error:
        return Check("config.toml", Level.FAIL, error.message, error.hint)
    found = str(locations.config_file) if locations.config_file.exists() else "none: the defaults"
    return Check("config.toml", Level.OK, found)


def _token(locations: Locations) -> Check:
    try:
        mode = stat.S_IMODE(locations.token_file.stat().st_mode)
    except OSError:
        return Check("token", Level.OK, "made at the first start")
    if mode & 0o077 == 0:
        return Check("token", Level.OK, f"{locations.token_file}, for this user alone")
    remedy = f"Run: chmod 600 {locations.token_file}; then `runix token --rotate`."
    return Check("token", Level.FAIL, f"{locations.token_file} can be read by others", remedy)


def _server(locations: Locations) -> Check:
    try:
        hint = server_hint(locations)
        held = is_held(locations)
    except RunixError as error:
        return Check("server", Level.FAIL, error.message, error.hint)
    if hint:
        return Check("server", Level.OK, f"{hint.url} (pid {hint.pid})")
    return Check("server", Level.OK, "is starting or ending" if held else "does not run; commands start it")
