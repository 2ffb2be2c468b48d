"""The one mapping from foreign errors (podman, requests, aiohttp, the operating system) to Runix's own.

Everything that leaves this room is a ``RunixError``. What an error means for a deploy (a build that failed, a container
that did not start) is said where it happens; here is only what the engine's side knows.
"""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

from runix_tui.errors import DeployError, RunixError, Unavailable

START_HINT = "Runix starts its engine again by itself; `runix doctor` says what is wrong if it stays away."
TIMEOUT_HINT = "The engine is busy or hangs. Try again; `runix doctor` shows its state and its log."
REFUSED_HINT = "Read the engine's message; `runix doctor` checks whether this host offers what containers need."


_TOO_LATE = "container state improper"
_STARTLED = "nil pointer dereference"
_VANISHED = (
    "locating image",
    "locating item",
    "image not known",
    "no such image",
    "no such container",
    "size is not known",
)


class Refused(DeployError):
    """The engine answered, with an error. ``http`` is the status of its answer (0: it has none)."""

    default_code = "engine_refused"

    def __init__(self, message: str, *, http: int = 0, hint: str = REFUSED_HINT) -> None:
        super().__init__(message, hint=hint)
        self.http = http

    @property
    def missing(self) -> bool:
        """Whether what was asked for is not there. What goes while it is looked at gets a 500 that says so."""
        return self.http == 404 or (self.http == 500 and "no such container" in self.message)

    @property
    def moved(self) -> bool:
        """Whether a process ended while the engine looked at it: asked again, it knows of that."""
        return self.http == 500 and "no such process" in self.message


def vanished(error: Refused) -> bool:
    """Whether the engine gave up a list because one of the things in it was removed at the same time (Podman 4.3)."""
    return startled(error) or any(sign in error.message for sign in _VANISHED)


def startled(error: Refused) -> bool:
    """Whether the engine failed in itself over an image that was removed while it looked at another (Podman 4.3)."""
    return _STARTLED in error.message


def too_late(error: Refused) -> bool:
    """Whether a container had just ended when it was to be signalled, whatever the engine still says of its state."""
    return _TOO_LATE in error.message


def mapped(error: BaseException, what: str) -> RunixError:
    """``error`` as Runix's own; ``what`` was being done (``create the container``), for the message.

    Connections that break or cannot be made are ``Unavailable``; answers with an error status are ``Refused``.
    """
    if isinstance(error, RunixError):
        return error
    error = _unwrapped(error)
    if _is_timeout(error):
        return Unavailable(f"The engine did not answer in time ({what}).", hint=TIMEOUT_HINT, code="engine_timeout")
    if _is_connection(error):
        return Unavailable(f"The engine is away ({what}).", hint=START_HINT)
    return _refused(error, what)


@contextmanager
def border(what: str) -> Iterator[None]:
    """Map every foreign error of the block; ``what`` was being done."""
    try:
        yield
    except RunixError:
        raise
    except foreign() as error:
        raise mapped(error, what) from error


def foreign() -> tuple[type[BaseException], ...]:
    """The roots of the foreign error trees that calls to the engine may raise."""
    import aiohttp
    import podman.errors
    import requests
    import urllib3.exceptions

    return (
        podman.errors.APIError,
        podman.errors.PodmanError,
        podman.errors.DockerException,
        podman.errors.InvalidArgument,
        podman.errors.StreamParseError,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        aiohttp.ClientError,
        OSError,
        TimeoutError,
        http.client.HTTPException,
        EOFError,
        ValueError,
    )


def _unwrapped(error: BaseException) -> BaseException:
    """podman-py dresses a broken connection as an ``APIError`` without an answer; its cause says what happened."""
    import podman.errors

    dressed = isinstance(error, podman.errors.APIError) and error.status_code is None
    return error.__cause__ if dressed and error.__cause__ is not None else error


def _is_timeout(error: BaseException) -> bool:
    import aiohttp
    import requests
    import urllib3.exceptions

    kinds = (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError, aiohttp.ServerTimeoutError)
    return isinstance(error, kinds)


def _is_connection(error: BaseException) -> bool:
    """Whether the conversation itself broke, rather than being answered with an error."""
    import aiohttp
    import requests
    import urllib3.exceptions

    if isinstance(error, aiohttp.ClientResponseError):
        return False
    if isinstance(error, requests.RequestException):
        broken = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
        return isinstance(error, broken)
    if isinstance(error, urllib3.exceptions.HTTPError):
        return True
    return isinstance(error, aiohttp.ClientError | http.client.HTTPException | OSError | EOFError)


def _refused(error: BaseException, what: str) -> Refused:
    """An answer with an error: the engine's own words are what helps most."""
    status = getattr(error, "status_code", None) or getattr(error, "status", None)
    words = getattr(error, "explanation", None) or getattr(error, "message", None) or str(error) or type(error).__name__
    return Refused(f"The engine refused to {what}: {words}", http=status if isinstance(status, int) else 0)
