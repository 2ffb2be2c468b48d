"""What the front end knows of the home: deployments, projects, health, figures. Pure; ``connection`` fills it.

Everything on the screen is drawn from here at once; what is not here yet arrives later.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from runix_tui.tui.listing import DEFAULT_PROJECT, Entry, entry
from runix_tui.tui.looks import COLOURS, SYMBOLS, Look, look, word

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, Health, Project, Usage

__all__ = ["COLOURS", "DEFAULT_PROJECT", "SYMBOLS", "Fleet", "Look", "Reach", "Series", "look", "word"]

SAMPLES = 60  # of CPU and memory, for the sparklines


class Reach(StrEnum):
    """How things stand between the front end and the server."""

    CONNECTING = "connecting"
    UP = "up"
    AWAY = "away"


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
        self.last_seen: list[Entry] = []  # of the last visit: shown until a server has said what there is
        self.glanced = False  # whether they are of a first look at the server instead
        self.doing: dict[str, str] = {}  # what was asked of a deployment and is not answered yet, by id: "stopping"
        self._series: dict[str, Series] = {}

    # --- what there is -----------------------------------------------------------------------------------------------

    def replace(self, deployments: "Iterable[Deployment]", projects: "Iterable[Project]") -> None:
        """What the server says that there is."""
        self.deployments = {each.id: each for each in deployments}
        self.projects = {each.id: each.name for each in projects}
        self._series = {key: series for key, series in self._series.items() if key in self.deployments}
        self.known = True

    def glance(self, entries: Iterable[Entry]) -> None:
        """What a first look shows: rows to move in, until all about them is known."""
        if not self.known:
            self.last_seen, self.glanced = list(entries), True

    def put(self, deployment: "Deployment") -> bool:
        """A new or changed one; whether it belongs to a project that is not known yet."""
        self.deployments[deployment.id] = deployment
        return deployment.project_id is not None and deployment.project_id not in self.projects

    def drop(self, deployment_id: str) -> None:
        """One that is gone."""
        self.deployments.pop(deployment_id, None)
        self._series.pop(deployment_id, None)

    def project(self, deployment: "Deployment") -> str:
        """The name of its project."""
        return self.projects.get(deployment.project_id or "", DEFAULT_PROJECT)

    def full_name(self, deployment: "Deployment") -> str:
        """``project/name``; the default project is not named."""
        project = self.project(deployment)
        return deployment.service_name if project == DEFAULT_PROJECT else f"{project}/{deployment.service_name}"

    def named(self, name: str) -> "Deployment | None":
        """The one with this ``name`` or ``project/name``."""
        found = [each for each in self.deployments.values() if name in (self.full_name(each), each.service_name)]
        return min(found, key=lambda each: self.full_name(each) != name, default=None)

    @property
    def told(self) -> bool:
        """Whether a server said what the rows say; else they are remembered."""
        return self.known or self.glanced

    # --- as rows -----------------------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """The rows of all of them; before a server has answered, those of the last visit."""
        if not self.known:
            return self.last_seen
        return [self._entry(each) for each in self.deployments.values()]

    def entry(self, deployment_id: str | None) -> Entry | None:
        """The row of one."""
        if not self.known:
            return next((each for each in self.last_seen if each.id == deployment_id), None)
        found = self.deployments.get(deployment_id or "")
        return self._entry(found) if found else None

    def _entry(self, deployment: "Deployment") -> Entry:
        return entry(deployment, self.project(deployment), self.doing.get(deployment.id, ""))

    # --- figures -----------------------------------------------------------------------------------------------------

    def figures(self, usages: "Sequence[Usage]", asked: Iterable[str]) -> None:
        """The newest figures of those that were ``asked`` for; one that has none any more loses its old ones."""
        running = {usage.id: usage for usage in usages}
        for key in asked:
            usage = running.get(key)
            if usage is None:
                self._series.pop(key, None)
            elif key in self.deployments:
                self._series.setdefault(key, Series()).add(usage)

    def series(self, deployment_id: str) -> Series | None:
        """The figures of one that runs."""
        return self._series.get(deployment_id)
