"""Is a service healthy, seen from outside its container? Looks only: nothing is started, stopped or stored here.

What a failure means for a person is said in ``diagnosis.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from runix_tui.core.models import Release
from runix_tui.core.ports import Clock, Container, Engine, Listener
from runix_tui.deploy import diagnosis
from runix_tui.errors import StartError, Unavailable

PROBE_TIMEOUT = 5.0  # of one request
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
OPEN_PORT_IS_ENOUGH = 10.0  # a service that opens its port but speaks no HTTP counts after this long
ELSEWHERE_AFTER = 3.0  # another port that answers must have been open this long before it is the service's own
LOOPBACK_AFTER = 10.0  # the right port on loopback alone this long is the reason
LOOPBACK_ELSEWHERE_AFTER = 30.0  # and any other port: helpers of a slow program may listen there long before itself
ALIVE = frozenset({"created", "initialized", "starting", "running", "paused"})


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
    """The service listens on ``port``, which cannot be reached before it is published."""

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
        self._port = release.routed_port
        self._health_path = release.health_path
        self._path = release.health_path or "/"
        self._limit = health_timeout if release.health_path else listen_timeout
        self._address_of = address_of
        self._log_tail = log_tail
        self._open: dict[int, float] = {}  # since when a port has been seen open
        self._answers: dict[int, Answer] = {}  # the newest of each port
        self._listeners: list[Listener] = []
        self._loopback_since: float | None = None

    async def wait(self, container: Container) -> Healthy | Elsewhere:
        """Probe until healthy. Raises ``StartError`` with the reason and the last log lines, ``Unavailable`` when the
        engine is away and stays so."""
        start = self._clock.monotonic()
        pause = FIRST_PAUSE
        while True:
            late = self._clock.monotonic() - start > self._limit
            try:
                found = await self._look(container)
            except Unavailable:  # the container goes on without it
                if late:
                    raise
                found = None
            if found:
                return found
            if late:
                raise self._gave_up()
            await self._clock.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _look(self, container: Container) -> Healthy | Elsewhere | None:
        now = await self._alive(container)
        found = await self._try(now, self._port)
        if found or self._port in self._answers:
            return found
        self._listeners = await self._engine.listeners(now.id)
        self._look_at_loopback()
        return await self._look_elsewhere(now)

    async def _alive(self, container: Container) -> Container:
        now = await self._engine.inspect(container.id)
        if now is None:
            raise StartError("The container was removed by somebody else", code="container_gone", hint="Deploy again.")
        if now.state not in ALIVE:
            raise diagnosis.exited(now, self._log_tail())
        return now

    async def _try(self, container: Container, port: int) -> Healthy | None:
        """Probe one port, and remember what it said."""
        began = self._clock.monotonic()
        where = self._address_of(container, port)
        answer = await probe(*where, host=self._host, path=self._path) if where else None
        self._answers.pop(port, None)
        if answer is None:
            self._open.pop(port, None)
            return None
        self._answers[port] = answer
        return self._judge(answer, port, self._clock.monotonic() - self._open.setdefault(port, began))

    def _judge(self, answer: Answer, port: int, open_for: float) -> Healthy | None:
        if self._health_path:
            healthy = answer.status is not None and 200 <= answer.status <= 399
            return Healthy(port) if healthy else None
        if answer.status is not None:
            return Healthy(port, f"GET / answers {answer.status}" if answer.status >= 500 else "")
        if open_for >= OPEN_PORT_IS_ENOUGH:
            return Healthy(port, f"port {port} is open, but answers no HTTP within {PROBE_TIMEOUT:.0f} s")
        return None

    async def _look_elsewhere(self, container: Container) -> Healthy | Elsewhere | None:
        """Another port that has been open for a while, and answers as the right one should. (A port for metrics or
        debugging may be open long before.)"""
        now = self._clock.monotonic()
        others = sorted({found.port for found in self._listeners if not found.loopback} - {self._port})
        self._open = {port: self._open.get(port, now) for port in others}
        for port in others:
            if now - self._open[port] >= ELSEWHERE_AFTER:
                if self._address_of(container, port) is None:
                    return Elsewhere(port)
                found = await self._try(container, port)
                if found:
                    return found
        return None

    def _look_at_loopback(self) -> None:
        """Loopback alone: it will not get better."""
        if not self._listeners or not all(found.loopback for found in self._listeners):
            self._loopback_since = None
            return
        now = self._clock.monotonic()
        self._loopback_since = now if self._loopback_since is None else self._loopback_since
        right = any(found.port == self._port for found in self._listeners)
        if now - self._loopback_since >= (LOOPBACK_AFTER if right else LOOPBACK_ELSEWHERE_AFTER):
            raise diagnosis.loopback_bind(self._listeners, self._log_tail())

    def _gave_up(self) -> StartError:
        tail = self._log_tail()
        answered = self._port if self._port in self._answers else next(iter(self._answers), None)
        if answered is not None:
            status = self._answers[answered].status
            return diagnosis.unhealthy(self._path, status, self._limit, tail, asked=self._port, port=answered)
        return diagnosis.unreachable(self._listeners, self._port, self._limit, tail)
