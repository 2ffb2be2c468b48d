"""What planning is asked, and what every provider sees. No rules here."""

from collections.abc import Mapping
from dataclasses import dataclass

from runix_tui.core.bases import RuntimeProfile
from runix_tui.core.models import Planner, ServiceType
from runix_tui.core.plan import Origin
from runix_tui.core.ports import SourceTree

REQUEST = "request"
"""The source of a choice that the user made."""

RULES = "default of the rules"
"""The source of a choice that no file makes."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What the user asked for, as far as a plan depends on it. None leaves a choice to the rules.

    ``command`` and ``build_command`` are shell text; ``port`` is a TCP port; ``env_names`` are the names (never the
    values) of the service's environment; ``dockerfile`` is a path in the repository.
    """

    service_type: ServiceType = ServiceType.WEB_SERVICE
    port: int | None = None
    command: str | None = None
    build_command: str | None = None
    health_path: str | None = None
    env_names: frozenset[str] = frozenset()
    planner: Planner = Planner.AUTO
    dockerfile: str | None = None


@dataclass(frozen=True, slots=True)
class GivenStart:
    """A start command that somebody wrote down: the request, or a Procfile. ``text`` is shell text."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Site:
    """All that a provider sees: the tree, the request, the versions there are, and a start that is already decided."""

    tree: SourceTree
    ask: PlanRequest
    profiles: Mapping[str, RuntimeProfile]
    given: GivenStart | None = None

    @property
    def static_only(self) -> bool:
        """Whether nothing but files may come out."""
        return self.ask.service_type is ServiceType.STATIC_SITE
