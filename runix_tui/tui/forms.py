"""The form of a new deployment as values: its fields, the request they make, and which error belongs to which. Pure.

What a value must be is the API's to say; only what is known in ``core`` is said before it is asked, in the same words.
"""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from runix_tui.core import names
from runix_tui.core.models import ServiceType
from runix_tui.core.terminal import plain
from runix_tui.core.variables import of_text
from runix_tui.errors import Conflict, FieldError, InvalidRequest, RunixError
from runix_tui.tui.paths import Source

if TYPE_CHECKING:
    from runix_tui.core.wire import Planned

DEFAULT_TYPE = ServiceType.WEB_SERVICE
SIZES = {  # the outside contract's table
    "starter": "0.5 CPU · 512 MiB",
    "standard": "1 CPU · 2 GiB",
    "pro": "2 CPU · 4 GiB",
}
PLANNERS = {
    "auto": "the repository's own Dockerfile, else rules",
    "rules": "rules, also where there is a Dockerfile",
    "dockerfile": "the repository's own Dockerfile",
    "ai": "a model",
}
PLAN_FIELDS = (
    "branch",
    "root_dir",
    "build_command",
    "command",
    "port",
    "health_path",
    "dockerfile",
    "schedule",
    "timezone",
)
FIELDS = ("repo_url", "service_type", *PLAN_FIELDS, "planner", "service_name", "instance_type", "env", "project")


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form says. ``kind`` None: no type was chosen, the fitting one is found. ``texts`` are the fields that
    were typed into, by their names in the request."""

    source: Source | None
    kind: str | None
    planner: str
    texts: Mapping[str, str]

    def plan_body(self) -> dict[str, Any]:
        """The request for a plan; what was not typed is left out."""
        body: dict[str, Any] = {key: self.texts[key].strip() for key in PLAN_FIELDS if self.texts.get(key, "").strip()}
        if body.get("port", "").isdecimal():
            body["port"] = int(body["port"])
        if self.kind is not None:
            body["service_type"] = self.kind
        if self.planner != "auto":
            body["planner"] = self.planner
        if self.source is not None:
            body["repo_url"] = self.source.repo_url
            if self.source.branch is not None:
                body.setdefault("branch", self.source.branch)
        return body


@dataclass(frozen=True, slots=True)
class Found:
    """What is said of one field by a plan: its value, and where that comes from."""

    value: str
    origin: str = ""


def found_in(planned: "Planned") -> dict[str, Found]:
    """What a plan says, by the form's fields."""
    plan = planned.plan
    values = {
        "branch": planned.branch,
        "command": _start(plan.get("start")),
        "build_command": " && ".join(plan.get("build") or ()),
        "port": plan.get("port"),
        "health_path": plan.get("health_path"),
        "dockerfile": plan.get("dockerfile"),
    }
    keys = {"command": "start", "build_command": "build"}
    found = {}
    for field, value in values.items():
        if value not in (None, ""):
            found[field] = Found(plain(str(value)), _origin(planned, keys.get(field, field)))
    return found


def runtime_of(planned: "Planned") -> Found:
    """What it runs on."""
    plan = planned.plan
    if plan.get("runtime") in (None, "dockerfile"):
        return Found("the repository's own Dockerfile", _origin(planned, "dockerfile"))
    runtime = f"{plan['runtime']} {plan.get('version') or ''}".strip()
    parts = [runtime, plan.get("framework"), plan.get("package_manager")]
    text = " · ".join(plain(str(part)) for part in parts if part)
    origins = [_origin(planned, key) for key in ("framework", "version")]
    return Found(text, next(filter(None, origins), ""))


def commit_of(planned: "Planned") -> str:
    """Which commit was looked at."""
    if planned.commit is None:
        return "a folder without git, as it is now"
    return f"{planned.commit.sha[:7]} {plain(planned.commit.subject)}".strip()


def suggested_name(source: Source, taken: Callable[[str], bool]) -> str:
    """A free name for a service out of its repository's; empty when none can be made of it."""
    name = names.nearest_service_name(re.split(r"[/:]", source.repo_url.rstrip("/"))[-1].removesuffix(".git"))
    if not name:
        return ""
    return next(each for each in chain([name], (f"{name[:37]}-{n}" for n in count(2))) if not taken(each))


def wrong_name(name: str) -> str:
    """What is wrong with a service's or a project's name, in the API's words; empty: nothing."""
    return "" if not name or names.is_service_name(name) else f"{name!r} is not a good name: {names.NAME_RULE}"


def env_of(text: str) -> dict[str, str]:
    """Variables as they are typed, a line each. Raises ``InvalidRequest``.

    Nothing is taken from this program's own environment: the text may be a repository's.
    """
    found = of_text(text, {})
    for name, value in found.items():
        if len(value.encode()) > names.ENV_VALUE_MAX:
            raise InvalidRequest.of(f"env.{name}", f"is longer than {names.ENV_VALUE_MAX // 1024} KiB")
    return found


def wrong_fields(error: RunixError) -> dict[str, str]:
    """What is said of each field of the form; under ``""`` what is about none of them."""
    if isinstance(error, Conflict) and error.code == "name_taken":
        return {"service_name": _sentence(error)}
    errors: Iterable[FieldError] = getattr(error, "errors", ())
    said: dict[str, str] = {}
    for one in errors:
        field = _field(one.path)
        message = one.message if field else f"{one.path}: {one.message}"
        if field == "env" and one.path != "env":
            message = f"{one.path.removeprefix('env.')} {one.message}"
        said[field] = f"{said[field]}\n{message}" if field in said else message
    if not said:
        return {"": "\n".join([_sentence(error), *getattr(error, "evidence", ())])}
    if len(said) == 1 and error.hint and "/docs" not in error.hint:  # that one is for who writes requests
        said = {field: f"{message}. {error.hint}" for field, message in said.items()}
    return said


def _sentence(error: RunixError) -> str:
    message = error.message.rstrip(".")
    return f"{message}. {error.hint}" if error.hint else message


def _field(path: str) -> str:
    """The form's field for a path in the request."""
    head = path.split(".", 1)[0]
    head = {"project_id": "project"}.get(head, head)
    return head if head in FIELDS else ""


def _origin(planned: "Planned", key: str) -> str:
    origin = planned.origins.get(key)
    return f"{plain(origin.source)}: {plain(origin.reason)}" if origin else ""


def _start(argv: object) -> str:
    """An argv as one would type it."""
    parts = list(map(str, argv)) if isinstance(argv, list) else []
    return parts[2] if len(parts) == 3 and parts[:2] == ["/bin/sh", "-c"] else shlex.join(parts)
