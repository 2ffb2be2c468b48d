"""What the parts of an orchestrator are made from: the outside world, and what one home has."""

from dataclasses import dataclass
from typing import Protocol

from runix_tui import catalog
from runix_tui.config import Config
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.ports import Clock, Engine, Gateway, Source
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.diary import Diary
from runix_tui.deploy.logs import Logs
from runix_tui.deploy.tasks import Tasks
from runix_tui.deploy.upkeep import Opens
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


@dataclass(frozen=True, slots=True)
class Home:
    """What one home has: its places and settings, its store, and the logs, events, activity and tasks of this run."""

    locations: Locations
    config: Config
    profiles: catalog.Catalog
    store: Store
    logs: Logs
    bus: Bus[DeploymentChanged]
    diary: Diary
    tasks: Tasks
