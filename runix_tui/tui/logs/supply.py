"""Where the lines of one log come from: newer ones as they are written, older ones page by page."""

from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Protocol

from runix_tui.tui.logs.entries import seq_of
from runix_tui.tui.logs.following import Streams, follow
from runix_tui.tui.logs.source import LogKind, LogSource, Member

if TYPE_CHECKING:
    from runix_tui.client import AsyncClient

PAGE = 20_000  # older lines fetched at once
PAGE_BYTES = 16 * 1024**2  # of them in memory


class Supply(Protocol):
    """Stored lines of a log, whole ones. Both raise what the API refuses, ``older`` also ``Unavailable``."""

    def newer(self, lost: Callable[[bool], None]) -> AsyncGenerator[bytes, None]:
        """What is shown first, then what is written, until the log ends; ``lost`` hears whether the server is away.

        Called again, it goes on where it was left. Lines count as taken once the next ones are asked for: those that
        were given last and not taken come again.
        """
        ...

    async def older(self) -> bytes:
        """The lines before all that were given so far, oldest first; empty when there is none."""
        ...


class One:
    """The log of one deployment."""

    def __init__(self, source: LogSource, streams: Streams) -> None:
        self._source = source
        self._streams = streams
        self._first: int | None = None  # the oldest seq that was taken
        self._last: int | None = None  # the newest one

    async def newer(self, lost: Callable[[bool], None]) -> AsyncGenerator[bytes, None]:
        """Its newest lines, then what is written."""
        member = self._source.members[0]
        async with aclosing(follow(self._source, member, self._streams, lost, seen=self._last)) as chunks:
            async for chunk in chunks:
                yield chunk.data
                self._last = chunk.last  # not before: who did not come back for more took nothing
                if self._first is None:
                    self._first = seq_of(chunk.data)

    async def older(self) -> bytes:
        """One page."""
        if self._first is None or self._source.kind is LogKind.BUILD:
            return b""
        data = await page(await self._streams(), self._source.members[0], PAGE, before=self._first)
        if data:
            self._first = seq_of(data)
        return data


async def page(client: "AsyncClient", member: Member, size: int, before: int | None = None) -> bytes:
    """The newest ``size`` lines of a run-time log, or those before a seq; of very long ones fewer."""
    held: deque[bytes] = deque()
    total = 0
    async for chunk in client.logs(member.id, tail=size, follow=False, before=before):
        held.append(chunk.data)
        total += len(chunk.data)
        while total > PAGE_BYTES and len(held) > 1:  # the rest is the next page's
            total -= len(held.popleft())
    return b"".join(held)
