"""Keeps the gateway's container: finds it, judges whether it may stay, makes it, brings it back when it is gone.

It knows nothing of routes but that a table is written to disk before HAProxy starts from it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from runix_tui.core.ports import Clock, Container, ContainerSpec, Engine
from runix_tui.errors import ConfigError, Unavailable
from runix_tui.gateway import configuration, container, files, listening
from runix_tui.gateway.runtime import Runtime
from runix_tui.gateway.table import Table
from runix_tui.locations import Locations

START_TIME = 15.0  # seconds until a started HAProxy answers
ADOPT_TIME = 10.0  # seconds that a running one is given to answer: it is being restarted, or the machine is busy
_POLL = 0.05
PORT_FILE = "port"


class Keeper:
    """The container of one home's gateway. Arguments as in :class:`runix_tui.gateway.gateway.HaproxyGateway`."""

    def __init__(
        self,
        *,
        locations: Locations,
        engine: Engine,
        base_image: Callable[[], Awaitable[str]],
        home: str,
        clock: Clock,
        wanted_port: int | None,
        say: Callable[[str], None],
        runtime: Runtime,
    ) -> None:
        self._locations = locations
        self._engine = engine
        self._base_image = base_image
        self._home = home
        self._clock = clock
        self._wanted_port = wanted_port
        self._say = say
        self._runtime = runtime
        self.port = files.read_port(locations.gateway / PORT_FILE)
        self._settled = self.port is not None

    async def reserve(self) -> None:
        """Choose the port, when this home has none yet: services have their URLs before HAProxy runs.

        Raises ``ConfigError`` when there is none to be had.
        """
        if self.port is None:
            self.port = await asyncio.to_thread(listening.choose, self._wanted_port, None, ours=(), say=self._say)

    async def adopt(self) -> bool:
        """Whether a gateway runs that may stay: the right image, port and mounts, and it answers."""
        await self._make_folders()
        found = await self._found()
        port = container.port_of(found[0]) if len(found) == 1 and found[0].state == "running" else None
        if port is None or self._wanted_port not in {None, 0, port}:
            return False
        if not container.fits(found[0], await self._spec(port)) or not await self._answers(within=ADOPT_TIME):
            return False
        await self._settle_on(port)
        return True

    async def launch(self, table: Table) -> None:
        """A new container that starts with ``table``, instead of any that is there.

        Raises ``ConfigError`` when the port is taken, ``Unavailable`` when HAProxy does not start.
        """
        await self._make_folders()
        free_to_choose = not self._wanted_port and not self._settled
        while True:
            port = await self._choose_port()
            await self._clear()
            await self.write(table, port=port)
            try:
                await self._start(port)
            except ConfigError:
                if not free_to_choose:
                    raise
                self.port = None
            else:
                break  # another program was faster to take the port: the next one
        await self._settle_on(port)

    async def revive(self, table: Table) -> None:
        """Have HAProxy answer again, as ``table`` says; one that the engine just restarted is left to come up."""
        found = await self._found()
        if any(each.state == "running" for each in found) and await self._answers(within=ADOPT_TIME):
            return
        await self.launch(table)

    async def write(self, table: Table, *, port: int | None = None) -> None:
        """Have the files on disk say ``table``."""
        rendered = configuration.render(table, port=self._known(port))
        await asyncio.to_thread(files.write, self._locations.gateway, rendered)

    def revision(self, table: Table) -> str:
        """What the configuration for ``table`` is known by."""
        return configuration.revision(len(table.backends), port=self._known(None))

    async def remove(self) -> None:
        """Remove the container."""
        await self._clear()

    async def _choose_port(self) -> int:
        running = [each for each in await self._found() if each.state == "running"]
        ours = {port for each in running if (port := container.port_of(each)) is not None}
        return await asyncio.to_thread(listening.choose, self._wanted_port, self.port, ours=ours, say=self._say)

    async def _start(self, port: int) -> None:
        made = await self._engine.create(await self._spec(port))
        try:
            await self._engine.start(made.id)
            await self._until_up(made.id, port)
        except BaseException:
            await self._engine.remove(made.id)  # else the engine would start it again and again
            raise

    async def _until_up(self, container_id: str, port: int) -> None:
        deadline = self._clock.monotonic() + START_TIME
        while not await self._answers(within=0) or not await listening.answers(port):
            now = await self._engine.inspect(container_id)
            failed = now is None or now.restarts > 0 or now.state == "exited"
            if failed and not await asyncio.to_thread(listening.is_free, port):
                raise listening.taken(port, hint=f"Stop it, or set {listening.VARIABLE} to another port.")
            if failed or self._clock.monotonic() > deadline:
                raise Unavailable(
                    "The gateway's HAProxy did not start.",
                    hint=f"Its log says why: {container.log_file(self._locations)}",
                    code="gateway_start_failed",
                )
            await self._clock.sleep(_POLL)

    async def _answers(self, *, within: float) -> bool:
        deadline = self._clock.monotonic() + within
        while True:
            try:
                await self._runtime.revision()
            except Unavailable:
                if self._clock.monotonic() >= deadline:
                    return False
                await self._clock.sleep(_POLL)
            else:
                return True

    async def _spec(self, port: int) -> ContainerSpec:
        reference = await self._base_image()
        image = await self._engine.image(reference)
        info = await self._engine.info()
        return container.spec(
            home=self._home,
            image=reference,
            image_id=image.id if image else "",
            port=port,
            locations=self._locations,
            rootless=info.rootless,
        )

    async def _settle_on(self, port: int) -> None:
        self.port = port
        self._settled = True
        await asyncio.to_thread(files.write, self._locations.gateway, {PORT_FILE: f"{port}\n"})

    async def _make_folders(self) -> None:
        for folder in (self._locations.gateway, self._locations.gateway_socket_dir):
            await asyncio.to_thread(files.make_folder, folder)

    async def _found(self) -> Sequence[Container]:
        return await self._engine.containers(container.identity(self._home))

    async def _clear(self) -> None:
        for each in await self._found():
            await self._engine.remove(each.id)

    def _known(self, port: int | None) -> int:
        port = port or self.port
        if port is None:
            raise Unavailable(
                "The gateway is not set up.", hint="It is set up when Runix starts.", code="gateway_unavailable"
            )
        return port
