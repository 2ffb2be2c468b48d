"""The conversation with an engine, against a real HTTP server on a Unix socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
from aiohttp import web

from runix_tui.engine.connection import PREFIX, Connection
from runix_tui.engine.faults import Refused
from runix_tui.engine.ping import get, ping
from runix_tui.engine.podmanpy import label_filters
from runix_tui.errors import Unavailable
from tests.fakes import FakeActivity


class Peer:
    """Answers as an engine does; can go away and come back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: list[str] = []
        self.lists = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(self.path)).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        self.asked.append(f"{request.method} {path}")
        match path:
            case "/_ping":
                return web.Response(text="OK")
            case "/version":
                return web.json_response({"Version": "5.4.2"})
            case "/images/json":
                return web.json_response([{"filters": json.loads(request.query["filters"])}])
            case "/containers/json":
                self.lists += 1
                if self.lists < 4:
                    return web.json_response({"cause": "c", "message": "locating image x: image not known"}, status=500)
                return web.json_response([])
            case "/images/panics/json" if (asks := self.asked.count(f"GET {path}")) < 4:
                message = "runtime error: invalid memory address or nil pointer dereference"
                return web.json_response({"cause": message, "message": f"{message} {asks}"}, status=500)
            case "/slow":
                await asyncio.sleep(30)
            case "/plain":
                return web.Response(text="not json", status=500)
            case "/lines":
                stream = web.StreamResponse()
                await stream.prepare(request)
                for at in range(3):
                    await stream.write(f"{at}\n".encode())
                return stream
        return web.json_response({"cause": "c", "message": "no such thing", "response": 404}, status=404)


@pytest.fixture
async def peer(tmp_path) -> AsyncIterator[Peer]:
    peer = Peer(tmp_path / "e.sock")
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def connection(peer) -> AsyncIterator[Connection]:
    connection = Connection(peer.path, heal=peer.start)
    yield connection
    await connection.close()


def ask_version(connection: Connection) -> Awaitable[dict[str, str]]:
    """The way of podman-py."""
    return connection.call("ask for its version", lambda podman: podman.version())


async def test_an_error_status_is_an_answer_or_a_refusal(connection):
    answer = await connection.request("GET", "/none", "look")
    assert (answer.status, answer.message) == (404, "no such thing")
    with pytest.raises(Refused) as caught:
        await connection.expect("GET", "/none", "look")
    assert caught.value.missing
    assert (await connection.request("GET", "/plain", "look")).message == "not json"


async def test_label_filters_survive_podman_py(connection):
    wanted = {"dev.runix.home": "a=b,c", "x": "2"}
    images = await connection.call("list", lambda client: client.images.list(filters=label_filters(wanted)))
    assert images[0].attrs["filters"] == {"label": ["dev.runix.home=a=b,c", "x=2"]}


async def test_what_ended_while_it_was_looked_at_is_looked_at_again(connection):
    asked = []

    def ask(_: object) -> str:
        asked.append(len(asked))
        if len(asked) == 1:
            raise Refused("The engine refused to inspect it: read /proc/24777/cgroup: no such process", http=500)
        return "ended"

    assert await connection.call("inspect it", ask) == "ended"
    assert asked == [0, 1]


async def test_a_list_is_asked_for_again_when_something_of_it_goes(peer, connection, monkeypatch):
    monkeypatch.setattr("runix_tui.engine.connection.PAUSES", (0,) * 5)
    assert await connection.listing("list", lambda client: client.containers.list()) == []
    assert peer.lists == 4
    peer.lists = -100
    with pytest.raises(Refused):
        await connection.listing("list", lambda client: client.containers.list())


async def test_an_engine_that_fails_in_itself_is_asked_again(peer, connection, monkeypatch):
    """As it does over an image that somebody removes at the same time. What it then says is the answer."""
    monkeypatch.setattr("runix_tui.engine.connection.PAUSES", (0,) * 5)
    with pytest.raises(Refused) as caught:
        await connection.call("inspect", lambda client: client.images.get("panics"))
    assert caught.value.missing
    assert len(peer.asked) == 4


@pytest.mark.parametrize("way", ["rest", "podman-py"])
async def test_comes_back_by_itself(peer, connection, way):
    await peer.stop()
    if way == "rest":
        assert await connection.expect("GET", "/_ping", "ping") == "OK"
    else:
        assert (await ask_version(connection))["Version"] == "5.4.2"


async def test_a_call_that_is_late_opens_nothing(peer, connection):
    """A session that it opened would be closed by nobody, an engine that it healed ended by nobody."""
    healed: list[None] = []

    async def heal() -> None:
        healed.append(None)

    connection._heal = heal
    await connection.expect("GET", "/_ping", "ping")
    await connection.close()
    for late in (connection.expect("GET", "/_ping", "ping"), ask_version(connection)):
        with pytest.raises(Unavailable) as caught:
            await late
        assert caught.value.code == "engine_closed"
    assert (connection._session, healed) == (None, [])


async def test_many_at_once_heal_without_harm(peer, connection):
    started = 0

    async def heal() -> None:
        nonlocal started
        if not ping(peer.path, timeout=0.01):
            started += 1
            await peer.start()

    connection._heal = heal
    await peer.stop()
    answers = await asyncio.gather(*(connection.expect("GET", "/_ping", "ping") for _ in range(20)))
    assert set(answers) == {"OK"}
    assert 1 <= started <= 20


async def test_a_named_engine_that_is_away(tmp_path):
    connection = Connection(tmp_path / "none.sock")
    for ask in (connection.request("GET", "/_ping", "ping"), ask_version(connection)):
        with pytest.raises(Unavailable) as caught:
            await ask
        assert caught.value.hint
    await connection.close()


async def test_slow_answers_are_not_waited_for(connection):
    with pytest.raises(Unavailable) as caught:
        await connection.request("GET", "/slow", "wait", within=0.05)
    assert caught.value.code == "engine_timeout"


async def test_cancel_at_once(connection):
    task = asyncio.create_task(connection.request("GET", "/slow", "wait"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_streams(connection):
    async with connection.stream("GET", "/lines", "read") as response:
        assert [line async for line in response.content] == [b"0\n", b"1\n", b"2\n"]
    with pytest.raises(Refused):
        async with connection.stream("GET", "/none", "read"):
            pytest.fail("opened")


async def test_ping(peer, tmp_path):
    assert await asyncio.to_thread(ping, peer.path)
    assert await asyncio.to_thread(get, peer.path, f"{PREFIX}/none") is None
    assert not ping(tmp_path / "none.sock")


async def test_reads_are_told_quietly_and_changes_by_who_makes_them(peer):
    activity = FakeActivity()
    connection = Connection(peer.path, activity=activity)
    await connection.request("GET", "/_ping", "ask whether it answers")
    await connection.call("list images", lambda podman: podman.images.list(filters={"label": "a"}))
    await connection.request("POST", "/x", "change x")
    with pytest.raises(Refused):  # that there is none is an answer
        await connection.call("inspect an image", lambda podman: podman.images.get("none"))
    await peer.stop()
    with pytest.raises(Unavailable):
        await connection.request("GET", "/_ping", "ask whether it answers")
    await connection.close()
    asked = ("ask whether it answers", "")
    assert activity.quiet == [asked, ("list images", ""), ("inspect an image", ""), (asked[0], "failed")]
    assert activity.told == []
