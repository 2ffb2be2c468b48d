"""Routes change while requests come in: none fails, and connections of other services stay."""

import asyncio
from itertools import pairwise

import pytest

from runix_tui.core.ports import Page

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


async def test_a_host_leads_to_its_service_and_back_to_a_page(gateway, serve, client):
    one = await serve("v1")
    assert await client.status("web-ab12") == 404
    await gateway.page("web-ab12", Page.STARTING)
    assert await client.status("web-ab12") == 503
    await gateway.switch(one.route("web-ab12"))
    assert await client.version("web-ab12") == "v1"
    assert await client.version("WEB-ab12") == "v1"
    await gateway.page("web-ab12", Page.STOPPED)
    assert await client.status("web-ab12") == 503
    await gateway.page("web-ab12", None)
    assert await client.status("web-ab12") == 404


async def test_no_request_fails_during_four_switches(gateway, serve, client, load):
    versions = [await serve(f"v{number}") for number in range(1, 6)]
    await gateway.switch(versions[0].route("web-ab12"))
    async with load("web-ab12") as running:
        for old, new in pairwise(versions):
            await running.until(500)
            await gateway.switch(new.route("web-ab12"))
            await gateway.drain(old.route("web-ab12"), timeout=10)
            await old.stop()  # as the deploy does: the old container ends once it is drained
        await running.until(500)
    assert running.failures == []
    assert running.answers.total() >= 2500
    assert set(running.answers) == {"v1", "v2", "v3", "v4", "v5"}


async def test_many_services_change_at_once(gateway, serve, client):
    one, two = await serve("v1"), await serve("v2")
    names = [f"web-{number}" for number in range(40)]  # more than fit before a reload
    await asyncio.gather(*(gateway.switch(one.route(name)) for name in names))
    assert {await client.version(name) for name in names} == {"v1"}
    await asyncio.gather(*(gateway.switch(two.route(name)) for name in names))
    await asyncio.gather(*(gateway.drain(one.route(name), timeout=5) for name in names))
    assert {await client.version(name) for name in names} == {"v2"}
    await asyncio.gather(*(gateway.page(name, None) for name in names))
    assert {await client.status(name) for name in names} == {404}


async def test_after_a_switch_no_request_meets_the_old_version(gateway, serve, client):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))
    assert await client.version("web-ab12") == "v1"
    await gateway.switch(two.route("web-ab12"))
    assert {await client.version("web-ab12") for _ in range(20)} == {"v2"}


async def test_a_switch_to_the_same_address_changes_nothing(gateway, serve, client):
    one = await serve("v1")
    for _ in range(3):
        await gateway.switch(one.route("web-ab12"))
    await gateway.drain(one.route("web-ab12"), timeout=0)
    assert await client.version("web-ab12") == "v1"


async def test_going_back_to_an_address_that_still_drains(gateway, serve, client):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))
    async with client.websocket("web-ab12") as socket:
        await gateway.switch(two.route("web-ab12"))
        await gateway.switch(one.route("web-ab12"))
        await gateway.drain(two.route("web-ab12"), timeout=0)
        assert await client.version("web-ab12") == "v1"
        await socket.send_str("still")
        assert await socket.receive_str(timeout=5) == "v1 still"


async def test_more_versions_than_slots_at_once(gateway, serve, client):
    versions = [await serve(f"v{number}") for number in range(7)]
    for service in versions:
        await gateway.switch(service.route("web-ab12"))
        assert await client.version("web-ab12") == service.version


async def test_streams_survive_changes_of_other_services(gateway, serve, client):
    mine, other, newer = await serve("mine"), await serve("o1"), await serve("o2")
    await gateway.switch(mine.route("mine-ab12"))
    await gateway.switch(other.route("other-ab12"))
    async with client.websocket("mine-ab12") as socket, client.ask("mine-ab12", "/sse") as events:
        for step in range(3):
            await gateway.switch((newer, other)[step % 2].route("other-ab12"))
            await gateway.drain(other.route("other-ab12"), timeout=0.2)
            await gateway.page("third-ab12", Page.FAILED)
            await gateway.page("other-ab12", Page.STOPPED)
            await socket.send_str(str(step))
            assert await socket.receive_str(timeout=5) == f"mine {step}"
            assert (await events.content.readline()).startswith(b"data: mine")
            await events.content.readline()
        assert mine.gone == 0


async def test_draining_waits_for_the_request_in_flight(gateway, serve, client):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))

    async def slow() -> str:
        async with client.ask("web-ab12", "/slow?seconds=1.5") as answer:
            return await answer.text()

    request = asyncio.create_task(slow())
    await asyncio.sleep(0.3)
    await gateway.switch(two.route("web-ab12"))
    begun = asyncio.get_running_loop().time()
    await gateway.drain(one.route("web-ab12"), timeout=20)
    took = asyncio.get_running_loop().time() - begun
    assert request.done() or took > 0.8
    assert await request == "v1"
    assert took < 10


async def test_the_drain_timeout_ends_the_old_versions_streams_alone(gateway, serve, client):
    one, two, other = await serve("v1"), await serve("v2"), await serve("other")
    await gateway.switch(one.route("web-ab12"))
    await gateway.switch(other.route("other-ab12"))
    async with client.websocket("web-ab12") as old, client.websocket("other-ab12") as kept:
        await gateway.switch(two.route("web-ab12"))
        async with client.websocket("web-ab12") as new:
            await gateway.drain(one.route("web-ab12"), timeout=0.5)
            assert (await old.receive(timeout=5)).data in (None, 1006)
            for socket, version in ((new, "v2"), (kept, "other")):
                await socket.send_str("on")
                assert await socket.receive_str(timeout=5) == f"{version} on"


async def test_a_service_hears_that_its_client_left(gateway, serve, client, eventually):
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    async with client.ask("web-ab12", "/sse?every=30") as events:
        await events.content.readline()
    await eventually(lambda: one.gone == 1, within=5)


async def test_a_request_that_meets_a_stopped_version_goes_to_the_next(gateway, serve, client):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))
    await one.stop()
    asked = asyncio.create_task(client.version("web-ab12"))
    await asyncio.sleep(0.3)  # it is being refused now
    await gateway.switch(two.route("web-ab12"))
    assert await asked == "v2"
