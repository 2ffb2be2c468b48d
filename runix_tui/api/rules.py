"""What each kind of value in a request must be like. Pure checks: they take a value and give it back, or raise."""

import functools
import posixpath
import re
import uuid
import zoneinfo

from runix_tui.api.fields import NOT_AVAILABLE, one_of, shown, wrong
from runix_tui.core.models import AVAILABLE_TYPES, Planner, ServiceType
from runix_tui.core.names import (
    ENV_RULE,
    ENV_TOTAL_MAX,
    ENV_VALUE_MAX,
    NAME_RULE,
    is_env_name,
    is_service_name,
    nearest_service_name,
)
from runix_tui.core.secret import MASK

COMMAND_MAX = 64 * 1024  # bytes; Linux takes 128 KiB as one argument
PATH_MAX = 1024  # characters
URL_MAX = 2048  # characters

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_URL_PATH = re.compile(r"/[!-\"$-~]*", re.ASCII)  # visible ASCII but '#'
_GIT_FORBIDS = re.compile(r"[ ~^:?*\[\\]|\.\.|@\{|//|^/|/$|\.$|\.lock(/|$)|(^|/)\.")


def name(value: str) -> str:
    """A service's or a project's name."""
    if not is_service_name(value):
        raise wrong(f"{shown(value)} is not a good name: {NAME_RULE}", hint=_better_name(value))
    return value


def service_type(value: str) -> ServiceType:
    """One of the service types that this release has."""
    known = [kind.value for kind in ServiceType]
    if value not in known:
        raise wrong(one_of(value, known))
    kind = ServiceType(value)
    if kind not in AVAILABLE_TYPES:
        there = ", ".join(sorted(AVAILABLE_TYPES))
        raise wrong(f"{value} is not available yet", hint=f"This release has: {there}.", code=NOT_AVAILABLE)
    return kind


def planner(value: str) -> Planner:
    """Who plans."""
    known = [one.value for one in Planner]
    if value not in known:
        raise wrong(one_of(value, known))
    if value == Planner.AI:
        there = ", ".join(one for one in known if one != Planner.AI)
        raise wrong("ai is not available yet", hint=f"This release plans with: {there}.", code=NOT_AVAILABLE)
    return Planner(value)


def repo_url(value: str) -> str:
    """A repository's address, in form only: what it may be is the source's to say."""
    if not value.strip():
        raise wrong("is empty", hint="Give an https, ssh or file:// address, or an absolute folder.")
    if len(value) > URL_MAX:
        raise wrong(f"is longer than {URL_MAX} characters")
    return _no_control(value)


def branch(value: str) -> str:
    """A branch by a name that git allows and that no program can take for an option."""
    hint = "Give the branch's name as `git branch` shows it, or leave it out."
    if not value:
        raise wrong("is empty", hint=hint)
    if value.startswith("-"):
        raise wrong(f"{shown(value)} begins with '-'", hint=hint)
    _no_control(value)
    if len(value) > 255 or value == "@" or _GIT_FORBIDS.search(value):
        raise wrong(f"{shown(value)} is not a name that git allows", hint=hint)
    return value


def env_name(value: str) -> str:
    """A name that a process can have in its environment."""
    if not is_env_name(value):
        raise wrong(f"{shown(value)} cannot be the name of an environment variable: {ENV_RULE}")
    return value


def env_value(value: str) -> str:
    """A value that a process can have in its environment, byte for byte."""
    if value == MASK:
        raise wrong(
            "is the mask that reads show, not a value",
            hint="Leave the name out to keep its value. To read it: `runix env ls NAME --reveal`, ?reveal=true in the "
            "API, or have the screen show it.",
        )
    if "\0" in value:
        raise wrong("has a NUL character, which no process can have in its environment")
    if len(value.encode()) > ENV_VALUE_MAX:
        raise wrong(f"is longer than {ENV_VALUE_MAX // 1024} KiB", hint="Put large values into a file or a database.")
    return value


def env_total(names_and_values: dict[str, str]) -> None:
    """That an environment as a whole fits."""
    total = sum(len(key.encode()) + len(value.encode()) for key, value in names_and_values.items())
    if total > ENV_TOTAL_MAX:
        raise wrong(f"is larger than {ENV_TOTAL_MAX // 1024} KiB in all")


def command(value: str) -> str:
    """Shell text that is run inside the container."""
    if not value.strip():
        raise wrong("is empty", hint="Leave it out to take the plan's own.")
    if "\0" in value:
        raise wrong("has a NUL character")
    if len(value.encode()) > COMMAND_MAX:
        raise wrong(f"is longer than {COMMAND_MAX // 1024} KiB", hint="Put it into a script in the repository.")
    return value


def health_path(value: str) -> str:
    """The path of a health check, as it goes into an HTTP request."""
    if not value.startswith("/"):
        raise wrong(f"{shown(value)} does not begin with '/'", hint="Give a path such as /healthz, without the host.")
    if len(value) > PATH_MAX or not _URL_PATH.fullmatch(value):
        raise wrong(f"{shown(value)} is not a path of a URL", hint="Percent-encode spaces, '#' and what is not ASCII.")
    return value


def folder(value: str) -> str:
    """A folder inside the repository, normalised; ``""`` is its top."""
    inside = _inside(value)
    return "" if inside == "." else inside


def file(value: str) -> str:
    """A file inside the repository, normalised."""
    inside = _inside(value)
    if inside == "." or value.endswith("/"):
        raise wrong(f"{shown(value)} is not the path of a file")
    return inside


def timezone(value: str) -> str:
    """A name of the time zone database."""
    if value != "UTC" and value not in _zones():
        raise wrong(f"{shown(value)} is not a time zone", hint="Give a name such as Europe/Berlin, or UTC.")
    return value


def uuid_text(value: str) -> str:
    """A uuid in its usual form, in small letters."""
    try:
        parsed = uuid.UUID(value)
    except ValueError:
        raise wrong(f"{shown(value)} is not a uuid") from None
    if str(parsed) != value.lower():
        raise wrong(f"{shown(value)} is not a uuid in its usual form")
    return str(parsed)


def _inside(value: str) -> str:
    _no_control(value)
    if len(value) > PATH_MAX:
        raise wrong(f"is longer than {PATH_MAX} characters")
    hint = "Give a path inside the repository, relative to its top."
    if value.startswith("/"):
        raise wrong(f"{shown(value)} is absolute", hint=hint)
    path = posixpath.normpath(value) if value else "."
    if path == ".." or path.startswith("../"):
        raise wrong(f"{shown(value)} leaves the repository", hint=hint)
    return path


def _no_control(value: str) -> str:
    if _CONTROL.search(value):
        raise wrong(f"{shown(value)} has control characters")
    return value


def _better_name(value: str) -> str:
    """A hint with the nearest good name, when there is one."""
    return f"For example {nearest_service_name(value) or 'my-api'!r}."


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
