"""What arrives at a service, and what the gateway makes of requests that nobody should send."""

import asyncio
import io
import json
import re

import pytest
import pytest_asyncio

from runix_tui.core.models import Route
from runix_tui.core.ports import Page

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

HOST = b"Host: web-ab12.localhost\r\n"


@pytest_asyncio.fixture(loop_scope="session")
async def service(gateway, serve):
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    return one


@pytest.fixture
def send(gateway):
    """Sends bytes, gives all that came back within a second or until the gateway closed, and whether it closed."""

    async def exchange(data: bytes, wait: float = 1) -> tuple[bytes, bool]:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        found, closed = b"", False
        try:
            writer.write(data)
            async with asyncio.timeout(wait):
                while chunk := await reader.read(65536):
                    found += chunk
                closed = True
        except TimeoutError:
            pass
        except ConnectionResetError:
            closed = True
        finally:
            writer.close()
        return found, closed

    return exchange


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


async def seen_headers(client, headers) -> dict[str, list[str]]:
    async with client.ask("web-ab12", headers=headers) as answer:
        found: dict[str, list[str]] = {}
        for name, value in (await answer.json())["headers"]:
            found.setdefault(name.lower(), []).append(value)
        return found


async def test_forwarding_headers_are_the_gateways_own(gateway, service, client):
    forged = {
        "X-Forwarded-For": "6.6.6.6",
        "x-forwarded-host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X_Forwarded_For": "6.6.6.6",
        "X-Forwarded-Server": "evil.example",
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "Proxy": "http://evil.example",
        "X-Mine": "kept",
    }
    found = await seen_headers(client, forged)
    assert found["x-forwarded-for"] == ["127.0.0.1"]
    assert found["x-forwarded-host"] == found["host"] == [client.host("web-ab12")]
    assert found["x-forwarded-proto"] == ["http"]
    assert found["x-mine"] == ["kept"]
    assert not {"x_forwarded_for", "x-forwarded-server", "x-real-ip", "forwarded", "proxy"} & found.keys()
    assert "6.6.6.6" not in str(found)
    assert "evil" not in str(found)


async def test_a_client_cannot_name_the_gateways_headers_as_its_connections(gateway, service, client):
    found = await seen_headers(client, {"Connection": "X-Forwarded-For, Host, X-Mine", "X-Mine": "kept"})
    assert found["connection"] == ["close"]
    assert found["x-forwarded-for"] == ["127.0.0.1"]


async def test_nobody_speaks_past_the_gateway_by_http2(gateway, service, send):
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n"
    answer, _ = await send(b"GET / HTTP/1.1\r\n" + HOST + upgrade + b"\r\n")
    assert statuses(answer) == [200]
    assert b"h2c" not in answer
    answer, closed = await send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
    assert set(statuses(answer)) == {400}
    assert closed


async def test_a_host_is_known_in_every_spelling(gateway, service, send):
    for host in (b"web-ab12.localhost", b"WEB-AB12.LocalHost", b"web-ab12.localhost:80", b"Web-ab12.localhost.:1"):
        answer, _ = await send(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        assert statuses(answer) == [200], host


STRANGE_HOSTS = (
    b"",
    b"localhost",
    b"127.0.0.1",
    b"[::1]:8080",
    b"web_ab12.localhost",
    b"web-ab12.localhost.evil.example",
    b"x.web-ab12.localhost",
    b"web-ab12.localhost x",
    b"web-ab12\x01.localhost",
    b"web-ab12\xff.localhost",
    b"<script>alert(1)</script>",
    b"svc_0",
    b"starting",
    b"a" * 10_000 + b".localhost",
)


async def test_a_strange_host_gets_the_same_page_as_any_other(gateway, service, send):
    for host in STRANGE_HOSTS:
        answer, _ = await send(b"GET /<img> HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        assert statuses(answer)[0] in (400, 404), host
        for word in (b"script", b"<img", b"web-ab12", b"haproxy"):
            assert word not in answer.lower(), host
    assert not service.seen


AMBIGUOUS = (
    b"GET / HTTP/1.1\r\n",
    b"GET / HTTP/1.0\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Host: other.localhost\r\n",
    b"GET http://other.localhost/ HTTP/1.1\r\n" + HOST,
    b"GET / HTTP/1.1\r\nHost: " + b"a" * 40_000 + b"\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
)


async def test_ambiguous_requests_are_refused(gateway, service, send):
    for head in AMBIGUOUS:
        answer, _ = await send(head + b"\r\nabcd")
        assert statuses(answer)[:1] == [400], head[-60:]
    assert not service.seen


async def test_a_second_request_cannot_hide_in_a_first(gateway, service, send):
    """Both lengths given: only the chunks count, for the service too, and the connection ends behind them."""
    hidden = b"GET /hidden HTTP/1.1\r\n" + HOST + b"\r\n"
    first = b"POST /first HTTP/1.1\r\n" + HOST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    answer, closed = await send(first + hidden)
    assert closed
    assert len(statuses(answer)) == 1
    assert b"Content-Length" not in answer.split(b"\r\n\r\n", 1)[1]
    assert service.seen["/hidden"] == 0


async def test_large_bodies_pass_in_both_framings(gateway, service, client):
    size = 40 * 1024**2

    async def chunks():
        for _ in range(size // 2**16):
            yield b"x" * 2**16

    for body in (io.BytesIO(b"x" * size), chunks()):
        async with client.ask("web-ab12", "/upload", method="POST", data=body) as answer:
            assert (await answer.json())["size"] == size


async def test_a_body_may_wait_for_leave(gateway, service, send):
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    answer, _ = await send(head + b"abc")
    assert statuses(answer) == [100, 200]


async def test_connections_are_kept_alive(gateway, service, send):
    request = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
    answer, closed = await send(request * 5)
    assert statuses(answer) == [200] * 5
    assert not closed


async def test_a_service_that_is_slow_is_waited_for(gateway, service, client):
    async with client.ask("web-ab12", "/slow?seconds=4") as answer:
        assert await answer.text() == "v1"


async def test_a_service_that_refuses_gets_a_page(gateway, service, client):
    await service.stop()
    async with client.ask("web-ab12") as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "2"
        assert "does not answer" in await answer.text()


async def test_a_service_that_breaks_off_gets_a_page(gateway, client):
    async def hang_up(_reader, writer):
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    await gateway.switch(Route("d", "web-ab12", "127.0.0.1", server.sockets[0].getsockname()[1]))
    async with client.ask("web-ab12") as answer:
        assert answer.status == 502
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    server.close()


async def test_a_host_without_a_route_gets_its_page(gateway, client):
    for page, word in ((Page.STARTING, "started"), (Page.FAILED, "failed"), (Page.STOPPED, "stopped")):
        await gateway.page("web-ab12", page)
        async with client.ask("web-ab12", "/x?<b>", headers={"Accept": "text/html"}) as answer:
            text = await answer.text()
            assert answer.status == 503
            assert answer.content_type == "text/html"
            assert word in text
            assert ("http-equiv" in text) is (page is Page.STARTING) is ("Retry-After" in answer.headers)
            assert "web-ab12" not in text
            assert "<b>" not in text
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
            assert "Server" not in answer.headers
        async with client.ask("web-ab12", headers={"Accept": "application/json"}) as answer:
            assert answer.status == 503
            assert answer.content_type == "application/problem+json"
            assert json.loads(await answer.read())["code"] == page.value
        async with client.ask("web-ab12", method="HEAD") as answer:
            assert answer.status == 503
            assert await answer.read() == b""


async def test_a_starting_page_gives_way_to_the_service(gateway, serve, client):
    await gateway.page("web-ab12", Page.STARTING)
    assert await client.status("web-ab12") == 503
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    assert await client.version("web-ab12") == "v1"
