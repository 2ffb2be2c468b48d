"""Blocking git work in a thread of its own, that ends when its caller goes away or its time is up.

The work asks :meth:`Stop.check` at every step and at every callback of libgit2; while its peer is silent it cannot, and
is left behind until libgit2 gives up. The threads are daemons: a server that ends does not wait for a peer that is
silent.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from runix_tui.errors import SourceError, Unavailable

T = TypeVar("T")
LEFT_BEHIND = 32  # threads that wait for silent peers with nobody to wait for them
GRACE = 1.0  # seconds that a cancelled caller waits for its thread: a step on the disk takes milliseconds


class Stopped(BaseException):
    """The caller went away; nobody waits for a result. Not an ``Exception``: nothing on the way may swallow it."""


class Stop:
    """A flag and a deadline. ``timeout`` in seconds, from now."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._event = threading.Event()
        self._abandoned = threading.Event()
        self._held: list[Callable[[], None]] = []

    def set(self) -> None:
        """Ask the work to end."""
        self._event.set()

    @property
    def asked(self) -> bool:
        """Whether the caller went away."""
        return self._event.is_set()

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits any longer for the work to end: what it holds and makes is others' business now."""
        return self._abandoned.is_set()

    def holding(self, release: Callable[[], None]) -> None:
        """Have ``release`` called when the work is abandoned. It may be called twice, and from another thread."""
        self._held.append(release)

    def abandon(self) -> None:
        """Leave the work behind: a peer's silence must not hold up who comes next."""
        self._abandoned.set()
        for release in self._held:
            release()

    def check(self) -> None:
        """Raise ``Stopped``, or ``SourceError`` when the time is up."""
        if self._event.is_set():
            raise Stopped
        if time.monotonic() > self._deadline:
            raise timed_out(self.timeout)

    def pause(self, seconds: float) -> None:
        """Wait a little, less when stopped."""
        self._event.wait(seconds)
        self.check()


def timed_out(timeout: float) -> SourceError:
    """The failure of a fetch that took too long."""
    return SourceError(
        f"fetching took longer than {timeout:g} s",
        hint="Try again; raise git.timeout in config.toml for a large repository or a slow link.",
        code="fetch_timeout",
        transient=True,
    )


class Threads:
    """Where one source's work runs. Of what was left behind there is little: beyond ``most`` nothing new begins."""

    def __init__(self, most: int = LEFT_BEHIND) -> None:
        self._most = most
        self._left: set[threading.Thread] = set()

    async def run(self, work: Callable[[], T], stop: Stop) -> T:
        """The result of ``work``. Cancelled, or at ``stop``'s deadline, it is told to end at once. Raises
        ``Unavailable`` (``busy``) when too much was left behind."""
        self._left = {thread for thread in self._left if thread.is_alive()}
        if len(self._left) >= self._most:
            raise Unavailable(
                f"{len(self._left)} fetches that were given up still wait for git servers that do not answer",
                hint="Try again in half a minute.",
                code="busy",
            )
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        thread = threading.Thread(target=_carry_out, args=(work, done), name="runix-source", daemon=True)
        thread.start()
        try:
            async with asyncio.timeout(stop.timeout):
                return await asyncio.shield(done)
        except TimeoutError:
            raise timed_out(stop.timeout) from None
        finally:
            if not done.done():
                await self._let_go(thread, done, stop)

    async def _let_go(self, thread: threading.Thread, done: "asyncio.Future[T]", stop: Stop) -> None:
        stop.set()
        await asyncio.wait([done], timeout=GRACE)
        if not done.done():
            self._left.add(thread)
            stop.abandon()
            done.cancel()
        elif not done.cancelled():
            done.exception()  # seen: nobody else will look


def _carry_out(work: Callable[[], T], done: "asyncio.Future[T]") -> None:
    """In a thread: do it, and hand over what came of it."""
    result, error = None, None
    try:
        result = work()
    except BaseException as caught:  # noqa: BLE001 - handed over to the caller, whole
        error = caught
    with contextlib.suppress(RuntimeError):  # the loop is gone: so is the caller
        done.get_loop().call_soon_threadsafe(_finish, done, result, error)


def _finish(done: "asyncio.Future[T]", result: T | None, error: BaseException | None) -> None:
    if done.done():
        return
    if error is not None:
        done.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
    else:
        done.set_result(result)  # type: ignore[arg-type]  # T may itself be None
