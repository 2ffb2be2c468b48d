"""``/activity``: what Runix does and was asked to do, for people who want to see it."""

from fastapi import APIRouter, Request, Response

from runix_tui.api import views
from runix_tui.api.doors import Door
from runix_tui.api.openapi import fails, streams
from runix_tui.api.queries import Entries, Follow
from runix_tui.api.sse import Chunks, Ids, encode_event, respond, wants_ndjson
from runix_tui.core.activity import ActivityEntry

router = APIRouter(tags=["events"])

DEFAULT_TAIL = 200

_ids = Ids()


@router.get(
    "/activity", summary="Stream what is done", response_class=Response, responses=streams("activity") | fails(422)
)
async def activity(request: Request, door: Door, tail: Entries = DEFAULT_TAIL, follow: Follow = True) -> Response:
    """Stages, what was asked for, and what the engine, git and the gateway were told to do. An entry that ends comes
    again with the same `id` in its data. Reads are told only when they were slow or failed."""
    ndjson = wants_ndjson(request)
    entries = door.activity(tail=tail, follow=follow)
    return await respond(request, Chunks(entries, _as_line if ndjson else _as_event), ndjson=ndjson)


def _as_event(entry: ActivityEntry) -> bytes:
    return encode_event(_ids.next(), "activity", views.activity(entry).model_dump_json())


def _as_line(entry: ActivityEntry) -> bytes:
    return views.activity(entry).model_dump_json().encode() + b"\n"
