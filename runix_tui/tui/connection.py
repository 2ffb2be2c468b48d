"""The front end's side of the API: reach the server, keep the fleet true by its events, come back after a loss.

Calls are made in threads, streams in the app's own event loop. Draws nothing.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message

from runix_tui.errors import RunixError, Unavailable
from runix_tui.tui.fleet import Fleet, Reach
from runix_tui.tui.link import Door, Link
from runix_tui.tui.messages import FleetChanged, HealthChanged, NoServer, ReachChanged, UsageChanged

if TYPE_CHECKING:
    from runix_tui.client import AsyncClient, Client
    from runix_tui.core.wire import DeploymentEvent, Removed

AGAIN, LATEST_AGAIN = 0.25, 2.0  # seconds between two tries to reach the server; doubled until the second
HEALTH_EVERY = 15.0  # seconds
HEALTH_SOON = 2.0  # while something is away
USAGE_EVERY = 2.0  # seconds; only while somebody looks
PATIENT_AT_ONCE = 8  # calls that wait for the engine
TAKEN_OVER = "The server that this window used has ended. This window runs the server now; services went on."
BACK = "The server is back; what is shown is true again."

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
        self._knocking = asyncio.Lock()  # a link takes one who connects at a time
        self._patient = ThreadPoolExecutor(PATIENT_AT_ONCE, "runix-patient")
        self._up = asyncio.Event()
        self._mended = asyncio.Event()
        self._skew: str | None = None
        self._news = ""

    async def run(self) -> None:
        """Reach the server and follow it, for ever. Cancel it to end."""
        pause = AGAIN
        try:
            while True:
                why = "The server ended"
                try:
                    if await self._knock():
                        await self._stay()
                except* RunixError as group:
                    why = _words(group)
                pause = AGAIN if self.reach is Reach.UP else min(LATEST_AGAIN, pause * 2)
                await self._lost(why)
                await asyncio.sleep(pause)
        finally:
            await self._close()

    def again(self) -> None:
        """Somebody mended what was in the way, and wants it tried once more."""
        self._mended.set()

    async def call(self, work: "Callable[[Client], Result]", *, patient: bool = False) -> Result:
        """A call of the API, made in a thread; waits for the server when it is not reached yet. ``patient``: one that
        may take minutes; such wait for each other, never others for them.

        Raises ``RunixError``.
        """
        if self.reach is Reach.CONNECTING:
            await self._up.wait()
        pool = self._patient if patient else None
        return await asyncio.get_running_loop().run_in_executor(pool, work, self._client())

    async def sure(self) -> None:
        """That what answers still is the server that holds this home, not who took its port after it ended.

        Raises ``RunixError``.
        """
        if await self._open_door() != self.door:
            raise Unavailable("Another server runs on this home now", hint="It is being reached; then try once more.")

    async def streams(self) -> "AsyncClient":
        """The streams of the server, once it is reached."""
        await self._up.wait()
        assert self._streams is not None  # noqa: S101 - set before the event, unset after it is cleared
        return self._streams

    # --- one server, from its first word to its last -----------------------------------------------------------------

    async def _knock(self) -> bool:
        """Have a server. False: none can be had before something is mended, which was said and waited for."""
        await self._close()
        before = self.door
        try:
            door, _ = await asyncio.gather(self._open_door(), asyncio.to_thread(_loaded))
            self.door = door
        except RunixError as error:
            if error.transient:
                raise
            self._mended.clear()
            self._tell(NoServer(error))
            await self._mended.wait()
            return False
        self._news = _news(before, door)
        self._calls, self._streams = await asyncio.to_thread(_clients, door)
        return True

    async def _open_door(self) -> Door:
        async with self._knocking:
            return await asyncio.to_thread(self._link.connect)

    async def _stay(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            watching = [tasks.create_task(self._health()), tasks.create_task(self._usage())]
            try:
                await self._follow()
            finally:
                for task in watching:
                    task.cancel()

    async def _follow(self) -> None:
        assert self._streams is not None  # noqa: S101 - opened before
        begun = asyncio.Event()
        events = self._streams.events(begun.set)
        async with contextlib.aclosing(events):
            first = asyncio.ensure_future(anext(events, None))
            first.add_done_callback(lambda _: begun.set())  # also when there is no stream
            try:
                await begun.wait()  # what is read from here on, the events go on from: nothing is missed
                await self._read_all()
                self._reached()
                change = await first
            finally:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)  # the events can't be closed while it reads
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
            with contextlib.suppress(RunixError):
                found = await asyncio.to_thread(self._client().health)
                if found != self._fleet.health:
                    self._fleet.health = found
                    self._tell(HealthChanged())
            well = self._fleet.health is not None and self._fleet.health.status == "ok"
            await asyncio.sleep(HEALTH_EVERY if well else HEALTH_SOON)

    async def _usage(self) -> None:
        await self._up.wait()
        while True:
            wanted = self._looked_at()
            if wanted:
                with contextlib.suppress(RunixError):
                    self._fleet.figures(await asyncio.to_thread(self._client().usage, wanted), wanted)
                    self._tell(UsageChanged())
            await asyncio.sleep(USAGE_EVERY)

    # --- there, or not -----------------------------------------------------------------------------------------------

    def _client(self) -> "Client":
        if self._calls is None:
            raise Unavailable("The server is away", hint="It is being reached again; then try once more.")
        return self._calls

    def _reached(self) -> None:
        again = self.reach is Reach.AWAY
        self.reach = Reach.UP
        self._up.set()
        news = [self._news or BACK] if again else []
        skew = self._client().skew
        if skew and skew != self._skew:
            news.append(skew)
        self._skew = skew
        self._tell(ReachChanged(Reach.UP, news="\n".join(news)))

    async def _lost(self, why: str) -> None:
        self._up.clear()
        await self._close()
        self._fleet.health = None
        if self.reach is not Reach.CONNECTING or self.door is not None:
            self.reach = Reach.AWAY
        self._tell(ReachChanged(self.reach, why))

    async def _close(self) -> None:
        calls, self._calls = self._calls, None
        streams, self._streams = self._streams, None
        if streams is not None:
            await streams.close()
        if calls is not None:
            calls.close()


def _loaded() -> None:
    """What the clients need, loaded while the server is looked for: it takes as long as the first frame."""
    import runix_tui.client  # noqa: F401


def _clients(door: Door) -> "tuple[Client, AsyncClient]":
    """Of one server."""
    from runix_tui.client import AsyncClient, Client

    return Client(door.url, door.token), AsyncClient(door.url, door.token)


def _news(before: Door | None, now: Door) -> str:
    """What became different about whose server it is."""
    return TAKEN_OVER if before is not None and not before.owned and now.owned else ""


def _words(group: BaseException) -> str:
    """What is said of why the server is away."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    assert isinstance(group, RunixError)  # noqa: S101 - the only kind that is caught
    return group.message
