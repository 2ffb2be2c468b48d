"""The app: routes, errors, guards, put together around an orchestrator."""

from collections.abc import Iterable, Sequence

from fastapi import FastAPI

from runix_tui.api import openapi, problems
from runix_tui.api.auth import Guard, Token
from runix_tui.api.limits import BodyLimit
from runix_tui.api.routes import activity, deployments, docs, events, health, installation, logs, projects
from runix_tui.api.sse import Streams
from runix_tui.deploy.orchestrator import Orchestrator

INSTANCE_TYPES = ("starter", "standard", "pro")
_TAGS = [
    {"name": "deployments", "description": "Running services: create, change, redeploy, roll back, delete."},
    {"name": "logs", "description": "Build and run-time logs as streams that can be resumed."},
    {"name": "projects", "description": "Groups of deployments with one network."},
    {"name": "events", "description": "Every state change, and everything that is done, as it happens."},
    {"name": "installation", "description": "The machine's health and the user's settings."},
    {"name": "health", "description": "The installation itself."},
]


def create_app(
    orchestrator: Orchestrator,
    *,
    token: Token,
    allowed_hosts: Iterable[str] = (),
    version: str,
    instance_types: Sequence[str] = INSTANCE_TYPES,
) -> FastAPI:
    """The API over ``orchestrator``, for who shows ``token``.

    ``allowed_hosts`` are values of the Host header that are answered beside the loopback names with the bound port:
    with a port exactly those, without one on any. ``instance_types`` are the sizes that a deployment may have.
    """
    app = FastAPI(
        title="Runix",
        version=version,
        openapi_tags=_TAGS,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=openapi.operation_id,
    )
    app.state.orchestrator = orchestrator
    app.state.instance_types = tuple(instance_types)
    app.state.streams = Streams()
    for room in (deployments, logs, projects, events, activity, installation, health, docs):
        app.include_router(room.router)
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Guard, token=token, allowed_hosts=allowed_hosts, version=version)  # the outermost
    return app
