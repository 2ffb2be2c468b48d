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
        run, build = self._bases(plan)
        run_base = await self._engine.ensure_base(run, variant="run", log=walk.log)
        build_base = await self._engine.ensure_base(build, variant="build", log=walk.log) if build else run_base
        text = self._text(plan, walk.deployment.project_id, variables, run_base=run_base, build_base=build_base)
        walk.update(dockerfile=text)
        return text

    def preview(self, plan: Plan, project_id: str | None, variables: Collection[str]) -> str:
        """The text as it would be, its base images called as people call them; none of them is made ready."""
        run, build = self._bases(plan)
        build_base = f"{build.name}-build" if build else run.name
        return self._text(plan, project_id, variables, run_base=run.name, build_base=build_base)

    def _text(
        self, plan: Plan, project_id: str | None, variables: Collection[str], *, run_base: str, build_base: str
    ) -> str:
        scope = names.network(self._home, project_id)
        text = render(plan, build_base=build_base, run_base=run_base, cache_scope=scope, variables=variables)
        check_dockerfile(text, bases={build_base, run_base}, cache_scope=scope)
        return text

    def _bases(self, plan: Plan) -> tuple[BaseImage, BaseImage | None]:
        """What the release stands on, and what it is built on (None: nothing is built)."""
        own = self._base(plan.runtime.value, plan.version)
        serves_files = plan.static_dir is not None
        return self._base(STATIC, "") if serves_files else own, own if plan.install or plan.build else None

    def _base(self, runtime: str, version: str) -> BaseImage:
        profile = self._profiles()[runtime]
        base = profile.base(version or profile.default)
        if base is None:
            known = ", ".join(each.version for each in profile.bases)
            raise PlanError(f"There is no {runtime} {version}", code="no_version", hint=f"There are {known}.")
        return base
