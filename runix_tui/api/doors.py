"""What every route needs of the app: the orchestrator behind it and what the checks know."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request

from runix_tui.api import bodies
from runix_tui.api.bodies import Model
from runix_tui.api.schemas import Nothing, Surroundings
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import NotFound, Refused


def _orchestrator(request: Request) -> Orchestrator:
    return cast(Orchestrator, request.app.state.orchestrator)


Answer = TypeVar("Answer")
Door = Annotated[Orchestrator, Depends(_orchestrator)]


def body_of(model: type[Model], *, optional: bool = False) -> Any:
    """A dependency: the request's body, checked as ``model``. ``optional``: no body is the model's defaults."""

    async def checked(request: Request) -> Model:
        return await bodies.read(request, model, context=_surroundings(request), optional=optional)

    return Depends(checked)


no_body = body_of(Nothing, optional=True)
"""A dependency: that the request has no body, or an empty object."""


async def unless_gone(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer:
    """What ``work`` gives; it is cancelled when the client hangs up. The request's body must have been read."""
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Refused("The client hung up", code="gone")
        return working.result()
    finally:
        for task in (working, gone):
            task.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


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
