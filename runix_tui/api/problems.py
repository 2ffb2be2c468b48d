"""Errors as ``application/problem+json``: ours, the framework's, and those nobody foresaw. Never a stack trace."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from runix_tui.api.fields import field_errors
from runix_tui.core.wire import Problem, WrongField
from runix_tui.errors import (
    DeployError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Refused,
    RunixError,
    Unauthorized,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"  # seconds; about what the engine's service takes to come back
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

_log = logging.getLogger(__name__)

_HINTS = {
    400: "Send what /docs describes.",
    401: "Send the header 'Authorization: Bearer TOKEN'; `runix token` prints the token.",
    404: "`runix status` and GET /deployments list what there is; /docs lists the addresses.",
    405: "The header Allow says which methods this address has.",
    409: "Look at the deployment's state and history, then try again.",
    413: "A request has at most 1 MiB.",
    415: "Send JSON, with the header 'Content-Type: application/json'.",
    421: "Ask by 127.0.0.1, localhost or [::1] with the right port, or name this host in api.allowed_hosts.",
    422: "Correct what is named; `runix COMMAND --help` and the API's /docs describe it.",
    503: "`runix doctor` says what is missing.",
}
_LAST_HINT = "The server's log says more; `runix doctor` checks the installation."


def problem_of(error: RunixError) -> Problem:
    """An error of ours as the API shows it; its hint is never empty."""
    wrong = error.errors if isinstance(error, InvalidRequest) else ()
    return Problem(
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code,
        detail=plain(error.message),
        hint=plain(error.hint) or _HINTS.get(error.status, _LAST_HINT),
        errors=[WrongField(path=plain(one.path), message=plain(one.message)) for one in wrong] or None,
        evidence=[plain(line) for line in error.evidence] or None if isinstance(error, DeployError) else None,
    )


def plain(text: str) -> str:
    """``text`` that UTF-8 can carry: a lone surrogate (from a file name, a commit, a log) becomes ``?``."""
    return text.encode("utf-8", "replace").decode("utf-8")


def respond(error: RunixError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that says what went wrong."""
    more = dict(headers or {})
    if isinstance(error, Unauthorized):
        more.setdefault("WWW-Authenticate", 'Bearer realm="runix"')
    if isinstance(error, Unavailable):
        more.setdefault("Retry-After", RETRY_AFTER)
    body = problem_of(error).model_dump_json(exclude_none=True)
    return Response(body, status_code=error.status, headers=more, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Have every error of ``app`` answered as a problem."""
    app.add_exception_handler(RunixError, _ours)
    app.add_exception_handler(HTTPException, _frameworks)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, RunixError)  # noqa: S101 - what the registration above promises
    if error.status >= 500 and not isinstance(error, Unavailable):
        _log.error("%s %s: %s", request.method, request.url.path, error.message)
    return respond(error)


async def _frameworks(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return respond(NotFound(f"There is nothing at {request.url.path}"))
    if error.status_code == 405:
        allowed = ", ".join(_methods(request))
        return respond(MethodNotAllowed(f"{request.method} is not a method of this address"), {"Allow": allowed})
    return respond(Refused(str(error.detail)))


async def _parameters(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = error.errors()
    if any(fault["loc"][0] == "path" for fault in faults):
        return respond(NotFound("No such thing: this is not an id or a version"))
    return respond(field_errors(faults, skip=1))


async def _unforeseen(request: Request, _error: Exception) -> Response:
    """Starlette raises the error again after this answer, so that the server's log has the trace."""
    return respond(RunixError(f"Runix failed at {request.method} {request.url.path}", code="internal"))


def _methods(request: Request) -> list[str]:
    """The methods that the request's address has (HEAD wherever GET is)."""
    found = [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.router.routes
        )
    ]
    if "GET" in found and "HEAD" not in found:
        found.insert(found.index("GET") + 1, "HEAD")
    return found
