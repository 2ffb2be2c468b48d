"""More services than there was room for: the gateway reloads without losing a request, a stream or a count."""

import asyncio

import pytest
import pytest_asyncio

from runix_tui.core.ports import Page

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(make_gateway):
    """A gateway with room for two services."""
    made = make_gateway(stock=2)
    await made.ensure([], {})
    return made


async def test_growing_under_load_loses_nothing(gateway, serve, client, load):
    loaded, other = await serve("loaded"), await serve("other")
    await gateway.switch(loaded.route("web-ab12"))
    async with client.websocket("web-ab12") as socket:
        async with load("web-ab12") as running:
            for number in range(9):  # 2, 4, 8, 16: three reloads
                await running.until(150)
                await gateway.switch(other.route(f"other-{number}"))
                assert await client.version(f"other-{number}") == "other"
            await running.until(300)
        assert running.failures == []
        assert set(running.answers) == {"loaded"}
        await socket.send_str("still")
        assert await socket.receive_str(timeout=5) == "loaded still"


async def test_a_worker_that_leaves_hands_requests_to_its_successor(gateway, serve, client):
    """A connection kept alive over the reload is answered once more by the old worker: from the new version."""
    one, two, other = await serve("v1"), await serve("v2"), await serve("other")
    await gateway.switch(one.route("web-ab12"))
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    request = b"GET / HTTP/1.1\r\nHost: web-ab12.localhost\r\n\r\n"

    async def answer() -> bytes:
        writer.write(request)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return await asyncio.wait_for(reader.readexactly(length), 5)

    assert b'"v1"' in await answer()
    for number in range(3):
        await gateway.switch(other.route(f"other-{number}"))  # the third does not fit: reload
    await gateway.switch(two.route("web-ab12"))
    await one.stop()
    assert b'"v2"' in await answer()
    writer.close()


async def test_draining_counts_and_ends_streams_of_before_a_reload(gateway, serve, client):
    one, two, other = await serve("v1"), await serve("v2"), await serve("other")
    await gateway.switch(one.route("web-ab12"))
    await gateway.switch(other.route("other-0"))
    async with client.websocket("web-ab12") as old, client.websocket("other-0") as kept:
        for number in range(1, 3):
            await gateway.switch(other.route(f"other-{number}"))
        await gateway.switch(two.route("web-ab12"))
        begun = asyncio.get_running_loop().time()
        await gateway.drain(one.route("web-ab12"), timeout=1)
        assert 0.9 < asyncio.get_running_loop().time() - begun < 5
        assert (await old.receive(timeout=5)).data in (None, 1006)
        await kept.send_str("on")
        assert await kept.receive_str(timeout=5) == "other on"


async def test_room_is_used_again(gateway, serve, client):
    one = await serve("v1")
    for number in range(6):
        await gateway.switch(one.route(f"web-{number}"))
        assert await client.version(f"web-{number}") == "v1"
        await gateway.page(f"web-{number}", None if number % 2 else Page.STOPPED)
    text = (await asyncio.to_thread((client._gateway._keeper._locations.gateway / "haproxy.cfg").read_text)).split()
    assert "svc_1" in text
    assert "svc_2" not in text
