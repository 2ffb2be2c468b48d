"""Health as it is seen from outside, against real sockets and an injected clock, and what a person is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from runix_tui.core.models import Release
from runix_tui.core.ports import Container, Listener
from runix_tui.deploy import health
from runix_tui.deploy.health import Check, Elsewhere, Healthy, probe
from runix_tui.errors import StartError, Unavailable
from tests.fakes import FakeClock

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HOME = "127.0.0.1"


def says(text: str, *, close: bool = True) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        status = text
        if text == "host":
            status = "200 OK" if b"Host: shop.localhost:8080\r\n" in head else "421 No"
        elif text == "path":
            status = "200 OK" if head.startswith(b"GET /health ") else "404 No"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nLocation: /login\r\n\r\n".encode())
        await writer.drain()
        if not close:
            await reader.read()  # until the client goes
        writer.close()

    return talk


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def not_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"+PONG\r\n")
    await writer.drain()
    writer.close()


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[int]:
    talks: set[asyncio.Task[None]] = set()

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(begin, HOME, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*talks, return_exceptions=True)


class Looked:
    """The engine as a check sees it: ``container`` and ``listening`` are what it finds next."""

    def __init__(self, listening: list[Listener] | None = None) -> None:
        self.container: Container | None = Container("c", "c", "running", {}, address=HOME)
        self.listening = listening or []
        self.away = 0

    async def inspect(self, _: str) -> Container | None:
        if self.away:
            self.away -= 1
            raise Unavailable("away")
        return self.container

    async def listeners(self, _: str) -> list[Listener]:
        return self.listening


def check(
    engine: Looked,
    port: int,
    *,
    path: str | None = None,
    published: bool = True,
    clock: FakeClock | None = None,
    limit: float = 300,
) -> Check:
    return Check(
        engine,  # type: ignore[arg-type]  # what a check uses of an engine
        clock or FakeClock(),
        host="shop.localhost:8080",
        release=Release("sha256:1", 1, port, None, own_dockerfile=False, health_path=path),
        health_timeout=limit,
        listen_timeout=60,
        address_of=lambda _, asked: (HOME, asked) if published or asked == port else None,
        log_tail=lambda: ("the last words",),
    )


async def outcome(engine: Looked, port: int, **more: object) -> Healthy | Elsewhere:
    assert engine.container
    async with asyncio.timeout(10):
        return await check(engine, port, **more).wait(engine.container)  # type: ignore[arg-type]


async def failure(engine: Looked, port: int, **more: object) -> StartError:
    with pytest.raises(StartError) as error:
        await outcome(engine, port, **more)
    assert error.value.hint
    assert error.value.evidence in ((), ("the last words",))
    return error.value


@pytest.mark.parametrize(
    ("said", "warning"),
    [("200 OK", ""), ("302 Found", ""), ("404 No", ""), ("401 No", ""), ("503 No", "GET / answers 503")],
)
async def test_any_answer_on_the_root_is_healthy_and_5xx_is_noted(said: str, warning: str) -> None:
    async with serving(says(said)) as port:
        assert await outcome(Looked(), port) == Healthy(port, warning)


async def test_a_connection_that_is_kept_open_is_not_waited_for() -> None:
    async with serving(says("200 OK", close=False)) as port:
        assert await outcome(Looked(), port) == Healthy(port)


@pytest.mark.parametrize(
    ("said", "healthy"), [("path", True), ("302 Found", True), ("404 No", False), ("500 No", False)]
)
async def test_with_a_health_path_200_to_399_counts(said: str, healthy: bool) -> None:
    async with serving(says(said)) as port:
        if healthy:
            assert await outcome(Looked(), port, path="/health") == Healthy(port)
        else:
            clock = FakeClock()
            error = await failure(Looked(), port, path="/health", clock=clock)
            assert error.code == "unhealthy"
            assert f"status {said[:3]}" in error.message
            assert 300 < clock.monotonic() < 302


async def test_probes_send_the_services_own_host() -> None:
    async with serving(says("host")) as port:
        assert await probe(HOME, port, host="shop.localhost:8080", path="/") == health.Answer(200)


async def test_an_open_port_that_speaks_no_http_counts_after_ten_seconds() -> None:
    async with serving(not_http) as port:
        clock = FakeClock()
        found = await outcome(Looked(), port, clock=clock)
        assert isinstance(found, Healthy)
        assert "no HTTP" in found.warning
        assert 10 <= clock.monotonic() < 11


async def test_a_server_that_accepts_and_never_answers_counts_from_its_first_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "PROBE_TIMEOUT", 0.02)
    async with serving(silent) as port:
        clock = FakeClock()
        assert isinstance(await outcome(Looked(), port, clock=clock), Healthy)
        assert 10 <= clock.monotonic() < 11
        error = await failure(Looked(), port, path="/health", limit=5)
        assert (error.code, "no HTTP answer" in error.message) == ("unhealthy", True)


async def test_a_slow_start_is_waited_for_until_the_limit() -> None:
    clock = FakeClock()
    error = await failure(Looked(), 1, clock=clock)
    assert (error.code, "Nothing listens on port 1 after 60 s" in error.message) == ("not_listening", True)
    assert 60 < clock.monotonic() < 62
    clock = FakeClock()
    await failure(Looked(), 1, path="/health", clock=clock)
    assert 300 < clock.monotonic() < 302


async def test_a_service_on_another_port_is_found_when_it_answers_there() -> None:
    async with serving(says("200 OK")) as port:
        clock = FakeClock()
        assert await outcome(Looked([Listener(port, "0.0.0.0", loopback=False)]), 1, clock=clock) == Healthy(port)
        assert 3 <= clock.monotonic() < 4


async def test_another_port_must_answer_the_health_path() -> None:
    async with serving(says("path")) as right, serving(says("404 No")) as wrong:
        both = [Listener(port, "0.0.0.0", loopback=False) for port in (wrong, right)]
        assert await outcome(Looked(both), 1, path="/health") == Healthy(right)
        error = await failure(Looked(both[:1]), 1, path="/health")
        assert error.code == "unhealthy"
        assert f"on port {wrong} (nothing listens on 1)" in error.message


async def test_another_port_that_cannot_be_reached_is_told_at_once() -> None:
    engine = Looked([Listener(3000, "0.0.0.0", loopback=False)])
    assert await outcome(engine, 1, published=False) == Elsewhere(3000)


async def test_a_port_that_opens_before_the_right_one_is_not_taken_for_it() -> None:
    async with serving(says("200 OK")) as port:
        engine = Looked([Listener(2, "0.0.0.0", loopback=False)])  # for debugging; it takes nothing
        assert await outcome(engine, port) == Healthy(port)


async def test_a_port_for_ipv6_alone_ends_and_is_named() -> None:
    clock = FakeClock()
    error = await failure(Looked([Listener(1, "::", loopback=False)]), 1, clock=clock)
    assert (error.code, "[::]:1" in error.message) == ("not_reachable", True)
    assert clock.monotonic() < 62


@pytest.mark.parametrize(("port", "after"), [(1, 10), (5000, 30)])
async def test_a_loopback_bind_is_told_before_the_limit(port: int, after: int) -> None:
    clock = FakeClock()
    error = await failure(Looked([Listener(port, HOME, loopback=True)]), 1, clock=clock)
    assert (error.code, f"127.0.0.1:{port}" in error.message) == ("loopback_bind", True)
    assert after <= clock.monotonic() < after + 1


@pytest.mark.parametrize(
    ("code", "expected", "words"),
    [
        (0, "exited", "as if its work were done"),
        (1, "exited", "exits with 1"),
        (126, "exited", "not executable"),
        (127, "exited", "not found"),
        (137, "out_of_memory", "memory"),
    ],
)
async def test_an_exit_is_explained(code: int, expected: str, words: str) -> None:
    engine = Looked()
    engine.container = Container("c", "c", "exited", {}, exit_code=code)
    error = await failure(engine, 1)
    assert (error.code, words in error.message) == (expected, True)


async def test_a_container_that_somebody_removed_is_told() -> None:
    engine = Looked()
    container, engine.container = engine.container, None
    assert container
    with pytest.raises(StartError) as gone:
        await check(engine, 1).wait(container)
    assert gone.value.code == "container_gone"


async def test_an_engine_that_is_away_for_a_while_fails_no_check() -> None:
    engine = Looked()
    engine.away = 20
    async with serving(says("200 OK")) as port:
        assert await outcome(engine, port) == Healthy(port)
    engine.away = 10**6
    with pytest.raises(Unavailable):
        await outcome(engine, 1)
