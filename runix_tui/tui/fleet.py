"""What the front end knows of the home: deployments, projects, health, figures. Pure; ``connection`` fills it.

Everything on the screen is drawn from here at once; what is not here yet arrives later.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, Health, Project, Usage

SAMPLES = 60  # of CPU and memory, for the sparklines
DEFAULT_PROJECT = "default"


class Reach(StrEnum):
    """How things stand between the front end and the server."""

    CONNECTING = "connecting"
    UP = "up"
    AWAY = "away"


class Look(StrEnum):
    """How a deployment stands, as a person sees it: one symbol, one word, one colour."""

    LIVE = "live"
    LIVE_LAST_FAILED = "last failed"
    WORKING = "working"
    FAILED = "failed"
    STOPPED = "stopped"


SYMBOLS = {
    Look.LIVE: "●",
    Look.LIVE_LAST_FAILED: "▲",
    Look.WORKING: "◐",
    Look.FAILED: "✗",
    Look.STOPPED: "■",
}
COLOURS = {  # names of theme variables
    Look.LIVE: "text-success",
    Look.LIVE_LAST_FAILED: "text-warning",
    Look.WORKING: "text-accent",
    Look.FAILED: "text-error",
    Look.STOPPED: "text-muted",
}


def look(deployment: "Deployment") -> Look:
    """How ``deployment`` stands."""
    if deployment.status == "building":
        return Look.WORKING
    if deployment.status == "running":
        return Look.LIVE_LAST_FAILED if deployment.error else Look.LIVE
    return Look.STOPPED if deployment.status == "stopped" else Look.FAILED


def word(deployment: "Deployment") -> str:
    """The word beside the symbol: the stage's name while it is on its way."""
    found = look(deployment)
    return str(deployment.phase or "queued") if found is Look.WORKING else str(found)


@dataclass(frozen=True, slots=True)
class Group:
    """A project with its deployments, in the order of the list."""

    name: str
    deployments: tuple["Deployment", ...]


class Series:
    """The newest figures of one deployment: CPU in percent of a core, memory in bytes."""

    def __init__(self) -> None:
        self.cpu: deque[float] = deque(maxlen=SAMPLES)
        self.memory: deque[int] = deque(maxlen=SAMPLES)
        self.newest: Usage | None = None

    def add(self, usage: "Usage") -> None:
        """One more figure."""
        self.newest = usage
        self.cpu.append(usage.cpu_percent)
        self.memory.append(usage.memory_bytes)


class Fleet:
    """All deployments of the home, by id."""

    def __init__(self) -> None:
        self.deployments: dict[str, Deployment] = {}
        self.projects: dict[str, str] = {}
        self.health: Health | None = None
        self.known = False  # whether a server has said what there is
        self._series: dict[str, Series] = {}

    def replace(self, deployments: "Iterable[Deployment]", projects: "Iterable[Project]") -> None:
        """What the server says that there is."""
        self.deployments = {each.id: each for each in deployments}
        self.projects = {each.id: each.name for each in projects}
        self._series = {key: series for key, series in self._series.items() if key in self.deployments}
        self.known = True

    def put(self, deployment: "Deployment") -> bool:
        """A new or changed one; whether it belongs to a project that is not known yet."""
        self.deployments[deployment.id] = deployment
        return deployment.project_id is not None and deployment.project_id not in self.projects

    def drop(self, deployment_id: str) -> None:
        """One that is gone."""
        self.deployments.pop(deployment_id, None)
        self._series.pop(deployment_id, None)

    def figures(self, usages: "Sequence[Usage]") -> None:
        """The newest figures of what runs; what has none any more loses its old ones."""
        running = {usage.id: usage for usage in usages}
        for key in self._series.keys() - running.keys():
            del self._series[key]
        for key, usage in running.items():
            if key in self.deployments:
                self._series.setdefault(key, Series()).add(usage)

    def series(self, deployment_id: str) -> Series | None:
        """The figures of one that runs."""
        return self._series.get(deployment_id)

    def project(self, deployment: "Deployment") -> str:
        """The name of its project."""
        return self.projects.get(deployment.project_id or "", DEFAULT_PROJECT)

    def full_name(self, deployment: "Deployment") -> str:
        """``project/name``; the default project is not named."""
        project = self.project(deployment)
        return deployment.service_name if project == DEFAULT_PROJECT else f"{project}/{deployment.service_name}"
