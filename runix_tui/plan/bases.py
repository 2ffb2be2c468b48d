"""Which base images a plan stands on. Names only: making them ready is the engine's business."""

from collections.abc import Mapping
from dataclasses import dataclass

from runix_tui.core.bases import BaseImage, RuntimeProfile
from runix_tui.core.plan import Plan, Runtime
from runix_tui.errors import PlanError


@dataclass(frozen=True, slots=True)
class PlanBases:
    """``build`` (variant ``build``) is None where nothing is built; ``run`` (variant ``run``) is always there."""

    build: BaseImage | None
    run: BaseImage


def bases(plan: Plan, profiles: Mapping[str, RuntimeProfile]) -> PlanBases:
    """The base images of a plan; with ``static_dir`` the release stands on the web server's. Raises ``PlanError``."""
    own = _base(plan.runtime.value, plan.version, profiles)
    static = plan.static_dir is not None and plan.runtime is not Runtime.STATIC
    run = _base(Runtime.STATIC.value, "", profiles) if static else own
    return PlanBases(own if plan.install or plan.build else None, run)


def _base(runtime: str, version: str, profiles: Mapping[str, RuntimeProfile]) -> BaseImage:
    profile = profiles.get(runtime)
    base = profile.base(version or profile.default) if profile else None
    if base is None:
        there = ", ".join(each.version for each in profile.bases) if profile else "none"
        raise PlanError(
            f"there is no base image for {runtime} {version}".rstrip(),
            hint=f"Versions there are: {there}. Profiles can be added in the user's own profiles folder.",
            code="no_such_version",
        )
    return base
