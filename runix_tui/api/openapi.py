"""The description at ``/openapi.json``: what FastAPI derives from the routes, and what it cannot see by itself.

Bodies are read and checked by ``bodies``, so their schemas are named here; so are errors, streams and the token.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from runix_tui.api.problems import MEDIA_TYPE
from runix_tui.api.schemas import DeploymentPatch, NewDeployment, NewProject, PlanFor, RollbackTo, SettingsPatch
from runix_tui.core.wire import Activity, DeploymentEvent, Problem, Removed

_COMPONENTS = "#/components/schemas/"
_DESCRIBED: tuple[type[BaseModel], ...] = (
    *(NewDeployment, DeploymentPatch, RollbackTo, NewProject, SettingsPatch, PlanFor),  # what is sent
    *(Problem, DeploymentEvent, Removed, Activity),  # what is answered, but by no route as FastAPI sees it
)
_SUMMARY = "A platform-as-a-service on one's own machine: a git repository in, a running service with a URL out."

_WHEN = {
    400: "The body is not JSON.",
    401: "No good token.",
    404: "There is no such thing; also for a malformed id.",
    409: "Right in itself, but not now; `code` says why.",
    413: "The body has more than 1 MiB.",
    415: "The body is not of type application/json.",
    421: "The Host header names another server.",
    422: "What was sent is wrong; `errors` has one entry for each wrong field.",
    503: "The container engine is away and the call needs it, or too much is asked for at once.",
}
_EXAMPLE = {
    "title": "Unprocessable Content",
    "status": 422,
    "code": "invalid",
    "detail": "env.FOO-BAR: 'FOO-BAR' cannot be the name of an environment variable",
    "hint": "Correct what is named; `runix COMMAND --help` and the API's /docs describe it.",
    "errors": [{"path": "env.FOO-BAR", "message": "'FOO-BAR' cannot be the name of an environment variable"}],
}
_EVENTS = {  # name: data, meaning, id
    "log": ('{"seq":41,"ts":"2026-02-25T10:00:00.000000001Z","stream":"stdout","line":"listening"}', "a line", 41),
    "stage": ('{"seq":42,"stage":"building","status":"done"}', "a stage: started, done, cached, failed", 42),
    "gap": ('{"seq":43,"dropped":1200}', "lines that were outrun", 43),
    "end": ('{"seq":44,"status":"running"}', "the build's end, a history status; then the stream closes", 44),
    "deployment": (
        '{"id":"a1b2c3d4-…","status":"running","phase":"live","…":"…"}',
        "the list form",
        1772013600000000,
    ),
    "activity": (
        '{"id":7,"at":"2026-02-25T10:00:00Z","source":"engine","action":"build","subject":"my-api v4","status":"done",'
        '"duration_seconds":8.2,"detail":"0123456789ab, 141 MiB","…":"…"}',
        "something that began or ended",
        1772013600000000,
    ),
    "removed": ('{"id":"a1b2c3d4-…","deleted":true}', "a deployment that is gone", 1772013600000001),
}
_LOCATION = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}


def fails(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for its ``responses``."""
    return {status: _problem(status) for status in statuses}


def accepts(model: type[BaseModel], *, required: bool = True, merge: bool = False) -> dict[str, Any]:
    """The body of a route, for its ``openapi_extra``."""
    schema = {"schema": {"$ref": _COMPONENTS + model.__name__}}
    media = ("application/json", "application/merge-patch+json") if merge else ("application/json",)
    return {"requestBody": {"required": required, "content": dict.fromkeys(media, schema)}}


def streams(*events: str) -> dict[int | str, dict[str, Any]]:
    """The streaming answer of a route, for its ``responses``."""
    sse = "".join(f"id: {_EVENTS[name][2]}\nevent: {name}\ndata: {_EVENTS[name][0]}\n\n" for name in events)
    lines = "".join(f"{_EVENTS[name][0]}\n" for name in events)
    told = "; ".join(f"`{name}`: {_EVENTS[name][1]}" for name in events)
    text = {"type": "string"}
    return {
        200: {
            "description": f"Server-sent events, or with `Accept: application/x-ndjson` the same objects, a line each. "
            f"{told}. Each event has an `id` that only grows; a comment every 15 s keeps the stream alive.",
            "content": {
                "text/event-stream": {"schema": text, "example": sse},
                "application/x-ndjson": {"schema": text, "example": lines},
            },
        }
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description."""
    described = get_openapi(
        title=app.title, version=app.version, summary=_SUMMARY, routes=app.routes, tags=app.openapi_tags
    )
    components = described.setdefault("components", {})
    _, definitions = models_json_schema(
        [(model, "validation") for model in _DESCRIBED],
        ref_template=_COMPONENTS + "{model}",
    )
    components.setdefault("schemas", {}).update(definitions["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "`runix token` prints it."}
    }
    described["security"] = [{"token": []}]
    for path in described["paths"].values():
        for operation in path.values():
            _complete(operation)
    return described


def operation_id(route: APIRoute) -> str:
    """An operation is named by its function."""
    return route.name


def _complete(operation: dict[str, Any]) -> None:
    """The errors that every operation has, instead of FastAPI's own."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    if "201" in responses:
        responses["201"]["headers"] = _LOCATION
    if operation.get("security") != []:
        responses["401"] = _problem(401)
    responses["421"] = _problem(421)
    operation["responses"] = dict(sorted(responses.items()))


def _problem(status: int) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": _COMPONENTS + Problem.__name__}}
    if status == 422:
        content["example"] = _EXAMPLE
    return {"description": _WHEN[status], "content": {MEDIA_TYPE: content}}
