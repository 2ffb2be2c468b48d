"""The front end's side of the API: reach the server, keep the fleet true by its events, come back after a loss.

Calls are made in threads, streams in the app's own event loop. Draws nothing.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message

from runix_tui.errors import RunixError, Unavailable
from runix_tui.tui.fleet import Fleet, Reach
from runix_tui.tui.link import Door, Link
from runix_tui.tui.messages import FleetChanged, ReachChanged, UsageChanged

if TYPE_CHECKING:
    from runix_tui.client import AsyncClient, Client
    from runix_tui.core.wire import DeploymentEvent, Removed

AGAIN = 0.25  # seconds between two tries to reach the server
HEALTH_EVERY = 15.0  # seconds
USAGE_EVERY = 2.0  # seconds; only while somebody looks

Result = TypeVar("Result")


class Connection:
    """One server at a time. ``tell`` takes messages for the app; ``looked_at`` the ids whose figures are on screen."""

    def __init__(
        self, link: Link, fleet: Fleet, tell: Callable[[Message], object], looked_at: Callable[[], list[str]]
    ) -> None:
        self.door: Door | None = None
        self.reach = Reach.CONNECTING
        self._link = link
        self._fleet = fleet
        self._tell = tell
        self._looked_at = looked_at
        self._calls: Client | None = None
        self._streams: AsyncClient | None = None
        self._up = asyncio.Event()

    async def run(self) -> None:
        """Reach the server and follow it, for ever. Cancel it to end."""
        try:
            while True:
                try:
                    await self._once()
                    why = "The server ended"
                except RunixError as error:
                    why = error.message if not error.hint else f"{error.message}. {error.hint}"
                self._lost(why)
                await asyncio.sleep(AGAIN)
        finally:
            await self._close()

    async def call(self, work: "Callable[[Client], Result]") -> Result:
        """A call of the API, made in a thread; waits for the server when it is not reached yet.

        Raises ``RunixError``.
        """
        if self.reach is Reach.CONNECTING:
            await self._up.wait()
        client = self._calls
        if client is None:
            raise Unavailable("The server is away", hint="It is being reached again; then try once more.")
        return await asyncio.to_thread(work, client)

    async def streams(self) -> "AsyncClient":
        """The streams of the server, once it is reached."""
        await self._up.wait()
        assert self._streams is not None  # noqa: S101 - set before the event, unset after it is cleared
        return self._streams

    async def _once(self) -> None:
        """From reaching a server to losing it."""
        await self._close()
        self.door = door = await asyncio.to_thread(self._link.connect)
        await self._open(door)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._follow())
            watching = [tasks.create_task(self._health()), tasks.create_task(self._usage())]
            await following
            for task in watching:
                task.cancel()

    async def _open(self, door: Door) -> None:
        def clients() -> "tuple[Client, AsyncClient]":
            from runix_tui.client import AsyncClient, Client

            return Client(door.url, door.token), AsyncClient(door.url, door.token)

        self._calls, self._streams = await asyncio.to_thread(clients)

    async def _follow(self) -> None:
        """The events of one server, from its first word to its last."""
        assert self._streams is not None  # noqa: S101 - opened before
        events = self._streams.events()
        async with contextlib.aclosing(events):
            first = asyncio.ensure_future(anext(events, None))  # subscribed before the list is read: nothing is missed
            try:
                await self._read_all()
                self._reached()
                change = await first
            finally:
                first.cancel()
            while change is not None:
                await self._apply(change)
                change = await anext(events, None)

    async def _read_all(self) -> None:
        client = self._client()
        deployments, projects = await asyncio.gather(
            asyncio.to_thread(client.deployments), asyncio.to_thread(client.projects)
        )
        self._fleet.replace(deployments, projects)
        self._tell(FleetChanged(None))

    async def _apply(self, change: "DeploymentEvent | Removed") -> None:
        from runix_tui.core.wire import Removed

        if isinstance(change, Removed):
            self._fleet.drop(change.id)
        elif self._fleet.put(change):
            projects = await asyncio.to_thread(self._client().projects)
            self._fleet.projects = {each.id: each.name for each in projects}
        self._tell(FleetChanged(frozenset({change.id})))

    async def _health(self) -> None:
        while True:
            with contextlib.suppress(Unavailable):
                self._fleet.health = await asyncio.to_thread(self._client().health)
                self._tell(ReachChanged(self.reach))
            await asyncio.sleep(HEALTH_EVERY)

    async def _usage(self) -> None:
        await self._up.wait()
        while True:
            wanted = self._looked_at()
            if wanted:
                with contextlib.suppress(RunixError):
                    self._fleet.figures(await asyncio.to_thread(self._client().usage, wanted))
                    self._tell(UsageChanged())
            await asyncio.sleep(USAGE_EVERY)

    def _client(self) -> "Client":
        if self._calls is None:
            raise Unavailable("The server is away", hint="It is being reached again.")
        return self._calls

    def _reached(self) -> None:
        self.reach = Reach.UP
        self._up.set()
        self._tell(ReachChanged(Reach.UP))

    def _lost(self, why: str) -> None:
        self._up.clear()
        self.reach = Reach.AWAY
        self._tell(ReachChanged(Reach.AWAY, why))

    async def _close(self) -> None:
        calls, self._calls = self._calls, None
        streams, self._streams = self._streams, None
        if streams is not None:
            await streams.close()
        if calls is not None:
            calls.close()
