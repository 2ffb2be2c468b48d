"""From a Dockerfile and a tree to an image, and from that to a release."""

from runix_tui.config import Build
from runix_tui.core import labels, names
from runix_tui.core.ports import BuildRequest, Checkout, Engine
from runix_tui.deploy.releases import compose
from runix_tui.deploy.retry import retrying
from runix_tui.deploy.stages.planning import Planned
from runix_tui.deploy.stages.rendering import Rendering
from runix_tui.deploy.walk import Walk
from runix_tui.plan.variables import matching


class Building:
    """Builds under the limits of ``config.Build``; the build gets the variables that the plan declares, no others."""

    def __init__(self, engine: Engine, rendering: Rendering, config: Build, home_id: str) -> None:
        self._engine = engine
        self._rendering = rendering
        self._config = config
        self._home = home_id

    async def build(self, walk: Walk, checkout: Checkout, planned: Planned) -> None:
        """Build the image and store the release. Raises ``BuildError``."""
        env = walk.version.config.env
        variables = matching(env, planned.plan.build_variables)
        if planned.own:
            text, variables = planned.own.text, tuple(set(variables) & set(planned.own.arguments))
        else:
            text = await self._rendering.dockerfile(walk, planned.plan, variables)
        args = {name: env[name].reveal() for name in variables}
        request = self._request(walk, checkout, planned, text, args)
        image = await retrying(lambda: self._engine.build(request, walk.log), walk)
        release = compose(walk.version.config, planned.plan, image, own_dockerfile=planned.own is not None)
        walk.update(release=release)
        walk.say(f"Built image {image.id.removeprefix('sha256:')[:12]}, {image.size / 1024**2:.0f} MiB")

    def _request(
        self, walk: Walk, checkout: Checkout, planned: Planned, text: str, args: dict[str, str]
    ) -> BuildRequest:
        deployment, version = walk.deployment, walk.version
        return BuildRequest(
            context=checkout.root,
            dockerfile=text,
            ignore=planned.ignore,
            tag=names.image(self._home, deployment.subdomain, version.number),
            labels=labels.of_home(self._home, deployment=deployment.id),
            args=args,
            cpus=self._config.cpus,
            memory=self._config.memory,
            timeout=self._config.timeout,
            build_id=f"{deployment.id}-{version.number}",
        )
