"""From a tree to a plan and the Dockerfile that it means: rules propose, policy decides, the reasons are kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runix_tui.core import names
from runix_tui.core.bases import RuntimeProfile
from runix_tui.core.models import Planner, Version
from runix_tui.core.plan import Plan, Runtime
from runix_tui.core.ports import Checkout, Engine, Source, SourceTree
from runix_tui.deploy.walk import Walk
from runix_tui.errors import PlanError
from runix_tui.plan.detect import detect
from runix_tui.plan.dockerfile import render
from runix_tui.plan.ignore import ignore
from runix_tui.plan.policy import check_dockerfile, check_plan, own_dockerfile
from runix_tui.plan.request import PlanRequest


@dataclass(frozen=True, slots=True)
class Planned:
    """What to build: Dockerfile text, what stays out of the context, and whose Dockerfile it is."""

    plan: Plan
    dockerfile: str
    ignore: tuple[str, ...]
    own: bool


class Planning:
    """``bind_mounts_safe`` tells of an engine's version whether its bind mounts in builds stay in the context."""

    def __init__(
        self,
        engine: Engine,
        source: Source,
        *,
        home_id: str,
        profiles: Callable[[], Mapping[str, RuntimeProfile]],
        bind_mounts_safe: Callable[[str], bool],
    ) -> None:
        self._engine = engine
        self._source = source
        self._home = home_id
        self._profiles = profiles
        self._bind_mounts_safe = bind_mounts_safe

    async def plan(self, walk: Walk, checkout: Checkout) -> Planned:
        """Raises ``PlanError`` (nothing_detected, policy, …), ``BuildError`` (no base image)."""
        tree = self._source.tree(checkout.root)
        plan = await self._detect(tree, walk.version, walk)
        if plan.runtime is Runtime.DOCKERFILE:
            planned = await self._own(walk, tree, checkout, plan)
        else:
            planned = await self._ours(walk, tree, checkout, plan)
        walk.update(plan=planned.plan, dockerfile=planned.dockerfile)
        return planned

    async def _detect(self, tree: SourceTree, version: Version, walk: Walk, planner: Planner | None = None) -> Plan:
        config = version.config
        ask = PlanRequest(
            service_type=walk.deployment.service_type,
            port=config.port,
            command=config.command,
            build_command=config.build_command,
            health_path=config.health_path,
            env_names=frozenset(config.env),
            planner=planner or config.planner,
            dockerfile=config.dockerfile,
        )
        return await asyncio.to_thread(detect, tree, ask, self._profiles())

    async def _own(self, walk: Walk, tree: SourceTree, checkout: Checkout, plan: Plan) -> Planned:
        """The repository's own Dockerfile; with ``auto``, rules where its FROM cannot be had."""
        text = tree.text(plan.dockerfile or "Dockerfile") or ""
        safe = self._bind_mounts_safe((await self._engine.info()).version)
        own = own_dockerfile(text, tree=tree, cache_scope=self._scope(walk), bind_mounts_safe=safe)
        missing = [base for base in own.bases if await self._engine.resolve(base, walk.log) is None]
        if not missing:
            for line in own.notes:
                walk.say(line)
            return Planned(plan, own.text, self._ignored(walk, tree, checkout), own=True)
        if walk.version.config.planner is Planner.AUTO:
            return await self._instead(walk, tree, checkout, missing[0])
        raise no_base(missing[0])

    async def _instead(self, walk: Walk, tree: SourceTree, checkout: Checkout, missing: str) -> Planned:
        try:
            plan = await self._detect(tree, walk.version, walk, Planner.RULES)
        except PlanError as error:
            if error.code == "nothing_detected":
                raise no_base(missing) from error
            raise
        walk.say(f"The Dockerfile's image {missing} is neither here nor reachable: planning by rules instead")
        return await self._ours(walk, tree, checkout, plan)

    async def _ours(self, walk: Walk, tree: SourceTree, checkout: Checkout, plan: Plan) -> Planned:
        check_plan(plan)
        for line in summary(plan):
            walk.say(line)
        build_base, run_base = await self._bases(walk, plan)
        text = render(plan, build_base=build_base, run_base=run_base, cache_scope=self._scope(walk))
        check_dockerfile(text)
        return Planned(plan, text, self._ignored(walk, tree, checkout), own=False)

    async def _bases(self, walk: Walk, plan: Plan) -> tuple[str, str]:
        raise NotImplementedError

    def _ignored(self, walk: Walk, tree: SourceTree, checkout: Checkout) -> tuple[str, ...]:
        found = ignore(tree, checkout.tracked, tree.text(".dockerignore"))
        if found.left_out:
            walk.say(
                f"Left out of the build: {', '.join(found.left_out)}. What a service needs of it goes into its env."
            )
        return found.lines

    def _scope(self, walk: Walk) -> str:
        """Cache mounts of one id are shared by all builds of the engine: ours are shared within a project alone."""
        return names.network(self._home, walk.deployment.project_id)


def no_base(image: str) -> PlanError:
    """A repository's own Dockerfile names an image that cannot be had."""
    return PlanError(
        f"The Dockerfile starts FROM {image}, which is neither in local storage nor reachable at its registry",
        code="base_unavailable",
        hint=f"Bring it with `podman pull {image}` where there is a network, or deploy with planner=rules.",
    )


def summary(plan: Plan) -> list[str]:
    """The plan in a few lines, each choice with where it came from."""
    head = " ".join(part for part in (plan.runtime.value, plan.version, plan.framework) if part)
    lines = [f"Plan: {head}"]
    for field, origin in plan.origins.items():
        lines.append(f"  {field}: {origin.reason} ({origin.source})")
    return lines
