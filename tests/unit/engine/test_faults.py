"""Every foreign error becomes one of ours: none is left unmapped."""

import http.client
import json

import aiohttp
import podman.errors
import pytest
import requests
import urllib3.exceptions
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from runix_tui.engine.faults import Refused, border, foreign, mapped, vanished
from runix_tui.errors import Conflict, RunixError, Unavailable


def tree(*roots: type[BaseException]) -> list[type[BaseException]]:
    found = list(roots)
    for root in found:
        found += [each for each in root.__subclasses__() if each not in found]
    return found


def of_module(*modules: object) -> set[type[BaseException]]:
    return {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, Warning)
    }


INSIDE_AIOHTTP = {  # signals between its own parts, or of WebSockets, which no engine speaks to us
    aiohttp.EofStream,
    aiohttp.WebSocketError,
    aiohttp.WSMessageTypeError,
}
PUBLIC = of_module(podman.errors, requests.exceptions, urllib3.exceptions, aiohttp) - INSIDE_AIOHTTP


def an_error(kind: type[BaseException]) -> BaseException:
    """One of this kind; most are made bare, as their arguments say nothing here."""
    if issubclass(kind, aiohttp.ClientResponseError):
        url = URL("http://engine/x")
        return kind(aiohttp.RequestInfo(url, "GET", CIMultiDictProxy(CIMultiDict()), url), (), status=500)
    if issubclass(kind, podman.errors.APIError):
        return kind("cause")
    return kind.__new__(kind)


@pytest.mark.parametrize("kind", sorted(PUBLIC, key=lambda each: f"{each.__module__}.{each.__qualname__}"))
def test_no_public_error_of_a_library_passes_the_border(kind):
    error = an_error(kind)
    assert isinstance(error, foreign()), kind
    ours = mapped(error, "do something")
    assert isinstance(ours, Unavailable | Refused)
    assert ours.hint


SYSTEM = [each for each in tree(OSError) if each.__module__ in ("builtins", "socket", "ssl")]


@pytest.mark.parametrize("kind", SYSTEM)
def test_no_error_of_the_system_passes(kind):
    with pytest.raises(Unavailable), border("do something"):
        raise kind.__new__(kind)


def api_error(status: int | None, cause: Exception | None = None) -> podman.errors.APIError:
    response = None
    if status:
        response = requests.Response()
        response.status_code = status
    error = podman.errors.APIError("cause", response=response, explanation="what the engine says")
    error.__cause__ = cause
    return error


def test_an_answer_of_the_engine_keeps_status_and_words():
    ours = mapped(api_error(404), "inspect")
    assert isinstance(ours, Refused)
    assert ours.missing
    assert ours.http == 404
    assert "what the engine says" in ours.message
    assert not mapped(api_error(500), "inspect").missing


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(), "engine_unavailable"),
        (FileNotFoundError(), "engine_unavailable"),
        (aiohttp.ServerDisconnectedError(), "engine_unavailable"),
        (aiohttp.ClientPayloadError(), "engine_unavailable"),
        (requests.ConnectionError(), "engine_unavailable"),
        (api_error(None, requests.ConnectionError()), "engine_unavailable"),
        (urllib3.exceptions.ProtocolError(), "engine_unavailable"),
        (http.client.RemoteDisconnected(), "engine_unavailable"),
        (TimeoutError(), "engine_timeout"),
        (aiohttp.ServerTimeoutError(), "engine_timeout"),
        (requests.ReadTimeout(), "engine_timeout"),
        (api_error(None, requests.ReadTimeout()), "engine_timeout"),
    ],
)
def test_an_engine_that_is_away_or_hangs(error, code):
    ours = mapped(error, "start a container")
    assert isinstance(ours, Unavailable)
    assert ours.code == code
    assert "start a container" in ours.message
    assert ours.transient


def test_an_answer_that_is_not_json_is_refused():
    with pytest.raises(Refused), border("list"):
        json.loads("<html>")


def test_our_own_errors_pass_as_they_are():
    ours = Conflict("busy")
    assert mapped(ours, "x") is ours
    with pytest.raises(Conflict) as caught, border("x"):
        raise ours
    assert caught.value is ours


def test_what_is_a_mistake_of_ours_is_not_hidden():
    for kind in (TypeError, KeyError, AttributeError, AssertionError):
        assert not isinstance(kind(), foreign())
    assert not issubclass(RunixError, foreign())


@pytest.mark.parametrize(
    "words",
    [
        'checking if image "388a" is dangling: reading image "b22e": locating image with ID "b22e": image not known',
        'reading data blob size "signature-b8de" for "0ad2": size is not known',
        'no such container "c1"',
        'checking if image "6986" is dangling: locating item named "manifest": file does not exist',
        "runtime error: invalid memory address or nil pointer dereference",
    ],
)
def test_what_went_while_it_was_listed_is_known_by_the_engines_words(words: str) -> None:
    assert vanished(Refused(f"The engine refused to list images: {words}"))
    assert not vanished(Refused("The engine refused to list images: permission denied"))
