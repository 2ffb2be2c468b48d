"""What the gateway itself answers: hosts without a route, and services that do not answer. Pure text.

Pages are self-contained and fixed: they reflect nothing of the request, list no services and name no server software.
"""

import base64
import hashlib
import html
import json
from dataclasses import dataclass
from http import HTTPStatus

from runix_tui.core.ports import Page

REFRESH = 2  # seconds after which the page of a starting service asks again

_STYLE = (
    ":root{color-scheme:light dark;font:1rem/1.6 system-ui,sans-serif}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center}"
    "main{max-width:34rem;padding:2rem}h1{margin:0 0 .5rem;font-size:1.5rem}p{margin:.5rem 0}"
    "code{font:0.9em ui-monospace,monospace;padding:.1em .35em;border:1px solid;border-radius:.3em}"
    "small{opacity:.75}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Headers of every page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One page: ``code`` is for programs; ``refresh`` is in seconds (None: ask no more), for browsers and programs."""

    status: int
    code: str
    title: str
    detail: str
    hint: str = ""
    command: str = ""
    refresh: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Its headers, but for the content's type and length."""
        return HEADERS | ({"Retry-After": str(self.refresh)} if self.refresh else {})


ANSWERS: dict[str, Answer] = {
    Page.STARTING: Answer(
        503,
        "starting",
        "Starting",
        "This service is being built or started.",
        hint=f"This page asks again every {REFRESH} seconds.",
        refresh=REFRESH,
    ),
    Page.FAILED: Answer(
        503,
        "failed",
        "This service did not start",
        "Its last deploy failed, and no earlier version serves.",
        hint="What went wrong, and what to do about it:",
        command="runix status NAME",
    ),
    Page.STOPPED: Answer(
        503,
        "stopped",
        "This service is stopped",
        "Whoever runs it stopped it.",
        hint="To have it serve again:",
        command="runix start NAME",
    ),
    "unknown": Answer(
        404,
        "unknown_host",
        "No service here",
        "No service of this Runix answers to this name.",
        hint="The names that there are:",
        command="runix status",
    ),
}
"""Pages of hosts that lead to no service, by name."""

ERRORS: dict[int, Answer] = {
    400: Answer(400, "bad_request", "Bad request", "The request is not valid HTTP, or names no host."),
    408: Answer(408, "request_timeout", "Request time-out", "The request did not arrive whole in time."),
    500: Answer(500, "gateway_error", "Gateway error", "The gateway could not handle this request."),
    502: Answer(
        502,
        "bad_gateway",
        "The service broke off",
        "It closed the connection without a valid answer.",
        hint="Its log says more:",
        command="runix logs NAME",
    ),
    503: Answer(
        503,
        "no_answer",
        "The service does not answer",
        "It refuses connections: it may have just crashed and be on its way back.",
        hint="Its log says more:",
        command="runix logs NAME",
        refresh=REFRESH,
    ),
    504: Answer(
        504,
        "gateway_timeout",
        "The service takes too long",
        "It accepted the request, but sent no answer in time.",
        hint="Its log says more:",
        command="runix logs NAME",
    ),
}
"""What HAProxy answers by itself, by status."""


def html_page(answer: Answer) -> str:
    """The page for people."""
    refresh = f'<meta http-equiv="refresh" content="{answer.refresh}">' if answer.refresh else ""
    hint = f"<p>{html.escape(answer.hint)}</p>" if answer.hint else ""
    command = f"<p><code>{html.escape(answer.command)}</code></p>" if answer.command else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"{refresh}<title>{html.escape(answer.title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{html.escape(answer.title)}</h1><p>{html.escape(answer.detail)}</p>{hint}{command}"
        f"<p><small>{answer.status}</small></p></main></body></html>\n"
    )


def json_page(answer: Answer) -> str:
    """The same as a problem document, for programs."""
    hint = " ".join(part for part in (answer.hint, answer.command) if part)
    fields = {"title": answer.title, "status": answer.status, "code": answer.code, "detail": answer.detail}
    return json.dumps(fields | ({"hint": hint} if hint else {})) + "\n"


def error_file(answer: Answer) -> str:
    """A whole HTTP response, as HAProxy's ``errorfile`` takes it."""
    body = html_page(answer)
    headers = answer.headers | {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body.encode())),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n{body}"


def files() -> dict[str, str]:
    """Every page file by its name."""
    found = {"400.html": html_page(ERRORS[400])}  # for requests that are valid HTTP, but not for us
    for name, answer in ANSWERS.items():
        found[f"{name}.html"] = html_page(answer)
        found[f"{name}.json"] = json_page(answer)
    return found | {f"{status}.http": error_file(answer) for status, answer in ERRORS.items()}
