"""Waits until the new container is healthy, and finds a service that listens on another port than asked."""

from collections.abc import Callable
from dataclasses import replace

from runix_tui.config import Config
from runix_tui.core.models import Deployment, Release, Version
from runix_tui.core.ports import Clock, Container, Engine
from runix_tui.deploy.health import Check, Elsewhere
from runix_tui.deploy.launcher import Launcher
from runix_tui.deploy.walk import Walk
from runix_tui.errors import StartError


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
        release = release_of(walk.version)
        found = await self.of(walk.deployment, walk.version, container).wait(container)
        if found.port != release.routed_port:
            walk.say(f"It listens on port {found.port}, not on {release.routed_port}: requests are led there")
            if isinstance(found, Elsewhere) and release.listen_port is not None:
                raise wanders(found.port)
            walk.update(release=found_on(release, found.port))
        if isinstance(found, Elsewhere):
            return False
        walk.say(f"Healthy on port {found.port}" + (f" ({found.warning})" if found.warning else ""))
        return True

    def of(self, deployment: Deployment, version: Version, container: Container) -> Check:
        """The check of one container of ``version``, which has a release."""
        return Check(
            self._engine,
            self._clock,
            host=self._host_of(deployment.subdomain),
            release=release_of(version),
            health_timeout=self._config.deploy.health_timeout,
            listen_timeout=self._config.deploy.listen_timeout,
            address_of=self._launcher.address_of,
            log_tail=lambda: self._log_tail(deployment.id, container.name),
        )


def release_of(version: Version) -> Release:
    """The release of a version that was started."""
    if version.release is None:
        raise StartError(f"Version {version.number} has no image to start", code="image_gone", hint="Redeploy.")
    return version.release


def found_on(release: Release, port: int) -> Release:
    """A release whose process listens on ``port``."""
    return replace(release, listen_port=port if port != release.port else None)


def wanders(port: int) -> StartError:
    """Started with the port published where it listened before, it listens on yet another one."""
    return StartError(
        f"It listens on port {port} now, on another one at each start",
        code="not_listening",
        hint="Have it listen on the port in the variable PORT.",
    )
