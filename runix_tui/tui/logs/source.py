"""Which log is shown: the run-time log of one service or of several, or the build log of one version. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class LogKind(StrEnum):
    """What wrote the log."""

    RUNTIME = "runtime"
    BUILD = "build"


@dataclass(frozen=True, slots=True)
class Member:
    """A deployment whose log is shown, and what the user calls it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class LogSource:
    """The log that a pane shows. Several ``members`` are merged by time; only run-time logs can be. ``version`` is that
    of a build, None: the newest one."""

    kind: LogKind
    members: tuple[Member, ...]
    version: int | None = None

    @classmethod
    def runtime(cls, *members: Member) -> "LogSource":
        """The run-time log of one service, or of several as one."""
        return cls(LogKind.RUNTIME, members)

    @classmethod
    def build(cls, member: Member, version: int | None = None) -> "LogSource":
        """The build log of a version."""
        return cls(LogKind.BUILD, (member,), version)

    @property
    def merged(self) -> bool:
        """Whether lines come from more than one service."""
        return len(self.members) > 1

    @property
    def title(self) -> str:
        """Its name for files and headings, e.g. ``my-api-build-v4``."""
        names = "+".join(member.name.replace("/", "-") for member in self.members)
        if self.kind is LogKind.RUNTIME:
            return names
        return f"{names}-build" + (f"-v{self.version}" if self.version is not None else "")
