"""What comes back over HTTP, as values of ``core.wire`` or as errors of ``runix_tui.errors``. No connection here."""

import contextlib
import json
from collections.abc import Iterator
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from runix_tui import __version__
from runix_tui.core.wire import Problem
from runix_tui.errors import (
    Conflict,
    DeployError,
    FieldError,
    InvalidRequest,
    MethodNotAllowed,
    Misdirected,
    NotAvailableYet,
    NotFound,
    Refused,
    RunixError,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnsupportedMedia,
)

VERSION_HEADER = "Runix-Version"
JSON = {"Content-Type": "application/json"}
Shape = TypeVar("Shape")

_LASTING = frozenset({"engine_missing"})  # what does not pass by itself: trying again is no use
_KINDS: dict[int, type[RunixError]] = {
    kind.status: kind
    for kind in (Refused, Unauthorized, NotFound, MethodNotAllowed, Conflict, TooLarge, UnsupportedMedia, Misdirected)
}


def sent(body: object) -> bytes:
    """A request's body. Raises ``InvalidRequest`` for what is no JSON: a number without end, half a character."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, TypeError) as error:
        raise InvalidRequest(
            "This cannot be sent as JSON",
            hint="Names of folders and files must be UTF-8, numbers finite.",
        ) from error


def read(response: httpx.Response, shape: type[Shape]) -> Shape:
    """The answer as ``shape``. Raises what the server says is wrong."""
    check(response)
    try:
        return TypeAdapter(shape).validate_json(response.content)
    except ValidationError as error:
        raise _foreign(response) from error


def said(data: str, shape: type[Shape], server: str | None) -> Shape:
    """An event of a stream as ``shape``; ``server`` is the version of who said it."""
    try:
        return TypeAdapter(shape).validate_json(data)
    except ValidationError as error:
        hint = skew(server) or "It has the version of this program."
        raise RunixError("What the server tells is not understood", hint=hint, code="answer") from error


def check(response: httpx.Response) -> None:
    """Raises the error that the server answered with, if it did. The response must have been read."""
    if not response.is_success:
        raise error_of(response)


def error_of(response: httpx.Response) -> RunixError:
    """An answer that says what is wrong, as the error it was on the server."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return _foreign(response)
    code, hint = problem.code, problem.hint
    if problem.status == InvalidRequest.status:
        wrong = tuple(FieldError(one.path, one.message) for one in problem.errors or ())
        kind = NotAvailableYet if code == NotAvailableYet.default_code else InvalidRequest
        return kind(problem.detail, errors=wrong, hint=hint, code=code)
    if problem.status == Unavailable.status:
        return Unavailable(problem.detail, hint=hint, code=code, transient=code not in _LASTING)
    if problem.evidence:
        return DeployError(problem.detail, hint=hint, code=code, evidence=tuple(problem.evidence))
    return _KINDS.get(problem.status, RunixError)(problem.detail, hint=hint, code=code)


@contextlib.contextmanager
def reaching(url: str, http: httpx.Client | httpx.AsyncClient | None = None) -> Iterator[None]:
    """Inside, httpx's errors become ours, also that ``http`` was closed before or while it was asked."""
    try:
        yield
    except RuntimeError as error:
        if http is None or not http.is_closed:
            raise
        raise _gone(url) from error
    except httpx.TimeoutException as error:
        raise Unavailable(
            f"The server at {url} does not answer", code="server_slow", hint="Try again; `runix doctor` says more."
        ) from error
    except httpx.ConnectError as error:
        raise Unavailable(
            f"No server answers at {url}", code="server_away", hint="`runix serve --detach` starts one."
        ) from error
    except (httpx.TransportError, httpx.StreamError) as error:
        raise _gone(url) from error
    except httpx.InvalidURL as error:
        raise RunixError(f"{url!r} is not the address of a server", hint="Give it as http://127.0.0.1:7676.") from error


def _gone(url: str) -> Unavailable:
    return Unavailable(
        f"The connection to {url} broke", code="server_gone", hint="The server may have ended: try again."
    )


def skew(server: str | None, mine: str = __version__) -> str | None:
    """What to say when the server is of another version than this program; None when there is nothing to say."""
    if server is None or server == mine:
        return None
    older = "the server (`runix serve --stop`, then start it again)" if _number(server) < _number(mine) else "this one"
    return f"The server is Runix {server}, this program is {mine}: restart {older}."


def _number(version: str) -> list[int]:
    return [int(part) if part.isdecimal() else -1 for part in version.split(".")]


def _foreign(response: httpx.Response) -> RunixError:
    """What answers is no Runix, or one that this program does not understand."""
    if VERSION_HEADER in response.headers:
        said = skew(response.headers[VERSION_HEADER]) or "It has the version of this program."
        return RunixError(
            f"The answer of {response.url} is not understood (status {response.status_code})", hint=said, code="answer"
        )
    return RunixError(
        f"What answers at {response.url} is not Runix (status {response.status_code})",
        hint="Another program has that port: RUNIX_API_PORT chooses another one.",
        code="not_runix",
    )
