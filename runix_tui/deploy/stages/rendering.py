"""From a plan to a Dockerfile on base images that are at hand: text of ours alone, checked before it is built."""

from collections.abc import Callable, Collection, Mapping

from runix_tui.core import names
from runix_tui.core.bases import BaseImage, RuntimeProfile
from runix_tui.core.plan import Plan
from runix_tui.core.ports import Engine
from runix_tui.deploy.walk import Walk
from runix_tui.errors import PlanError
from runix_tui.plan.dockerfile import render
from runix_tui.plan.policy import check_dockerfile

STATIC = "static"  # the profile of what serves files


class Rendering:
    """``profiles`` gives the runtimes by name."""

    def __init__(self, engine: Engine, *, home_id: str, profiles: Callable[[], Mapping[str, RuntimeProfile]]) -> None:
        self._engine = engine
        self._home = home_id
        self._profiles = profiles

    async def dockerfile(self, walk: Walk, plan: Plan, variables: Collection[str]) -> str:
        """The text, stored with the version. Raises ``BuildError`` where a base image cannot be had."""
        serves_files = plan.static_dir is not None
        run_base = await self._engine.ensure_base(
            self._base(STATIC, "") if serves_files else self._base(plan.runtime.value, plan.version),
            variant="run",
            log=walk.log,
        )
        build_base = run_base
        if plan.install or plan.build:
            base = self._base(plan.runtime.value, plan.version)
            build_base = await self._engine.ensure_base(base, variant="build", log=walk.log)
        scope = names.network(self._home, walk.deployment.project_id)
        text = render(plan, build_base=build_base, run_base=run_base, cache_scope=scope, variables=variables)
        check_dockerfile(text, bases={build_base, run_base}, cache_scope=scope)
        walk.update(dockerfile=text)
        return text

    def _base(self, runtime: str, version: str) -> BaseImage:
        profile = self._profiles()[runtime]
        base = profile.base(version or profile.default)
        if base is None:
            known = ", ".join(each.version for each in profile.bases)
            raise PlanError(f"There is no {runtime} {version}", code="no_version", hint=f"There are {known}.")
        return base
