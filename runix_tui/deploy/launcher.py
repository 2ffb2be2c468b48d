"""Starts a version's container, and takes old ones away. Knows nothing of routes, stages or health."""

import logging
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path

from runix_tui.config import Config
from runix_tui.core import labels, names
from runix_tui.core.models import Deployment, InstanceType, Version
from runix_tui.core.ports import Container, ContainerSpec, Engine
from runix_tui.deploy.collector import Collector
from runix_tui.deploy.releases import environment
from runix_tui.deploy.tasks import uninterrupted
from runix_tui.errors import RunixError, StartError
from runix_tui.locations import Locations

logger = logging.getLogger(__name__)

TAIL_LINES, TAIL_BYTES = 20, 16 * 1024


class Launcher:
    """Containers of versions."""

    def __init__(
        self,
        engine: Engine,
        collector: Collector,
        *,
        locations: Locations,
        config: Config,
        home_id: str,
        sizes: Mapping[str, InstanceType],
    ) -> None:
        self._engine = engine
        self._collector = collector
        self._locations = locations
        self._config = config
        self._home = home_id
        self._sizes = sizes
        self._logs: dict[str, tuple[str, Path]] = {}  # container id → deployment id and file

    async def launch(self, deployment: Deployment, version: Version) -> Container:
        """Create and start a container of ``version``'s release. Raises ``StartError`` (``image_gone``, …)."""
        release = version.release
        assert release is not None  # noqa: S101 - the pipeline launches nothing without a release
        network = names.network(self._home, deployment.project_id)
        await self._engine.ensure_network(
            network, labels.of_home(self._home, project=deployment.project_id or "default")
        )
        name = names.container(self._home, deployment.subdomain, version.number, secrets.token_hex(2))
        log_path = self.log_path(deployment.id, name)
        log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        spec = ContainerSpec(
            name=name,
            image=release.image_id,
            network=network,
            labels=labels.of_home(
                self._home, deployment=deployment.id, version=str(version.number), role=labels.SERVICE
            ),
            env=environment(deployment, version),
            size=self._sizes[version.config.instance_type],
            log_path=log_path,
            log_size=self._config.logs.max_bytes,
            command=release.start,
            aliases=(deployment.name,),
            port=release.routed_port,
            own_dockerfile=release.own_dockerfile,
        )
        created = await self._engine.create(spec)
        try:
            self.follow(created, deployment.id)
            return await self._engine.start(created.id)
        except BaseException:
            await self.discard(created.id)
            raise

    async def resume(self, container: Container, deployment_id: str) -> Container:
        """Start a container that ended again, its log going on."""
        self.follow(container, deployment_id)
        return await self._engine.start(container.id)

    def follow(self, container: Container, deployment_id: str) -> None:
        """Take over what the engine wrote, and writes, of a container that is there already."""
        path = self.log_path(deployment_id, container.name)
        self._logs[container.id] = deployment_id, path
        self._collector.watch(deployment_id, path)

    def sweep_logs(self, deployments: Collection[str]) -> None:
        """After a start, when all containers that exist are followed: take over what gone ones left, then delete it."""
        self._collector.sweep(deployments)

    def log_path(self, deployment_id: str, container_name: str) -> Path:
        """Where the engine writes a container's output: named by the end of the container's name (``3-ab12``)."""
        return self._locations.container_logs / deployment_id / f"{container_name.rsplit('-v', 1)[-1]}.log"

    def log_tail(self, deployment_id: str, container_name: str) -> tuple[str, ...]:
        """The last lines that a container wrote, for a diagnosis."""
        return tail(self.log_path(deployment_id, container_name))

    async def retire(self, container_id: str) -> None:
        """SIGTERM, time to finish, then away with it."""
        await self._engine.stop(container_id, timeout=self._config.deploy.stop_timeout)
        await self.remove(container_id)

    async def remove(self, container_id: str) -> None:
        """Away with it at once; its last lines are still taken over."""
        await self._engine.remove(container_id)
        if container_id in self._logs:
            self._collector.discard(*self._logs.pop(container_id))

    async def discard(self, container_id: str) -> None:
        """:meth:`remove` after something failed: what failed is the news, not that this does too. The supervisor
        removes what stays."""
        try:
            await uninterrupted(self.remove(container_id))
        except RunixError as error:
            logger.warning("container %s stays for now: %s", container_id[:12], error.message)

    def address_of(self, container: Container, port: int) -> tuple[str, int] | None:
        """Where the gateway and probes reach ``port`` of a container; None when it is not published (rootless)."""
        if container.published:
            published = container.published.get(port)
            return (container.address, published) if published else None
        return (container.address, port) if container.address else None


def image_gone(number: int) -> StartError:
    """The stored image of a version is not there any more."""
    return StartError(
        f"The image of version {number} is gone",
        code="image_gone",
        hint="Redeploy: the last 5 images that ran are kept, and somebody else may have removed this one.",
    )


def tail(path: Path, lines: int = TAIL_LINES) -> tuple[str, ...]:
    """The text of the last lines of a log in the engine's k8s-file format (``stamp stream F|P text``)."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            found = file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except OSError:
        return ()
    return tuple(line.split(" ", 3)[-1] for line in found)
