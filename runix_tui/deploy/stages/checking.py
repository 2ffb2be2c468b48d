"""Waits until the new container is healthy, and finds a service that listens on another port than asked."""

from collections.abc import Callable
from dataclasses import replace

from runix_tui.config import Config
from runix_tui.core.models import Deployment, Version
from runix_tui.core.ports import Clock, Container, Engine
from runix_tui.deploy.health import Check, Elsewhere
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.walk import Walk


class Checking:
    """``host_of`` gives the Host header of a subdomain; ``log_tail`` the last lines that a container wrote."""

    def __init__(
        self,
        engine: Engine,
        launcher: Launcher,
        clock: Clock,
        config: Config,
        *,
        host_of: Callable[[str], str],
        log_tail: Callable[[str, str], tuple[str, ...]],
    ) -> None:
        self._engine = engine
        self._launcher = launcher
        self._clock = clock
        self._config = config
        self._host_of = host_of
        self._log_tail = log_tail

    async def check(self, walk: Walk, container: Container) -> bool:
        """True when healthy; False when it must be started again with its own port published. Raises ``StartError``."""
        while True:
            release = walk.version.release
            assert release is not None  # noqa: S101 - it was started
            found = await self.of(walk.deployment, walk.version, container).wait(container)
            if not isinstance(found, Elsewhere):
                walk.say(f"Healthy on port {found.port}" + (f" ({found.warning})" if found.warning else ""))
                return True
            walk.say(f"It listens on port {found.port}, not on {release.routed_port}: requests are led there")
            walk.update(release=replace(release, listen_port=found.port))
            if self._launcher.address_of(container, found.port) is None:
                return False

    def of(self, deployment: Deployment, version: Version, container: Container) -> Check:
        """The check of one container of ``version``, which has a release."""
        release = version.release
        assert release is not None  # noqa: S101 - it was started
        return Check(
            self._engine,
            self._clock,
            host=self._host_of(deployment.subdomain),
            release=release,
            health_timeout=self._config.deploy.health_timeout,
            listen_timeout=self._config.deploy.listen_timeout,
            address_of=self._launcher.address_of,
            log_tail=lambda: self._log_tail(deployment.id, container.name),
        )
