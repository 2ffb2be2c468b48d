"""The parts of an orchestrator, and which of them each is made of. No behaviour of their own."""

import asyncio
from collections.abc import Mapping
from functools import cached_property

from runix_tui.bootstrap.caretaker import Caretaker
from runix_tui.bootstrap.given import Home, Outside
from runix_tui.core.bases import RuntimeProfile
from runix_tui.deploy.collector import Collector
from runix_tui.deploy.creation import Creation
from runix_tui.deploy.deletion import Deletion
from runix_tui.deploy.ending import Runner
from runix_tui.deploy.insight import Insight
from runix_tui.deploy.lanes import Lanes
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.leftovers import Leftovers
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
from runix_tui.deploy.upkeep import Upkeep
from runix_tui.engine.build import bind_mounts_safe
from runix_tui.engine.host import parse_version


class Parts:
    """Everything of one orchestrator. Each part is made when it is first asked for, from those that it names."""

    def __init__(self, home: Home, outside: Outside) -> None:
        self._home = home
        self._store = home.store
        self._bus = home.bus
        self._logs = home.logs
        self._spawn = home.tasks.spawn
        self._engine = outside.engine
        self._gateway = outside.gateway
        self._source = outside.source
        self._clock = outside.clock

    @cached_property
    def orchestrator(self) -> Orchestrator:
        """The one door to all of it."""
        return Orchestrator(
            store=self._store,
            engine=self._engine,
            gateway=self._gateway,
            clock=self._clock,
            bus=self._bus,
            creation=self._creation,
            operations=self._operations,
            deletion=self._deletion,
            supervisor=self.supervisor,
            streams=Streams(self._store, self._logs, self._bus),
            tasks=self._home.tasks,
            ready=self.upkeep.ready,
            diary=self._home.diary,
            insight=Insight(self._store, self._engine, self._gateway, self._serving, starting=self._starts),
            installation=Caretaker(self._home.locations, self._home.config, self._home.diary, starting=self._starts),
            previewing=self._previewing,
        )

    # --- what serves -------------------------------------------------------------------------------------------------

    @cached_property
    def _serving(self) -> Serving:
        return Serving(self._store)

    @cached_property
    def _collector(self) -> Collector:
        return Collector(self._home.locations.container_logs, self._logs.runtime)

    @cached_property
    def _launcher(self) -> Launcher:
        home = self._home
        return Launcher(
            self._engine,
            self._collector,
            locations=home.locations,
            config=home.config,
            home_id=self._store.home_id,
            sizes=home.profiles.instances,
        )

    @cached_property
    def _switchboard(self) -> Switchboard:
        return Switchboard(self._store, self._engine, self._gateway, self._launcher, self._serving)

    @cached_property
    def _revival(self) -> Revival:
        return Revival(self._store, self._engine, self._launcher, self._checking, self._switchboard)

    @cached_property
    def _retirement(self) -> Retirement:
        return Retirement(
            store=self._store,
            engine=self._engine,
            gateway=self._gateway,
            launcher=self._launcher,
            config=self._home.config,
            spawn=self._spawn,
        )

    # --- a version on its way ----------------------------------------------------------------------------------------

    @cached_property
    def _planning(self) -> Planning:
        return Planning(
            self._engine,
            self._source,
            home_id=self._store.home_id,
            profiles=self._runtimes,
            bind_mounts_safe=lambda version: bind_mounts_safe(parse_version(version)),
        )

    @cached_property
    def _rendering(self) -> Rendering:
        return Rendering(self._engine, home_id=self._store.home_id, profiles=self._runtimes)

    @cached_property
    def _starting(self) -> Starting:
        return Starting(self._engine, self._launcher)

    @cached_property
    def _checking(self) -> Checking:
        return Checking(
            self._engine,
            self._launcher,
            self._clock,
            self._home.config,
            host_of=lambda subdomain: f"{subdomain}.localhost:{self._gateway.port}",
            log_tail=self._launcher.log_tail,
        )

    @cached_property
    def _pipeline(self) -> Pipeline:
        build = self._home.config.build
        return Pipeline(
            slots=asyncio.Semaphore(build.concurrent),
            fetching=Fetching(self._source, self._store, self._home.locations.checkouts),
            planning=self._planning,
            building=Building(self._engine, self._rendering, build, self._store.home_id),
            starting=self._starting,
            checking=self._checking,
            routing=Routing(self._store, self._switchboard, self._clock),
            retirement=self._retirement,
        )

    @cached_property
    def _runner(self) -> Runner:
        return Runner(
            self._pipeline,
            store=self._store,
            engine=self._engine,
            starting=self._starting,
            serving=self._serving,
            switchboard=self._switchboard,
            retirement=self._retirement,
            ready=self.upkeep.ready,
        )

    @cached_property
    def lanes(self) -> Lanes:
        """What waits and walks."""
        return Lanes(
            store=self._store,
            bus=self._bus,
            clock=self._clock,
            logs=self._logs,
            runner=self._runner,
            spawn=self._spawn,
            activity=self._home.diary,
        )

    # --- what is asked for -------------------------------------------------------------------------------------------

    @cached_property
    def _creation(self) -> Creation:
        return Creation(
            store=self._store,
            source=self._source,
            clock=self._clock,
            lanes=self.lanes,
            sizes=self._home.profiles.instances,
        )

    @cached_property
    def _operations(self) -> Operations:
        return Operations(
            store=self._store,
            engine=self._engine,
            launcher=self._launcher,
            serving=self._serving,
            switchboard=self._switchboard,
            revival=self._revival,
            recovery=self._recovery,
            retirement=self._retirement,
            creation=self._creation,
            lanes=self.lanes,
            bus=self._bus,
            clock=self._clock,
        )

    @cached_property
    def _deletion(self) -> Deletion:
        return Deletion(
            store=self._store,
            engine=self._engine,
            source=self._source,
            switchboard=self._switchboard,
            recovery=self._recovery,
            retirement=self._retirement,
            lanes=self.lanes,
            logs=self._logs,
            collector=self._collector,
            bus=self._bus,
        )

    @cached_property
    def _previewing(self) -> Previewing:
        return Previewing(
            source=self._source,
            store=self._store,
            planning=self._planning,
            rendering=self._rendering,
            checkouts=self._home.locations.checkouts,
        )

    # --- the background ----------------------------------------------------------------------------------------------

    @cached_property
    def upkeep(self) -> Upkeep:
        """Opens the engine, and keeps all that goes on by itself going."""
        return Upkeep(self._engine, self._collector, building=lambda: self.lanes.walking)

    @cached_property
    def supervisor(self) -> Supervisor:
        """Keeps what the engine runs as the store says."""
        return Supervisor(
            store=self._store,
            engine=self._engine,
            serving=self._serving,
            switchboard=self._switchboard,
            recovery=self._recovery,
            leftovers=self._leftovers,
            clock=self._clock,
        )

    @cached_property
    def reconciliation(self) -> Reconciliation:
        """Makes it so after a start."""
        return Reconciliation(
            store=self._store,
            launcher=self._launcher,
            switchboard=self._switchboard,
            supervisor=self.supervisor,
            leftovers=self._leftovers,
            deletion=self._deletion,
            logs=self._logs,
            bus=self._bus,
            clock=self._clock,
            locations=self._home.locations,
        )

    @cached_property
    def _recovery(self) -> Recovery:
        return Recovery(
            store=self._store,
            engine=self._engine,
            launcher=self._launcher,
            serving=self._serving,
            switchboard=self._switchboard,
            revival=self._revival,
            logs=self._logs,
            bus=self._bus,
            clock=self._clock,
            spawn=self._spawn,
        )

    @cached_property
    def _leftovers(self) -> Leftovers:
        return Leftovers(
            store=self._store,
            engine=self._engine,
            launcher=self._launcher,
            serving=self._serving,
            deletion=self._deletion,
            spawn=self._spawn,
            in_hand=self._in_hand,
        )

    def _in_hand(self, deployment_id: str) -> bool:
        """Whether anything works on a deployment at this moment."""
        return any(each(deployment_id) for each in (self.lanes.held, self._retirement.at_work, self._recovery.at_work))

    def _starts(self) -> bool:
        return self.upkeep.starting

    def _runtimes(self) -> Mapping[str, RuntimeProfile]:
        return self._home.profiles.runtimes
