"""The engine's events about containers of this home: hints that something changed, never the truth about it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from runix_tui.core import labels
from runix_tui.core.events import EngineEvent
from runix_tui.engine.connection import Connection, Json
from runix_tui.errors import Unavailable

_NANO = 10**9


async def container_events(connection: Connection, home_id: str) -> AsyncIterator[EngineEvent]:
    """Events as they happen; ends when the engine goes away. Raises ``Unavailable`` when it cannot be reached."""
    await connection.expect("GET", "/_ping", "follow its events")  # brings our own engine back if need be
    filters = json.dumps({"type": ["container"], "label": [f"{labels.HOME}={home_id}"]})
    try:
        async with connection.stream(
            "GET", "/events", "follow its events", params={"stream": "true", "filters": filters}
        ) as response:
            async for line in response.content:
                if event := parse_event(line):
                    yield event
    except Unavailable:
        return


def parse_event(line: bytes) -> EngineEvent | None:
    """One line of the stream; None for what is not about a container."""
    if not line.strip():
        return None
    event: Json = json.loads(line)
    if event.get("Type") != "container":
        return None
    action = str(event["Action"])
    code = event["Actor"].get("Attributes", {}).get("containerExitCode") if action == "died" else None
    return EngineEvent(
        str(event["Actor"]["ID"]), action, _time(event), int(code) if code is not None and code != "" else None
    )


def _time(event: Json) -> datetime:
    nanoseconds = event.get("timeNano") or int(event.get("time", 0)) * _NANO
    return datetime.fromtimestamp(nanoseconds / _NANO, UTC)
