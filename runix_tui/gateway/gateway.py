"""The gateway as the deploy sees it: routes in, HAProxy told, its container kept.

Every change goes the same way: a new table, the files on disk, then the running HAProxy by its runtime API. When that
fails half-way, what runs is read back and the difference is told again; when it cannot be done, all is as before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress

from runix_tui.core.activity import UNTOLD, Activity, ActivitySource, Note
from runix_tui.core.models import Route
from runix_tui.core.ports import Clock, Engine, Page
from runix_tui.errors import Unavailable
from runix_tui.gateway import commands, configuration, listening
from runix_tui.gateway.keeper import Keeper
from runix_tui.gateway.runtime import Runtime
from runix_tui.gateway.table import STOCK, Full, Place, SlotState, Table, Target, target_of
from runix_tui.locations import Locations

RELOAD_TIME = 20.0  # seconds
_DRAIN_POLL = 0.1
_ATTEMPTS = 3


class HaproxyGateway:
    """``core.ports.Gateway``.

    ``base_image`` gives the local reference of an image with HAProxy, made ready if need be; ``home`` is the home's
    uuid; ``wanted_port`` is ``RUNIX_HTTP_PORT`` (0: any free one; None: not set); ``say`` takes what a person should be
    told; ``stock`` is how many services fit before the first reload.
    """

    def __init__(
        self,
        *,
        locations: Locations,
        engine: Engine,
        base_image: Callable[[], Awaitable[str]],
        home: str,
        clock: Clock,
        wanted_port: int | None = None,
        say: Callable[[str], None] = lambda _: None,
        stock: int = STOCK,
        activity: Activity = UNTOLD,
    ) -> None:
        self._activity = activity
        self._clock = clock
        self._stock = stock
        self._runtime = Runtime(locations.gateway_socket_dir / configuration.MASTER_SOCKET, clock)
        self._keeper = Keeper(
            locations=locations,
            engine=engine,
            base_image=base_image,
            home=home,
            clock=clock,
            wanted_port=wanted_port,
            say=say,
            runtime=self._runtime,
        )
        self._lock = asyncio.Lock()
        self._table: Table | None = None  # what it shall route, as on disk; None: not set up by this process

    @property
    def port(self) -> int | None:
        """The port on 127.0.0.1, known once it was reserved; kept for the home."""
        return self._keeper.port

    async def reserve(self) -> None:
        """Choose the port, if this home has none yet. Raises ``ConfigError`` (``port_taken``)."""
        await self._keeper.reserve()

    async def ensure(self, routes: Sequence[Route], pages: Mapping[str, Page]) -> None:
        """Have it run with exactly these routes and pages; one that already runs is adopted, no connection dropped.

        Raises ``ConfigError`` (``port_taken``), ``Unavailable``, and what ``base_image`` raises.
        """
        async with self._lock:
            with self._doing("set up", "HAProxy") as note:
                if await self._keeper.adopt():
                    running = await self._runtime.table()
                    await self._carry_out(_filled(running.settled().grown(self._stock), routes, pages))
                    note("adopted the one that runs")
                else:
                    table = _filled(Table.of_size(self._stock), routes, pages)
                    await self._keeper.launch(table)
                    self._table = table

    async def switch(self, route: Route) -> None:
        """Lead a host to a new address; from here on every new request goes there, and the old address drains.

        Raises ``Unavailable``; then the host leads where it led before.
        """
        async with self._lock:
            with self._doing("switch", route.subdomain, route.deployment_id) as note:
                await self._change(_routed(self._known(), route))
                note(f"to {route.address}:{route.port}")

    async def leads(self, route: Route) -> bool:
        """Whether requests to its host reach its address now, by what HAProxy says; False where none runs. Raises
        ``Unavailable`` when one runs and does not answer in time."""
        try:
            running = await self._runtime.table()
        except Unavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                raise
            return False
        return running.routed().get(route.subdomain) == target_of(route)

    async def page(self, subdomain: str, page: Page | None) -> None:
        """Take a host's route away and show a page; None: the host is unknown again. The address that it had drains."""
        async with self._lock:
            with self._doing("show page" if page else "forget", subdomain) as note:
                await self._change(self._known().with_page(subdomain, page))
                note(page.value if page else "")

    async def drain(self, route: Route, *, timeout: float) -> None:  # noqa: ASYNC109 - the port's signature
        """Wait until what this host left has no connection, at most ``timeout`` seconds; then end what is left there.

        Other services' connections are never touched. ``route`` names the host; its address does not matter.
        """
        deadline = self._clock.monotonic() + timeout
        left = self._known().draining(route.subdomain)
        with self._doing("drain", route.subdomain, route.deployment_id):
            while (places := self._still(left)) and self._clock.monotonic() < deadline:
                with suppress(Unavailable):  # HAProxy restarts: look again
                    if not await self._runtime.sessions(places):
                        break
                await self._clock.sleep(_DRAIN_POLL)
            async with self._lock:
                if places := self._still(left):
                    with suppress(Unavailable):  # it is gone, and so are its connections
                        await self._runtime.shut(places)
                    await self._change(self._known().without(places))

    async def healthy(self) -> bool:
        """Whether it was set up, and HAProxy answers on its socket and on its port."""
        try:
            await self._runtime.revision()
        except Unavailable:
            return False
        return self._table is not None and self.port is not None and await listening.answers(self.port)

    async def remove(self) -> None:
        """Remove the gateway's container; its files go with the home."""
        async with self._lock:
            await self._keeper.remove()
            self._table = None

    def _doing(self, action: str, subject: str, deployment_id: str | None = None) -> AbstractContextManager[Note]:
        return self._activity.doing(ActivitySource.GATEWAY, action, subject, deployment_id=deployment_id)

    def _known(self) -> Table:
        if self._table is None:
            raise Unavailable(
                "The gateway is not set up.", hint="It is set up when Runix starts.", code="gateway_unavailable"
            )
        return self._table

    def _still(self, left: Mapping[Place, Target | None]) -> list[Place]:
        """Those of ``left`` that drain and were not taken up by another version since."""
        backends = self._known().backends
        return [
            (number, index)
            for (number, index), target in left.items()
            if backends[number][index].state is SlotState.DRAINING and backends[number][index].target == target
        ]

    async def _change(self, wanted: Table) -> None:
        before = self._known()
        try:
            await self._carry_out(wanted)
        except BaseException:  # also when cancelled: half a change must not stay
            with suppress(Unavailable):
                await self._carry_out(before)
            raise

    async def _carry_out(self, wanted: Table) -> None:
        self._table = wanted
        await self._keeper.write(wanted)
        for _ in range(_ATTEMPTS):
            try:
                if not await self._tell(wanted):
                    return
            except Unavailable:
                await self._keeper.revive(wanted)
        raise Unavailable(
            "The gateway did not take a change of its routes.",
            hint="Run `runix doctor`; restarting Runix sets the gateway up again.",
            code="gateway_refused",
        )

    async def _tell(self, wanted: Table) -> list[str]:
        """Make HAProxy run ``wanted``; gives what it objected to. What it runs is read, never remembered: it may have
        been killed and have come back from the files a moment ago."""
        revision = self._keeper.revision(wanted)
        if await self._runtime.revision() != revision:
            await self._runtime.reload(revision, within=RELOAD_TIME)
            return []
        return await self._runtime.apply(commands.difference(await self._runtime.table(), wanted))


def _routed(table: Table, route: Route) -> Table:
    try:
        return table.with_route(route.subdomain, target_of(route))
    except Full:
        return table.grown(2 * len(table.backends)).with_route(route.subdomain, target_of(route))


def _filled(table: Table, routes: Sequence[Route], pages: Mapping[str, Page]) -> Table:
    """The table with exactly these routes and pages; backends that serve already stay what they are."""
    routed = {route.subdomain for route in routes}
    for host in [host for host in table.hosts if host not in routed and host not in pages]:
        table = table.with_page(host, None)
    for route in routes:
        table = _routed(table, route)
    for host, page in pages.items():
        if host not in routed:
            table = table.with_page(host, page)
    return table
