"""How the room talks to the engine: podman-py in a few threads for short calls, aiohttp on the socket for the rest.

aiohttp carries every stream, and the REST calls that podman-py gets wrong or whose whole answer is needed. Foreign
errors become Runix's own here (``faults.py``). What is asked of the engine is written in the modules that ask.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from runix_tui.core.activity import UNTOLD, Activity, ActivitySource, Note
from runix_tui.engine.faults import Refused, border, startled, vanished
from runix_tui.engine.podmanpy import make_client
from runix_tui.errors import Unavailable

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from podman import PodmanClient

T = TypeVar("T")
API = "4.0.0"  # the oldest version that has what we use: newer engines answer it as well
PREFIX = f"/v{API}/libpod"
TIMEOUT = 60.0  # seconds for a short call
THREADS = 4
PAUSES = (0, 0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds before what others disturbed is asked for again

Json = Any
"""A decoded answer of the engine; each caller turns it into values at once."""


Params = Mapping[str, str] | Sequence[tuple[str, str]] | None
"""A query; pairs where a name comes more than once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the engine: its status and decoded body (None when it had none)."""

    status: int
    body: Json

    @property
    def message(self) -> str:
        """What the engine says about an error."""
        if isinstance(self.body, dict):
            return str(self.body.get("message") or self.body.get("cause") or self.body)
        return str(self.body or f"status {self.status}")


class Connection:
    """A conversation with one engine. ``heal`` is awaited once when the engine is away, before the call is tried again:
    it starts our own service anew (None: a named engine, which is not ours to start). Reads are told to ``activity``
    when they are slow or fail; changes by those who make them, with :meth:`doing`."""

    def __init__(
        self, path: Path, *, heal: Callable[[], Awaitable[None]] | None = None, activity: Activity = UNTOLD
    ) -> None:
        self.socket = path
        self._activity = activity
        self._heal = heal
        self._healing: asyncio.Lock | None = None
        self._session: ClientSession | None = None
        self._closed = False
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="engine")
        self._local = threading.local()
        self._clients: list[PodmanClient] = []

    def doing(
        self,
        action: str,
        subject: str = "",
        *,
        deployment_id: str | None = None,
        version: int | None = None,
        quiet: bool = False,
    ) -> AbstractContextManager[Note]:
        """Tell that the engine is asked for something while it is."""
        return self._activity.doing(
            ActivitySource.ENGINE, action, subject, deployment_id=deployment_id, version=version, quiet=quiet
        )

    async def call(
        self,
        what: str,
        ask: Callable[["PodmanClient"], T],
        *,
        within: float = TIMEOUT,
        passing: Callable[[Refused], bool] = startled,
    ) -> T:
        """Run ``ask`` with a podman-py client in a thread; ``what`` names it in errors.

        Takes at most about ``within`` seconds. Only for calls that are safe to make twice: after the engine was away it
        is made again, and some more times while it is refused by a ``passing`` fault. Raises ``Unavailable``, or
        ``Refused`` with the status of the engine's answer.
        """

        async def once() -> T:
            self._refuse_when_closed()
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._ask, what, ask, within)

        with self.doing(what, quiet=True):
            try:
                return await self._settled(once, passing)
            except Refused as error:
                if error.moved:
                    return await self._healed(once)
                if not error.missing:
                    raise
                missing = error  # that there is none is an answer, nothing that failed
        raise missing

    async def listing(self, what: str, ask: Callable[["PodmanClient"], T]) -> T:
        """Like :meth:`call`, for lists: asked for again when somebody, in whatever home, removes what is in it."""
        return await self.call(what, ask, passing=vanished)

    async def request(
        self,
        method: str,
        path: str,
        what: str,
        *,
        params: Params = None,
        body: Json = None,
        within: float = TIMEOUT,
        again: bool = True,
    ) -> Answer:
        """One REST call (``path`` below ``/libpod``), answered whatever its status. Raises ``Unavailable``.

        ``again`` False: it is not made again when it may have arrived before the engine went away (a ping comes first,
        so that an engine that was away before is back).
        """
        if not again:
            await self.request("GET", "/_ping", what)

        async def once() -> Answer:
            async with self._asking(method, path, what, params=params, json=body, within=within) as response:
                text = await response.text()
                return Answer(response.status, _decoded(text))

        if method != "GET":
            return await self._healed(once, again=again)
        with self.doing(what, quiet=True):
            return await self._healed(once)

    async def expect(
        self,
        method: str,
        path: str,
        what: str,
        *,
        params: Params = None,
        body: Json = None,
        within: float = TIMEOUT,
    ) -> Json:
        """Like :meth:`request`, giving the body; an error status raises ``Refused``."""
        answer = await self.request(method, path, what, params=params, body=body, within=within)
        if answer.status >= 400:
            raise Refused(f"The engine refused to {what}: {answer.message}", http=answer.status)
        return answer.body

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        what: str,
        *,
        params: Params = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        idle_timeout: float | None = None,
    ) -> AsyncIterator["ClientResponse"]:
        """A response that is read as it comes, of unlimited length; ``idle_timeout`` seconds without a byte end it.

        Foreign errors raised in the block are mapped too. An error status raises ``Refused``.
        """
        async with self._asking(
            method, path, what, params=params, data=data, headers=headers, within=None, idle=idle_timeout
        ) as response:
            if response.status >= 400:
                answer = Answer(response.status, _decoded(await response.text()))
                raise Refused(f"The engine refused to {what}: {answer.message}", http=answer.status)
            yield response

    async def close(self) -> None:
        """Let go of everything, for good: a call that is late finds nothing to open anew."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients:
            client.close()  # type: ignore[no-untyped-call]  # podman-py has no annotations
        self._clients.clear()

    @asynccontextmanager
    async def _asking(
        self, method: str, path: str, what: str, *, within: float | None, idle: float | None = None, **arguments: Any
    ) -> AsyncIterator["ClientResponse"]:
        import aiohttp

        limits = aiohttp.ClientTimeout(total=within, sock_connect=5, sock_read=idle)
        with border(what):
            session = self._opened()
            async with session.request(method, f"http://engine{PREFIX}{path}", timeout=limits, **arguments) as response:
                yield response

    def _opened(self) -> "ClientSession":
        import aiohttp

        self._refuse_when_closed()
        if self._session is None:
            connector = aiohttp.UnixConnector(str(self.socket), limit=0)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise Unavailable(
                "Runix has let go of the engine.", hint="Runix is ending: start it again.", code="engine_closed"
            )

    def _ask(self, what: str, ask: Callable[["PodmanClient"], T], timeout: float) -> T:
        with border(what):
            client = self._client()
            client.api.timeout = timeout
            return ask(client)

    def _client(self) -> "PodmanClient":
        """This thread's own client: the sessions below it are not made for sharing."""
        client: PodmanClient | None = getattr(self._local, "client", None)
        if client is None:
            client = make_client(self.socket, version=API, timeout=TIMEOUT)
            self._local.client = client
            self._clients.append(client)
        return client

    async def _settled(self, once: Callable[[], Awaitable[T]], passing: Callable[[Refused], bool]) -> T:
        for pause in PAUSES:
            try:
                return await self._healed(once)
            except Refused as error:
                if not passing(error):
                    raise
            await asyncio.sleep(pause)
        return await self._healed(once)

    async def _healed(self, once: Callable[[], Awaitable[T]], *, again: bool = True) -> T:
        """Make a call; when the engine turns out to be away, have it back and make the call once more."""
        try:
            return await once()
        except Unavailable as error:
            away = error.code == Unavailable.default_code
            if self._heal is None or not away or not (again or _never_arrived(error)):
                raise
            await self._heal_once()
            return await once()

    async def _heal_once(self) -> None:
        """Many calls may find the engine away at the same time: one of them brings it back."""
        if self._healing is None:
            self._healing = asyncio.Lock()
        async with self._healing:
            if self._heal is not None:
                await self._heal()


def _never_arrived(error: Unavailable) -> bool:
    """Whether the connection itself could not be made."""
    import aiohttp

    return isinstance(error.__cause__, aiohttp.ClientConnectorError)


def _decoded(text: str) -> Json:
    """JSON, or plain text as it is (errors of the HTTP layer); None for nothing."""
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return text
