"""From a tree to a plan: rules propose, policy decides, and the reasons are kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runix_tui.core import names
from runix_tui.core.bases import RuntimeProfile
from runix_tui.core.models import Planner, ServiceConfig, ServiceType
from runix_tui.core.plan import Plan, Runtime
from runix_tui.core.ports import Checkout, Engine, LogSink, Source, SourceTree
from runix_tui.deploy.walk import Walk
from runix_tui.errors import PlanError
from runix_tui.plan.detect import detect
from runix_tui.plan.ignore import ignore, repository_ignore
from runix_tui.plan.own import OwnDockerfile, own_dockerfile
from runix_tui.plan.policy import check_plan
from runix_tui.plan.request import PlanRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be planned, and who hears what people should know of it. ``dry``: the plan is only looked at, so that
    nothing is brought here for it, and no engine is needed."""

    service_type: ServiceType
    project_id: str | None
    config: ServiceConfig
    log: LogSink
    dry: bool = False

    def say(self, line: str) -> None:
        """A line of Runix's own."""
        self.log("runix", line)


@dataclass(frozen=True, slots=True)
class Planned:
    """What to build, what stays out of the context, and the repository's own Dockerfile where that decides."""

    plan: Plan
    ignore: tuple[str, ...]
    own: OwnDockerfile | None = None


class Planning:
    """``bind_mounts_safe`` tells of an engine's version whether bind mounts in its builds stay in the context."""

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
        """Plan a version. Raises ``PlanError`` (nothing_detected, policy, base_unavailable, …)."""
        deployment = walk.deployment
        asked = Asked(deployment.service_type, deployment.project_id, walk.version.config, walk.log)
        planned = await self.propose(asked, checkout)
        walk.update(plan=planned.plan, dockerfile=planned.own.text if planned.own else None)
        return planned

    async def propose(self, asked: Asked, checkout: Checkout) -> Planned:
        """The plan for a tree; nothing is stored. Raises ``PlanError``."""
        tree = self._source.tree(checkout.root)
        plan = await self._detect(tree, asked, asked.config.planner)
        if plan.runtime is Runtime.DOCKERFILE:
            return await self._own(asked, tree, checkout, plan)
        return await self._ours(asked, tree, checkout, plan)

    async def _detect(self, tree: SourceTree, asked: Asked, planner: Planner) -> Plan:
        config = asked.config
        ask = PlanRequest(
            service_type=asked.service_type,
            port=config.port,
            command=config.command,
            build_command=config.build_command,
            health_path=config.health_path,
            env_names=frozenset(config.env),
            planner=planner,
            dockerfile=config.dockerfile,
        )
        return await asyncio.to_thread(detect, tree, ask, self._profiles())

    async def _own(self, asked: Asked, tree: SourceTree, checkout: Checkout, plan: Plan) -> Planned:
        """The repository's own Dockerfile; with ``auto``, rules where its FROM cannot be had."""
        text = tree.text(plan.dockerfile or "Dockerfile") or ""
        safe = asked.dry or self._bind_mounts_safe((await self._engine.info()).version)
        scope = names.network(self._home, asked.project_id)
        own = own_dockerfile(text, tree=tree, cache_scope=scope, bind_mounts_safe=safe)
        bases = () if asked.dry else own.bases
        missing = [base for base in bases if await self._engine.resolve(base, asked.log) is None]
        if missing:
            if asked.config.planner is not Planner.AUTO:
                raise no_base(missing[0])
            return await self._instead(asked, tree, checkout, missing[0])
        for line in (*summary(plan), *own.notes):
            asked.say(line)
        return Planned(plan, await self._ignored(asked, tree, checkout, plan), own)

    async def _instead(self, asked: Asked, tree: SourceTree, checkout: Checkout, missing: str) -> Planned:
        try:
            plan = await self._detect(tree, asked, Planner.RULES)
        except PlanError as error:
            raise no_base(missing) from error
        asked.say(f"The Dockerfile's image {missing} is neither here nor reachable: planning by rules instead")
        return await self._ours(asked, tree, checkout, plan)

    async def _ours(self, asked: Asked, tree: SourceTree, checkout: Checkout, plan: Plan) -> Planned:
        check_plan(plan)
        for line in summary(plan):
            asked.say(line)
        return Planned(plan, await self._ignored(asked, tree, checkout, plan))

    async def _ignored(self, asked: Asked, tree: SourceTree, checkout: Checkout, plan: Plan) -> tuple[str, ...]:
        found = await asyncio.to_thread(
            ignore,
            tree,
            checkout.tracked,
            repository_ignore(tree, plan.dockerfile),
            needed=plan.manifests,
            own_dockerfile=plan.runtime is Runtime.DOCKERFILE,
        )
        if found.notice:
            asked.say(found.notice)
        return found.lines


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
    return [f"Plan: {head}", *(f"  {key}: {at.reason} ({at.source})" for key, at in plan.origins.items())]
