"""What only real connections show: sizes, broken HTTP, HEAD, taken ports, the end of a server."""

import asyncio
import json
import socket
import threading
import time

import httpx
import psutil
import pytest

from runix_tui.api.app import create_app
from runix_tui.api.listener import bind
from runix_tui.api.server import Server
from runix_tui.core.secret import Secret
from runix_tui.errors import ConfigError, Conflict
from tests.serverthread import ServerThread

TOKEN = "test-token-0123456789"
MIB = 1024 * 1024


def ask(port: int, *parts: bytes, pause: float = 0.0, patience: float = 5.0) -> bytes:
    """Send bytes, read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as peer:
        try:
            for part in parts:
                peer.sendall(part)
                time.sleep(pause)
        except OSError:
            pass
        found = b""
        while True:
            try:
                more = peer.recv(65536)
            except OSError:
                return found
            if not more:
                return found
            found += more


def head(port: int, method: str = "POST", path: str = "/deployments", *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: Bearer {TOKEN}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def problem(raw: bytes) -> tuple[int, dict]:
    top, _, body = raw.partition(b"\r\n\r\n")
    assert b"application/problem+json" in top, raw
    if b"transfer-encoding: chunked" in top.lower():
        body = body.split(b"\r\n")[1]
    return int(top.split()[1]), json.loads(body)


def test_a_body_that_says_it_is_too_long(running):
    sent = head(running.port, "POST", "/deployments", f"Content-Length: {MIB + 1}", "Content-Type: application/json")
    started = time.monotonic()
    status, found = problem(ask(running.port, sent, b"x" * (MIB + 1)))
    assert (status, found["code"]) == (413, "too_large")
    assert time.monotonic() - started < 2


def test_a_body_that_is_refused_before_it_is_sent(running):
    asked = ("Expect: 100-continue", f"Content-Length: {100 * MIB}")
    raw = ask(running.port, head(running.port, "POST", "/deployments", *asked))
    assert b"100 Continue" not in raw
    assert problem(raw)[0] == 413


def test_a_body_without_a_length_is_counted(running):
    sent = head(running.port, "POST", "/deployments", "Transfer-Encoding: chunked", "Content-Type: application/json")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    raw = ask(running.port, sent, *[chunk] * 17)
    assert problem(raw)[0] == 413


def test_a_body_without_an_end_is_not_read_for_ever(running):
    sent = head(running.port, "POST", "/deployments", "Transfer-Encoding: chunked", "Content-Type: application/json")
    chunk = b"100000\r\n" + b"x" * MIB + b"\r\n"
    started = time.monotonic()
    raw = ask(running.port, sent, *[chunk] * 64)
    assert time.monotonic() - started < 10
    assert not raw or problem(raw)[0] == 413


def test_a_client_library_reads_the_refusal(running):
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
        answer = client.post("/deployments", json={"env": {"A": "x" * 3 * MIB}})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        parts = (b"x" * 65536 for _ in range(40))
        assert client.post("/deployments", content=parts).status_code == 413
        assert client.get("/deployments").status_code == 200


def test_a_body_of_a_mebibyte_is_read(running):
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
        raw = b'{"zzz": "' + b"x" * (MIB - 11) + b'"}'
        assert len(raw) == MIB
        answer = client.post("/deployments", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422


def test_sizes_hold_where_no_body_is_expected(running):
    made = running.create()
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
        assert client.post(f"/deployments/{made}/stop", content=b"x" * 2 * MIB).status_code == 413
        assert client.request("GET", "/deployments", content=b"x" * 2 * MIB).status_code == 413
        assert client.request("GET", "/deployments", content=b"x" * 1000).status_code == 200


def test_sizes_are_not_looked_at_for_strangers(running):
    sent = f"POST /deployments HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nContent-Length: 99999999\r\n\r\n"
    assert problem(ask(running.port, sent.encode(), patience=2))[0] == 401


@pytest.mark.parametrize(
    "raw",
    [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
     b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 500_000],
)  # fmt: skip
def test_what_is_no_http(running, raw):
    status, found = problem(ask(running.port, raw))
    assert (status, found["code"]) == (400, "bad_http")
    assert found["hint"]


def test_a_chunk_that_is_none(running):
    sent = head(running.port, "POST", "/deployments", "Transfer-Encoding: chunked", "Content-Type: application/json")
    raw = ask(running.port, sent, b"zz\r\n")
    assert not raw or problem(raw)[0] == 400


def test_an_upgrade_is_not_made(running):
    sent = head(running.port, "GET", "/deployments", "Connection: upgrade, close", "Upgrade: websocket")
    assert ask(running.port, sent).startswith(b"HTTP/1.1 200")


def test_head_has_no_body(running):
    made = running.create()
    for path in (
        "/deployments",
        "/healthz",
        f"/deployments/{made}/logs",
        f"/deployments/{made}/build-stream",
        "/events",
    ):
        raw = ask(running.port, head(running.port, "HEAD", path, "Connection: close"), patience=3)
        assert raw.startswith(b"HTTP/1.1 200")
        assert raw.endswith(b"\r\n\r\n")
        assert raw.count(b"\r\n\r\n") == 1
    assert running.open_streams == 0


def test_a_host_of_another_port(running):
    with httpx.Client(base_url=running.url, trust_env=False) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz", headers={"Host": "127.0.0.1:1"}).status_code == 421
        assert client.get("/healthz", headers={"Host": f"localhost:{running.port}"}).status_code == 200


def test_a_taken_port_says_who_has_it():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Conflict) as caught:
            bind("127.0.0.1", port)
    name = psutil.Process().name()
    assert f"port {port} is taken by {name} (pid {psutil.Process().pid})" in caught.value.message
    assert (caught.value.code, caught.value.exit_code) == ("port_taken", 1)


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("no such host", 0), ("127.0.0.1", 70000), ("", -1)])
def test_addresses_that_cannot_be_had(host, port):
    with pytest.raises(ConfigError) as caught:
        bind(host, port)
    assert caught.value.hint


def test_ipv6(fake):
    try:
        bind("::1", 0).close()
    except ConfigError:
        pytest.skip("no IPv6 on this machine")
    server = Server(create_app(fake, token=Secret(TOKEN), version="1"), bind("::1", 0))
    assert server.url == f"http://[::1]:{server.port}"

    async def main() -> int:
        serving = asyncio.ensure_future(server.serve())
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
            status = (await client.get("/healthz")).status_code
        server.stop()
        await serving
        return status

    assert asyncio.run(main()) == 200


def test_a_wildcard_is_reached_by_loopback(fake):
    server = Server(create_app(fake, token=Secret(TOKEN), version="1"), bind("0.0.0.0", 0))
    assert server.url == f"http://127.0.0.1:{server.port}"
    server._listener.close()


def test_an_answer_in_flight_is_finished(running):
    entered, go = threading.Event(), threading.Event()
    real = running.fake.health

    async def slow():
        entered.set()
        await asyncio.get_running_loop().run_in_executor(None, go.wait)
        return await real()

    running.fake.health = slow
    found = []
    asking = threading.Thread(target=lambda: found.append(httpx.get(f"{running.url}/healthz", trust_env=False)))
    asking.start()
    assert entered.wait(5)
    running.server.stop()
    time.sleep(0.3)
    go.set()
    asking.join(5)
    assert found[0].status_code == 200


def test_an_answer_that_never_comes_does_not_keep_the_server(running):
    entered = threading.Event()

    async def never():
        entered.set()
        await asyncio.sleep(3600)

    running.fake.health = never

    def ask_in_vain() -> None:
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{running.url}/healthz", trust_env=False)

    asking = threading.Thread(target=ask_in_vain)
    asking.start()
    assert entered.wait(5)
    started = time.monotonic()
    assert running.thread.stop(9)
    assert time.monotonic() - started < 8
    asking.join(5)


def test_what_fails_at_the_start_is_raised():
    async def run(_answering):
        raise ConfigError("no", hint="yes")

    with pytest.raises(ConfigError):
        ServerThread(run).start()


async def test_cancelling_serves_out(fake):
    server = Server(create_app(fake, token=Secret(TOKEN), version="1"))
    up = asyncio.Event()
    serving = asyncio.ensure_future(server.serve(ready=up.set))
    await up.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=1)


def test_answers_do_not_wait_for_acknowledgements(running):
    """With Nagle's algorithm on, an answer in two writes takes the 40 ms of a delayed acknowledgement."""
    with httpx.Client(base_url=running.url, trust_env=False) as client:
        client.get("/nothing")

        def ask() -> float:
            started = time.perf_counter()
            client.get("/nothing")
            return time.perf_counter() - started

        assert min(ask() for _ in range(20)) < 0.03


def test_a_client_that_hangs_up_cancels_nothing(running):
    made = running.create()
    entered, go, done = threading.Event(), threading.Event(), threading.Event()

    async def slow(_deployment_id, _number=None):
        entered.set()
        await asyncio.get_running_loop().run_in_executor(None, go.wait)
        done.set()
        return running.fake.get(made)

    running.fake.rollback = slow
    peer = socket.create_connection(("127.0.0.1", running.port), timeout=5)
    peer.sendall(head(running.port, "POST", f"/deployments/{made}/rollback", "Content-Length: 0"))
    assert entered.wait(5)
    peer.close()
    time.sleep(0.2)
    go.set()
    assert done.wait(5)
