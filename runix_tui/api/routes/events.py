"""``/events``: every state change, for user interfaces."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from runix_tui.api import views
from runix_tui.api.doors import Door
from runix_tui.api.openapi import fails, streams
from runix_tui.api.queries import last_event_id
from runix_tui.api.sse import Chunks, Ids, encode_event, let_go, respond, wants_ndjson
from runix_tui.core import wire
from runix_tui.core.events import DeploymentChanged
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import NotFound

router = APIRouter(tags=["events"])

Change = wire.DeploymentEvent | wire.Removed


@router.get(
    "/events",
    summary="Stream state changes",
    response_class=Response,
    responses=streams("deployment", "removed") | fails(422),
)
async def events(
    request: Request,
    door: Door,
    last_event_id_header: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """`deployment` has the list form; `removed` says that one is gone. Who resumes gets the present state
    of every deployment first, so that no change is missed."""
    resumed = last_event_id(last_event_id_header) is not None
    ndjson = wants_ndjson(request)
    changes = _changes(door, door.events(), everything_first=resumed)
    return await respond(request, Chunks(changes, _as_line if ndjson else _as_event), ndjson=ndjson)


async def _changes(
    door: Orchestrator, changed: AsyncIterator[DeploymentChanged], *, everything_first: bool
) -> AsyncGenerator[Change, None]:
    """What each change leads to: the deployment as it is now."""
    try:
        if everything_first:
            for view in door.deployments():
                yield views.event(view)
        async for change in changed:
            yield _described(door, change)
    finally:
        await let_go(changed)


def _described(door: Orchestrator, change: DeploymentChanged) -> Change:
    try:
        return views.event(door.get(change.deployment_id))
    except NotFound:
        return wire.Removed(id=change.deployment_id)


_ids = Ids()


def _as_event(change: Change) -> bytes:
    name = "removed" if isinstance(change, wire.Removed) else "deployment"
    return encode_event(_ids.next(), name, change.model_dump_json())


def _as_line(change: Change) -> bytes:
    return change.model_dump_json().encode() + b"\n"
