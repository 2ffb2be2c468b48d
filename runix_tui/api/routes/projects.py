"""``/projects``: groups of deployments with one network."""

from typing import Annotated

from fastapi import APIRouter, Response

from runix_tui.api import views
from runix_tui.api.doors import Door, body_of
from runix_tui.api.openapi import accepts, fails
from runix_tui.api.queries import ProjectId
from runix_tui.api.schemas import NewProject
from runix_tui.core import wire

router = APIRouter(tags=["projects"])


@router.get("/projects", summary="List projects")
async def list_projects(door: Door) -> list[wire.Project]:
    """All projects, oldest first. The default project has no entry."""
    return [views.project(one) for one in door.projects()]


@router.post(
    "/projects",
    status_code=201,
    summary="Create a project",
    openapi_extra=accepts(NewProject),
    responses=fails(400, 409, 413, 415, 422),
)
async def create_project(
    door: Door, response: Response, body: Annotated[NewProject, body_of(NewProject)]
) -> wire.Project:
    """Its name must not be taken (409)."""
    made = door.create_project(body.name)
    response.headers["Location"] = f"/projects/{made.id}"
    return views.project(made)


@router.get("/projects/{project_id}", summary="Read a project", responses=fails(404))
async def get_project(door: Door, project_id: ProjectId) -> wire.Project:
    """One project."""
    return views.project(door.project(project_id))


@router.delete("/projects/{project_id}", status_code=204, summary="Delete a project", responses=fails(404, 409))
async def delete_project(door: Door, project_id: ProjectId) -> None:
    """A project with deployments is not deleted (409)."""
    await door.delete_project(project_id)
