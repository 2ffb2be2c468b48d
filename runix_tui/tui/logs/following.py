"""One log, from wherever a reader is to its end, over broken connections: nothing lost, nothing repeated."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from runix_tui.errors import Unavailable
from runix_tui.tui.logs.entries import without
from runix_tui.tui.logs.source import LogKind, LogSource, Member

if TYPE_CHECKING:
    from runix_tui.client import AsyncClient
    from runix_tui.client.lines import LogChunk

Streams = Callable[[], Awaitable["AsyncClient"]]
"""Gives the streams of the server, once it is reached; ask again after each loss."""

AT_FIRST = 2000  # lines of a run-time log that are asked for at once; older ones are fetched when they are wanted
PAUSES = (0.1, 0.25, 0.5, 1.0, 2.0)  # seconds between two tries without anything new


async def follow(
    source: LogSource, member: Member, streams: Streams, lost: Callable[[bool], None], *, seen: int | None = None
) -> AsyncGenerator["LogChunk", None]:
    """The chunks of a member's log, those after the seq ``seen`` or else the newest; ends with the build. ``lost``
    hears whether the connection is away.

    Raises ``NotFound`` when there is no such log (any more), and what else the API refuses.
    """
    vain = 0
    while True:
        client = await streams()
        with suppress(Unavailable):
            async with aclosing(_open(client, source, member, seen, lambda: lost(False))) as chunks:
                async for chunk in chunks:
                    data = chunk.data if seen is None else without(chunk.data, seen)
                    vain = 0
                    seen = chunk.last if seen is None else max(seen, chunk.last)
                    if data:
                        yield type(chunk)(data, seen, chunk.ended)
                    if chunk.ended and source.kind is LogKind.BUILD:
                        return
        lost(True)
        await asyncio.sleep(PAUSES[min(vain, len(PAUSES) - 1)])
        vain += 1


def _open(
    client: "AsyncClient", source: LogSource, member: Member, seen: int | None, begun: Callable[[], None]
) -> AsyncGenerator["LogChunk", None]:
    if source.kind is LogKind.BUILD:
        return client.build_log(member.id, version=source.version, after=seen, begun=begun)
    return client.logs(member.id, tail=AT_FIRST, after=seen, begun=begun)
