"""The parts of an orchestrator, made in the order in which they depend on each other. No behaviour of their own."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from runix_tui import catalog
from runix_tui.bootstrap.caretaker import Caretaker
from runix_tui.config import Config
from runix_tui.core.bases import RuntimeProfile
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.ports import Clock, Engine, Gateway, Source
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.collector import Collector
from runix_tui.deploy.creation import Creation
from runix_tui.deploy.deletion import Deletion
from runix_tui.deploy.diary import Diary
from runix_tui.deploy.ending import Runner
from runix_tui.deploy.insight import Insight
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.leftovers import Leftovers
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.operations import Operations
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.deploy.pipeline import Pipeline
from runix_tui.deploy.previewing import Previewing
from runix_tui.deploy.reconcile import Reconciliation
from runix_tui.deploy.recovery import Recovery
from runix_tui.deploy.retirement import Retirement
from runix_tui.deploy.revival import Revival
from runix_tui.deploy.serving import Serving
from runix_tui.deploy.stages.building import Building
from runix_tui.deploy.stages.checking import Checking
from runix_tui.deploy.stages.fetching import Fetching
from runix_tui.deploy.stages.planning import Planning
from runix_tui.deploy.stages.rendering import Rendering
from runix_tui.deploy.stages.routing import Routing
from runix_tui.deploy.stages.starting import Starting
from runix_tui.deploy.streams import Streams
from runix_tui.deploy.supervisor import Supervisor
from runix_tui.deploy.switchboard import Switchboard
from runix_tui.deploy.tasks import Tasks
from runix_tui.deploy.upkeep import Opens, Upkeep
from runix_tui.engine.build import bind_mounts_safe
from runix_tui.locations import Locations
from runix_tui.store.store import Store


class OpenedEngine(Engine, Opens, Protocol):
    """An engine that has to be opened."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside world of an orchestrator; tests put fakes here."""

    engine: OpenedEngine
    gateway: Gateway
    source: Source
    clock: Clock


def _numbers(version: str) -> tuple[int, ...]:
    """``5.4.2`` as numbers; what follows them (``-dev``) does not count."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("-", maxsplit=1)[0]))


class Parts:
    """Everything of one orchestrator, made in the order in which it depends on each other."""

    def __init__(
        self,
        locations: Locations,
        config: Config,
        *,
        store: Store,
        profiles: catalog.Catalog,
        outside: Outside,
        tasks: Tasks,
        logs: Logs,
        bus: Bus[DeploymentChanged],
        diary: Diary,
    ) -> None:
        engine, gateway, source, clock = outside.engine, outside.gateway, outside.source, outside.clock
        home, sizes = store.home_id, profiles.instances

        def runtimes() -> Mapping[str, RuntimeProfile]:
            return profiles.runtimes

        collector = Collector(locations.container_logs, logs.runtime)
        launcher = Launcher(engine, collector, locations=locations, config=config, home_id=home, sizes=sizes)
        checking = Checking(
            engine,
            launcher,
            clock,
            config,
            host_of=lambda subdomain: f"{subdomain}.localhost:{gateway.port}",
            log_tail=launcher.log_tail,
        )
        serving = Serving(store)
        switchboard = Switchboard(store, engine, gateway, launcher, serving)
        revival = Revival(store, engine, launcher, checking, switchboard)
        retirement = Retirement(
            store=store, engine=engine, gateway=gateway, launcher=launcher, config=config, spawn=tasks.spawn
        )
        starting = Starting(engine, launcher)
        rendering = Rendering(engine, home_id=home, profiles=runtimes)
        planning = Planning(
            engine,
            source,
            home_id=home,
            profiles=runtimes,
            bind_mounts_safe=lambda v: bind_mounts_safe(_numbers(v)),
        )
        pipeline = Pipeline(
            slots=asyncio.Semaphore(config.build.concurrent),
            fetching=Fetching(source, store, locations.checkouts),
            planning=planning,
            building=Building(engine, rendering, config.build, home),
            starting=starting,
            checking=checking,
            routing=Routing(store, switchboard, clock),
            retirement=retirement,
        )
        self.upkeep = Upkeep(engine, collector, building=lambda: self.lanes.walking)
        runner = Runner(
            pipeline,
            store=store,
            engine=engine,
            starting=starting,
            serving=serving,
            switchboard=switchboard,
            retirement=retirement,
            ready=self.upkeep.ready,
        )
        self.lanes = lanes = Lanes(
            store=store, bus=bus, clock=clock, logs=logs, runner=runner, spawn=tasks.spawn, activity=diary
        )
        recovery = Recovery(
            store=store,
            engine=engine,
            launcher=launcher,
            serving=serving,
            switchboard=switchboard,
            revival=revival,
            logs=logs,
            bus=bus,
            clock=clock,
            spawn=tasks.spawn,
        )
        deletion = Deletion(
            store=store,
            engine=engine,
            source=source,
            switchboard=switchboard,
            recovery=recovery,
            retirement=retirement,
            lanes=lanes,
            logs=logs,
            collector=collector,
            bus=bus,
        )

        def in_hand(deployment_id: str) -> bool:
            return any(each(deployment_id) for each in (lanes.held, retirement.at_work, recovery.at_work))

        leftovers = Leftovers(
            store=store,
            engine=engine,
            launcher=launcher,
            serving=serving,
            deletion=deletion,
            spawn=tasks.spawn,
            in_hand=in_hand,
        )
        self.supervisor = supervisor = Supervisor(
            store=store,
            engine=engine,
            serving=serving,
            switchboard=switchboard,
            recovery=recovery,
            leftovers=leftovers,
            clock=clock,
        )
        self.reconciliation = Reconciliation(
            store=store,
            launcher=launcher,
            switchboard=switchboard,
            supervisor=supervisor,
            leftovers=leftovers,
            deletion=deletion,
            logs=logs,
            bus=bus,
            clock=clock,
            locations=locations,
        )
        creation = Creation(store=store, source=source, clock=clock, lanes=lanes, sizes=sizes)
        operations = Operations(
            store=store,
            engine=engine,
            launcher=launcher,
            serving=serving,
            switchboard=switchboard,
            revival=revival,
            recovery=recovery,
            retirement=retirement,
            creation=creation,
            lanes=lanes,
            bus=bus,
            clock=clock,
        )
        self.orchestrator = Orchestrator(
            store=store,
            engine=engine,
            gateway=gateway,
            clock=clock,
            bus=bus,
            creation=creation,
            operations=operations,
            deletion=deletion,
            supervisor=supervisor,
            streams=Streams(store, logs, bus),
            tasks=tasks,
            ready=self.upkeep.ready,
            diary=diary,
            insight=Insight(store, engine, gateway, serving),
            installation=Caretaker(locations, config, diary),
            previewing=Previewing(
                source=source, store=store, planning=planning, rendering=rendering, checkouts=locations.checkouts
            ),
        )
