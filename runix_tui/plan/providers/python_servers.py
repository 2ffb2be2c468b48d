"""How a Python application is served: by a server that the repository's manifest names, never by one that rules add."""

from dataclasses import dataclass

from runix_tui.errors import PlanError
from runix_tui.plan.commands import SHELL
from runix_tui.plan.providers.python_apps import App

WSGI_SERVERS = ("gunicorn", "waitress", "uwsgi", "granian", "hypercorn")
ASGI_SERVERS = ("uvicorn", "hypercorn", "granian", "daphne", "gunicorn")
"""By how common they are; gunicorn serves ASGI only with uvicorn's worker."""

_BUNDLES = {"fastapi[standard]": "uvicorn", "fastapi[all]": "uvicorn", "litestar[standard]": "uvicorn"}
_OWN = {"quart": "hypercorn"}
"""Frameworks that depend on a server themselves."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start command and why it is this one."""

    argv: tuple[str, ...]
    reason: str
    confidence: float = 1.0


def shell(text: str) -> tuple[str, ...]:
    """The argv of shell text: the port is known when the service starts, so the shell puts it in."""
    return (*SHELL, text)


def server_of(app: App, packages: frozenset[str]) -> str | None:
    """The server among a project's packages that can serve the application."""
    for server in ASGI_SERVERS if app.asgi else WSGI_SERVERS:
        if server in packages and not (server == "gunicorn" and app.asgi):
            return server
    bundled = next((server for extra, server in _BUNDLES.items() if extra in packages), None)
    return bundled or _OWN.get(app.framework)


def start(app: App, packages: frozenset[str], *, gunicorn_conf: bool = False) -> Start:
    """The start command of an application. Raises ``PlanError`` (``no_server``) when nothing can serve it."""
    server = server_of(app, packages)
    where = f"{app.framework} {'factory' if app.factory else 'object'} {app.variable} in {app.module}"
    if server:
        text = _COMMANDS[server](app, gunicorn_conf)
        return Start(shell(f"exec {text}"), f"{where}, served by {server} of the manifest")
    if app.framework == "flask":
        text = f"exec flask --app {_target(app)} run --host 0.0.0.0 --port $PORT"
        return Start(shell(text), f"{where}; no server in the manifest, so Flask's own: add gunicorn", 0.8)
    raise PlanError(
        f"{app.source} has a {app.framework} application, and no manifest names a server for it",
        hint=f"Add {'uvicorn' if app.asgi else 'gunicorn'} to the dependencies, or set the service's command.",
        code="no_server",
        evidence=(
            f"{app.source}: {app.variable}",
            f"looked for: {', '.join(ASGI_SERVERS if app.asgi else WSGI_SERVERS)}",
        ),
    )


def _target(app: App) -> str:
    return f"{app.module}:{app.variable}"


def _called(app: App) -> str:
    """A target whose factory is called: in quotes, for the shell."""
    return f"'{_target(app)}()'" if app.factory else _target(app)


def _gunicorn(app: App, conf: bool) -> str:
    # One process and some threads, so that one slow request or stream does not stop the others at 0.5 CPU.
    threads = "" if conf else " --threads 8"
    return f"gunicorn --bind 0.0.0.0:$PORT{threads} --access-logfile - {_called(app)}"


def _uvicorn(app: App, conf: bool) -> str:
    return f"uvicorn --host 0.0.0.0 --port $PORT{' --factory' if app.factory else ''} {_target(app)}"


def _hypercorn(app: App, conf: bool) -> str:
    return f"hypercorn --bind 0.0.0.0:$PORT {_called(app)}"


def _waitress(app: App, conf: bool) -> str:
    return f"waitress-serve --listen=0.0.0.0:$PORT{' --call' if app.factory else ''} {_target(app)}"


def _uwsgi(app: App, conf: bool) -> str:
    return (
        f"uwsgi --http-socket 0.0.0.0:$PORT --master --enable-threads --threads 8 --die-on-term --module {_called(app)}"
    )


def _granian(app: App, conf: bool) -> str:
    interface = "asgi" if app.asgi else "wsgi"
    factory = " --factory" if app.factory else ""
    return f"granian --interface {interface} --host 0.0.0.0 --port $PORT{factory} {_target(app)}"


def _daphne(app: App, conf: bool) -> str:
    return f"daphne -b 0.0.0.0 -p $PORT {_target(app)}"


_COMMANDS = {
    "gunicorn": _gunicorn,
    "uvicorn": _uvicorn,
    "hypercorn": _hypercorn,
    "waitress": _waitress,
    "uwsgi": _uwsgi,
    "granian": _granian,
    "daphne": _daphne,
}
