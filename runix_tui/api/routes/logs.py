"""``/logs`` and ``/build-stream`` of a deployment: server-sent events or NDJSON, from where the reader left off."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from runix_tui.api.doors import Door
from runix_tui.api.openapi import fails, streams
from runix_tui.api.queries import DEFAULT_TAIL, Before, BuildVersion, DeploymentId, Follow, Since, Tail, last_event_id
from runix_tui.api.sse import stream_log

router = APIRouter(tags=["logs"])

LastEventId = Annotated[str | None, Header(description="Resume after this event, with nothing lost or repeated.")]


@router.get(
    "/deployments/{deployment_id}/logs",
    summary="Stream the run-time log",
    response_class=Response,
    responses=streams("log", "gap") | fails(404, 422),
)
async def logs(  # noqa: PLR0917 - FastAPI calls it by keyword
    request: Request,
    door: Door,
    deployment_id: DeploymentId,
    tail: Tail = DEFAULT_TAIL,
    since: Since = None,
    follow: Follow = True,
    before: Before = None,
    last_event_id_header: Annotated[LastEventId, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Goes on over redeploys, restarts and while stopped; ends when the deployment is deleted."""
    door.get(deployment_id)
    after = last_event_id(last_event_id_header)
    batches = door.logs(deployment_id, after=after, tail=tail, since=since, follow=follow, before=before)
    return await stream_log(request, batches)


@router.get(
    "/deployments/{deployment_id}/build-stream",
    summary="Stream a build's log",
    response_class=Response,
    responses=streams("log", "stage", "gap", "end")
    | fails(404, 422)
    | {204: {"description": "The reader has seen the end."}},
)
async def build_stream(  # noqa: PLR0917 - FastAPI calls it by keyword
    request: Request,
    door: Door,
    deployment_id: DeploymentId,
    version: BuildVersion = None,
    follow: Follow = True,
    last_event_id_header: Annotated[LastEventId, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """From the build's first line to its `end` event, also after it ended. Resuming at or after the end answers 204."""
    door.get(deployment_id)
    if version is not None:
        door.version(deployment_id, version)
    after = last_event_id(last_event_id_header)
    if after is not None and door.build_log_ended(deployment_id, version=version, after=after):
        return Response(status_code=204)
    return await stream_log(request, door.build_log(deployment_id, version=version, after=after, follow=follow))
