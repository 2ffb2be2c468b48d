"""The API's bearer token: of the environment, or the home's own, made on first use and kept in a file of mode 0600."""

import os
import secrets
from collections.abc import MutableMapping

from runix_tui.bootstrap.private import unusable, write_private
from runix_tui.core.secret import Secret
from runix_tui.errors import ConfigError, Unauthorized
from runix_tui.locations import Locations

TOKEN_VARIABLE = "RUNIX_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_BYTES = 32
TOKEN_MIN = 16  # characters


def take_token(environ: MutableMapping[str, str] = os.environ) -> str:
    """``RUNIX_TOKEN`` as it is, taken out of the environment so that no child inherits it; empty when not set."""
    return environ.pop(TOKEN_VARIABLE, "")


def checked_token(value: str) -> Secret | None:
    """A token of the environment; None for none. Raises ``ConfigError`` for one too short or not for a header."""
    if not value:
        return None
    if len(value) < TOKEN_MIN or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            f"{TOKEN_VARIABLE} must be at least {TOKEN_MIN} printable ASCII characters without spaces",
            hint="Unset it to have one made, or set a longer one.",
        )
    return Secret(value)


def other_token(*, given: bool) -> Unauthorized:
    """The error for a server of this home that does not take our token; ``given``: ours is of the environment."""
    mend = (
        "Unset RUNIX_TOKEN or set the one that the server was started with"
        if given
        else "It was started with RUNIX_TOKEN: set the same here"
    )
    return Unauthorized(
        "The server of this home goes by another token", hint=f"{mend}; or `runix serve --stop`, then try again."
    )


def stored_token(locations: Locations) -> Secret:
    """The home's own token, made on first use. Raises ``ConfigError`` when the file cannot be used."""
    value = _read(locations)
    if not value:  # of several programs that find none at the same moment, the first makes it for all
        write_private(locations.token_file, _new(), keep=True)
        value = _read(locations)
    return Secret(value) if value else rotate_token(locations)


def rotate_token(locations: Locations) -> Secret:
    """A new token in the home's file; a running server takes it from then on. Raises ``ConfigError``."""
    value = _new()
    write_private(locations.token_file, value)
    return Secret(value.strip())


class CurrentToken:
    """What a server goes by: the token of the environment, else the home's file, read again when it changes."""

    def __init__(self, locations: Locations, given: Secret | None) -> None:
        self._locations = locations
        self._given = given
        self._mark = self._stamp()
        self._token = given or stored_token(locations)

    def __call__(self) -> Secret:
        """The token now; a file that is gone or cannot be read changes nothing."""
        mark = None if self._given else self._stamp()
        if mark and mark != self._mark:
            try:
                value = _read(self._locations)
            except ConfigError:
                return self._token
            if value:
                self._token, self._mark = Secret(value), mark
        return self._token

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._locations.token_file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino


def _new() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES) + "\n"


def _read(locations: Locations) -> str:
    try:
        return locations.token_file.read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigError(
            f"{locations.token_file} holds no token", hint="`runix token --rotate` makes a new one."
        ) from None
    except OSError as error:
        raise unusable(locations.token_file, error) from error
