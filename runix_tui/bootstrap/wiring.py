"""The parts of one home's orchestrator, put together. No behaviour of its own."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from runix_tui import catalog
from runix_tui.bootstrap.given import Home, Outside
from runix_tui.bootstrap.parts import Parts
from runix_tui.config import Config, environment_port
from runix_tui.core.events import DeploymentChanged
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.clock import SystemClock
from runix_tui.deploy.diary import Diary
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.deploy.tasks import Tasks
from runix_tui.engine.engine import PodmanEngine
from runix_tui.gateway.gateway import HaproxyGateway
from runix_tui.locations import Locations
from runix_tui.source.source import GitSource
from runix_tui.store.store import Store


@asynccontextmanager
async def opened(
    locations: Locations,
    config: Config,
    *,
    environ: Mapping[str, str] = os.environ,
    say: Callable[[str], None],
) -> AsyncIterator[Orchestrator]:
    """The orchestrator of a home that this process holds. ``say`` takes what a person should be told at start.

    Leaving interrupts what is on its way; services and the gateway go on.
    """
    profiles = catalog.load(locations.profiles)
    async with AsyncExitStack() as leaving:
        store = Store.open(locations.database)
        leaving.callback(store.close)
        clock = SystemClock()
        diary = Diary(store, clock)
        engine = PodmanEngine(locations, config, store.home_id, environ, activity=diary)
        leaving.push_async_callback(engine.close)
        gateway = HaproxyGateway(
            locations=locations,
            engine=engine,
            base_image=lambda: engine.ensure_base(profiles.gateway, variant="run", log=lambda _, line: say(line)),
            home=store.home_id,
            clock=clock,
            wanted_port=environment_port(environ, "RUNIX_HTTP_PORT"),
            say=say,
            activity=diary,
        )
        await gateway.reserve()
        source = GitSource(locations, config.git, environ, ca_bundle=config.build.ca_bundle, activity=diary)
        outside = Outside(engine, gateway, source, clock)
        async with orchestrating(locations, config, store, profiles, outside, diary=diary) as found:
            yield found


@asynccontextmanager
async def orchestrating(
    locations: Locations,
    config: Config,
    store: Store,
    profiles: catalog.Catalog,
    outside: Outside,
    *,
    diary: Diary | None = None,
) -> AsyncIterator[Orchestrator]:
    """An orchestrator over ``outside``, its background running; ``diary`` is the one that ``outside`` tells to. Leaving
    interrupts what is on its way."""
    diary = diary or Diary(store, outside.clock)
    logs = Logs(locations.build_logs, locations.runtime_logs, config.logs.max_bytes)
    bus = Bus[DeploymentChanged]()
    try:
        async with Tasks() as tasks:
            home = Home(locations, config, profiles, store, logs, bus, diary, tasks)
            parts = Parts(home, outside)
            await parts.reconciliation.records()
            upkeep = tasks.spawn(parts.upkeep.run(parts.reconciliation, parts.supervisor), "upkeep")
            try:
                yield parts.orchestrator
            finally:
                bus.close()
                diary.close()
                await parts.lanes.interrupt()
                upkeep.cancel()
    finally:
        logs.close()
