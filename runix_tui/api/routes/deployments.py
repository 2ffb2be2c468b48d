"""``/deployments``: what there is, and what can be done with it. Its logs are in ``logs``."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic_core import PydanticCustomError

from runix_tui.api import rules, views
from runix_tui.api.doors import Door, body_of, no_body, unless_gone
from runix_tui.api.fields import fault_of, field_errors
from runix_tui.api.openapi import accepts, fails
from runix_tui.api.queries import DeploymentId, DeploymentIds, Number, ProjectFilter, Reveal, StatusFilter
from runix_tui.api.schemas import DeploymentPatch, NewDeployment, PlanFor, RollbackTo
from runix_tui.core import wire
from runix_tui.core.requests import ChangeRequest, DeploymentView
from runix_tui.errors import Conflict

router = APIRouter(tags=["deployments"])


@router.get("/deployments", summary="List deployments", responses=fails(422))
async def list_deployments(
    door: Door, status: StatusFilter = None, project_id: ProjectFilter = None
) -> list[wire.Deployment]:
    """All deployments, oldest first, or those of one status or project."""
    return [views.deployment(view) for view in door.deployments(status=status, project_id=project_id)]


@router.post(
    "/deployments",
    status_code=201,
    summary="Create a deployment",
    openapi_extra=accepts(NewDeployment),
    responses=fails(400, 409, 413, 415, 422, 503),
)
async def create_deployment(
    door: Door, response: Response, body: Annotated[NewDeployment, body_of(NewDeployment)]
) -> wire.DeploymentDetails:
    """Fetch the repository, plan, build and start it. The answer comes at once; `/build-stream` and `/events` tell how
    it goes."""
    view = await door.create(body.request())
    response.headers["Location"] = f"/deployments/{view.deployment.id}"
    return views.details(view, None)


@router.get("/deployments/{deployment_id}", summary="Read a deployment", responses=fails(404))
async def get_deployment(door: Door, deployment_id: DeploymentId, reveal: Reveal = False) -> wire.DeploymentDetails:
    """Status, URL, configuration and resource usage. Values of `env` are masked unless `reveal=true`."""
    return await _details(door, door.get(deployment_id), reveal=reveal)


@router.patch(
    "/deployments/{deployment_id}",
    summary="Change the configuration",
    openapi_extra=accepts(DeploymentPatch, merge=True),
    responses=fails(400, 404, 409, 413, 415, 422, 503),
)
async def change_deployment(
    door: Door, deployment_id: DeploymentId, body: Annotated[DeploymentPatch, body_of(DeploymentPatch)]
) -> wire.DeploymentDetails:
    """A JSON merge patch (RFC 7396). Answers at once; what runs is replaced without downtime as a new version. A change
    of `branch` alone replaces nothing: the next redeploy takes it."""
    present = door.get(deployment_id).deployment.config.env
    change = body.request(present)
    _check_merged(change, {key: value.reveal() for key, value in present.items()})
    return await _details(door, await door.change(deployment_id, change))


@router.delete(
    "/deployments/{deployment_id}", status_code=204, summary="Delete a deployment", responses=fails(404, 503)
)
async def delete_deployment(door: Door, deployment_id: DeploymentId) -> None:
    """Stop and remove it with everything of its own: containers, images, volumes, route, logs. Cannot be undone."""
    await door.delete(deployment_id)


@router.post(
    "/deployments/{deployment_id}/redeploy",
    status_code=202,
    summary="Build and deploy the newest commit",
    dependencies=[no_body],
    responses=fails(404, 409, 503),
)
async def redeploy(door: Door, deployment_id: DeploymentId) -> wire.Accepted:
    """Behind a running build it is queued, and supersedes what was queued. What serves goes on until the new version
    is healthy."""
    return _accepted(await door.redeploy(deployment_id))


@router.post(
    "/deployments/{deployment_id}/rollback",
    summary="Go back to an earlier version",
    openapi_extra=accepts(RollbackTo, required=False),
    responses=fails(400, 404, 409, 413, 415, 422, 503),
)
async def rollback(
    door: Door, deployment_id: DeploymentId, body: Annotated[RollbackTo, body_of(RollbackTo, optional=True)]
) -> wire.RolledBack:
    """Start a stored image with its stored configuration, without building. Cancels a running build; answers when the
    old version serves. When it cannot, 409 with `no_previous_version`, `image_gone` or `not_healthy`, and what served
    still serves."""
    view = await door.rollback(deployment_id, body.version)
    return wire.RolledBack(id=view.deployment.id, status=view.status, message="Rolled back successfully")


@router.post(
    "/deployments/{deployment_id}/cancel",
    status_code=202,
    summary="Cancel a build",
    dependencies=[no_body],
    responses=fails(404, 409),
)
async def cancel(door: Door, deployment_id: DeploymentId) -> wire.Accepted:
    """A running build really stops. 409 when there is nothing to cancel."""
    return _accepted(await door.cancel(deployment_id))


@router.post(
    "/deployments/{deployment_id}/stop", summary="Stop", dependencies=[no_body], responses=fails(404, 409, 503)
)
async def stop(door: Door, deployment_id: DeploymentId) -> wire.DeploymentDetails:
    """Answers when it has stopped; a running build is cancelled."""
    return await _details(door, await door.stop(deployment_id))


@router.post(
    "/deployments/{deployment_id}/start", summary="Start", dependencies=[no_body], responses=fails(404, 409, 503)
)
async def start(door: Door, deployment_id: DeploymentId) -> wire.DeploymentDetails:
    """Start a stopped service; answers when it serves."""
    return await _details(door, await door.start(deployment_id))


@router.post(
    "/deployments/{deployment_id}/run",
    status_code=202,
    summary="Run a cron job now",
    dependencies=[no_body],
    responses=fails(404, 409),
)
async def run(door: Door, deployment_id: DeploymentId) -> wire.Accepted:
    """Cron jobs only; others 409."""
    view = door.get(deployment_id)
    raise Conflict(
        f"{view.deployment.name} is a {view.deployment.service_type.value}, not a cron job",
        hint="Only cron jobs are run by hand; this release has none yet.",
        code="not_a_cron_job",
    )


@router.get("/deployments/{deployment_id}/connection", summary="Connection details", responses=fails(404, 409))
async def connection(door: Door, deployment_id: DeploymentId) -> wire.Connection:
    """Databases only; others 409. The answer holds secrets."""
    view = door.get(deployment_id)
    raise Conflict(
        f"{view.deployment.name} is a {view.deployment.service_type.value}, not a database",
        hint="Only databases have connection details; this release has none yet.",
        code="not_a_database",
    )


@router.get("/deployments/{deployment_id}/shell", summary="A shell inside", responses=fails(404, 409, 503))
async def shell(door: Door, deployment_id: DeploymentId) -> wire.Shell:
    """What to run in a terminal of the server's machine for a shell in the running container. 409 with `not_running`
    when nothing runs."""
    found = await door.shell(deployment_id)
    return wire.Shell(command=list(found.command), environment=dict(found.environment))


@router.get("/deployments/{deployment_id}/history", summary="List versions", responses=fails(404))
async def history(door: Door, deployment_id: DeploymentId) -> list[wire.HistoryEntry]:
    """Newest first; rollbacks are entries of their own."""
    return [views.history_entry(version) for version in door.history(deployment_id)]


@router.get("/deployments/{deployment_id}/versions/{number}", summary="Read a version", responses=fails(404))
async def get_version(
    door: Door, deployment_id: DeploymentId, number: Number, reveal: Reveal = False
) -> wire.VersionDetails:
    """Dockerfile, plan, where each choice came from, full commit, stages with times."""
    return views.version_details(door.version(deployment_id, number), reveal=reveal)


@router.post(
    "/plan",
    summary="Plan without deploying",
    openapi_extra=accepts(PlanFor),
    responses=fails(400, 409, 413, 415, 422, 503),
)
async def plan(request: Request, door: Door, body: Annotated[PlanFor, body_of(PlanFor)]) -> wire.Planned:
    """Fetch the repository and say what would be built, and why; nothing is stored or built, and no engine is needed.
    409 with the codes of a version's `error` when it cannot be planned, 503 with `busy` while too many are asked for.
    Ends when the client hangs up."""
    return views.planned(await unless_gone(request, door.preview(body.request())))


@router.get("/usage", summary="Resource usage", responses=fails(422))
async def usage(door: Door, deployment_ids: DeploymentIds = ()) -> list[wire.Usage]:
    """What those deployments use that run now, of those named (default: all); cheap enough to ask every second. Empty
    while the engine is away."""
    return [views.usage(key, found) for key, found in (await door.usage(deployment_ids)).items()]


async def _details(door: Door, view: DeploymentView, *, reveal: bool = False) -> wire.DeploymentDetails:
    used = await door.usage([view.deployment.id]) if view.serving else {}
    return views.details(view, used.get(view.deployment.id), reveal=reveal)


def _accepted(view: DeploymentView) -> wire.Accepted:
    return wire.Accepted(id=view.deployment.id, status=view.status)


def _check_merged(change: ChangeRequest, present: dict[str, str]) -> None:
    """That the environment is not too large once the change is merged. Raises ``InvalidRequest``."""
    merged = present | {key: value.reveal() if value else "" for key, value in change.env.items()}
    removed = {key for key, value in change.env.items() if value is None}
    try:
        rules.env_total({key: text for key, text in merged.items() if key not in removed})
    except PydanticCustomError as error:
        raise field_errors([fault_of(("env",), error)]) from error
