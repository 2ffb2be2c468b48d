"""Is a service healthy, seen from outside its container? Looks only: nothing is started, stopped or stored here."""

from collections.abc import Callable
from dataclasses import dataclass

from runix_tui.core.models import Release
from runix_tui.core.ports import Clock, Container, Engine, Listener
from runix_tui.errors import StartError

PROBE_TIMEOUT = 5.0  # of one request
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
OPEN_PORT_IS_ENOUGH = 10.0  # a service that opens its port but speaks no HTTP counts after this long
ELSEWHERE_AFTER = 3.0  # another port must have been open this long before it is taken for the service's own
LOOPBACK_AFTER = 10.0  # and a listener that nothing reaches, before it is called the reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe met: ``status`` of an HTTP answer, None when the port is open but speaks no HTTP in time."""

    status: int | None


@dataclass(frozen=True, slots=True)
class Healthy:
    """The service answers on ``port`` of its container; ``warning`` is for people."""

    port: int
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The service listens on ``port``, not on the one that it was asked to use."""

    port: int


async def probe(address: str, port: int, *, host: str, path: str) -> Answer | None:
    """One GET from outside with the service's own Host; None when nothing accepts connections there."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=PROBE_TIMEOUT, sock_connect=1)
    url = f"http://{address}:{port}{path}"
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers={"Host": host, "User-Agent": "runix-health"}, allow_redirects=False) as answer,
        ):
            return Answer(answer.status)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return None
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
        return Answer(None)


class Check:
    """Waits for one container to become healthy, and says why it does not.

    ``health_timeout`` and ``listen_timeout`` are seconds, with and without a health path (config.Deploy).
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        host: str,
        release: Release,
        health_timeout: float,
        listen_timeout: float,
        address_of: Callable[[Container, int], tuple[str, int] | None],
        log_tail: Callable[[], tuple[str, ...]],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._host = host
        self._release = release
        self._path = release.health_path or "/"
        self._limit = health_timeout if release.health_path else listen_timeout
        self._address_of = address_of
        self._log_tail = log_tail
        self._open_since: float | None = None
        self._elsewhere: dict[int, float] = {}
        self._loopback_since: float | None = None
        self._last: Answer | None = None

    async def wait(self, container: Container) -> Healthy | Elsewhere:
        """Probe until healthy. Raises ``StartError`` with the reason and the last log lines."""
        start = self._clock.monotonic()
        pause = FIRST_PAUSE
        while True:
            now = await self._alive(container)
            found = await self._look(now)
            if found:
                return found
            if self._clock.monotonic() - start > self._limit:
                raise await self._gave_up(now)
            await self._clock.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _alive(self, container: Container) -> Container:
        now = await self._engine.inspect(container.id)
        if now is None:
            raise StartError("The container was removed by somebody else", code="container_gone", hint="Deploy again.")
        if now.state not in ("running", "created", "initialized", "starting"):
            raise exited(now, self._log_tail())
        return now

    async def _look(self, container: Container) -> Healthy | Elsewhere | None:
        port = self._release.routed_port
        where = self._address_of(container, port)
        self._last = await probe(*where, host=self._host, path=self._path) if where else None
        if self._last:
            return self._judge(self._last, port)
        self._open_since = None
        return await self._look_elsewhere(container)

    def _judge(self, answer: Answer, port: int) -> Healthy | None:
        now = self._clock.monotonic()
        self._open_since = self._open_since or now
        if self._release.health_path:
            healthy = answer.status is not None and 200 <= answer.status <= 399
            return Healthy(port) if healthy else None
        if answer.status is not None:
            warning = f"GET / answers {answer.status}" if answer.status >= 500 else ""
            return Healthy(port, warning)
        if now - self._open_since >= OPEN_PORT_IS_ENOUGH:
            return Healthy(port, f"port {port} is open, but answers no HTTP within {PROBE_TIMEOUT:.0f} s")
        return None

    async def _look_elsewhere(self, container: Container) -> Elsewhere | None:
        """A port that has been open for a while instead of the right one; a loopback bind ends the wait."""
        listeners = await self._engine.listeners(container.id)
        now = self._clock.monotonic()
        reachable = sorted({found.port for found in listeners if not found.loopback})
        self._elsewhere = {port: self._elsewhere.get(port, now) for port in reachable}
        settled = [port for port, since in self._elsewhere.items() if now - since >= ELSEWHERE_AFTER]
        if settled:
            return Elsewhere(settled[0])
        self._loopback_since = (self._loopback_since or now) if listeners and not reachable else None
        if self._loopback_since is not None and now - self._loopback_since >= LOOPBACK_AFTER:
            raise loopback_bind(listeners, self._log_tail())
        return None

    async def _gave_up(self, container: Container) -> StartError:
        tail, limit = self._log_tail(), f"{self._limit:.0f} s"
        if self._last is None:
            listeners = await self._engine.listeners(container.id)
            if listeners and all(found.loopback for found in listeners):
                return loopback_bind(listeners, tail)
            return StartError(
                f"Nothing listens on port {self._release.routed_port} after {limit}",
                code="not_listening",
                hint="A web service must listen on 0.0.0.0 and the port in the variable PORT.",
                evidence=tail,
            )
        said = "no HTTP answer" if self._last.status is None else f"status {self._last.status}"
        return StartError(
            f"The health check {self._path} had {said} after {limit}; it needs 200-399",
            code="unhealthy",
            hint="Look at the log, or set another health_path.",
            evidence=tail,
        )


def loopback_bind(listeners: list[Listener], tail: tuple[str, ...]) -> StartError:
    """It listens, but only inside its container."""
    at = ", ".join(f"{found.address}:{found.port}" for found in listeners)
    return StartError(
        f"It listens on {at}, which nothing outside the container reaches",
        code="loopback_bind",
        hint="Make it listen on 0.0.0.0 (the variable HOST says so), for example with --host 0.0.0.0 in its command.",
        evidence=tail,
    )


def exited(container: Container, tail: tuple[str, ...]) -> StartError:
    """The process ended before it was healthy."""
    code = container.exit_code
    if container.oom_killed or code == 137:
        return StartError(
            "The process was killed, most likely because it needs more memory than its instance type has",
            code="out_of_memory",
            hint="Choose a larger instance type.",
            evidence=tail,
        )
    reason = {126: " (its command is not executable)", 127: " (its command was not found)"}.get(code or 0, "")
    return StartError(
        f"The process exits with {code} at start{reason}",
        code="exited",
        hint="The last log lines say why; a missing variable is set with `runix env set`.",
        evidence=tail,
    )
