"""What every route needs of the app: the orchestrator behind it and what the checks know."""

from collections.abc import Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from runix_tui.api import bodies
from runix_tui.api.bodies import Model
from runix_tui.api.schemas import Nothing, Surroundings
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import NotFound


def _orchestrator(request: Request) -> Orchestrator:
    return cast(Orchestrator, request.app.state.orchestrator)


Door = Annotated[Orchestrator, Depends(_orchestrator)]


def body_of(model: type[Model], *, optional: bool = False) -> Any:
    """A dependency: the request's body, checked as ``model``. ``optional``: no body is the model's defaults."""

    async def checked(request: Request) -> Model:
        return await bodies.read(request, model, context=_surroundings(request), optional=optional)

    return Depends(checked)


no_body = body_of(Nothing, optional=True)
"""A dependency: that the request has no body, or an empty object."""


def _surroundings(request: Request) -> Surroundings:
    orchestrator = _orchestrator(request)
    return Surroundings(request.app.state.instance_types, _project_exists(orchestrator), orchestrator.check_repo_url)


def _project_exists(orchestrator: Orchestrator) -> Callable[[str], bool]:
    def exists(project_id: str) -> bool:
        try:
            orchestrator.project(project_id)
        except NotFound:
            return False
        return True

    return exists
