"""The gateway outlives the Runix that made it; a Runix that starts finds it, and HAProxy comes back by itself."""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from runix_tui.core import labels
from runix_tui.core.ports import Page

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


async def containers(engine, home_id):
    return await engine.containers(labels.of_home(home_id, role=labels.GATEWAY))


async def test_a_new_runix_adopts_it_and_corrects_only_what_differs(
    gateway, make_gateway, serve, client, load, engine, home_id
):
    one, two, gone = await serve("v1"), await serve("v2"), await serve("gone")
    await gateway.switch(one.route("web-ab12"))
    await gateway.switch(gone.route("gone-ab12"))
    await gateway.page("off-ab12", Page.STOPPED)
    [before] = await containers(engine, home_id)
    async with client.websocket("web-ab12") as socket, load("web-ab12") as running:
        await running.until(100)
        later = make_gateway()
        await later.ensure([one.route("web-ab12"), two.route("new-ab12")], {"failed-ab12": Page.FAILED})
        await running.until(100)
        assert await client.version("new-ab12") == "v2"
        assert [await client.status(name) for name in ("gone-ab12", "off-ab12", "failed-ab12")] == [404, 404, 503]
        await later.switch(two.route("web-ab12"))
        assert await client.version("web-ab12") == "v2"
        await socket.send_str("still")
        assert await socket.receive_str(timeout=5) == "v1 still"
    assert running.failures == []
    [after] = await containers(engine, home_id)
    assert (after.id, after.pid, later.port) == (before.id, before.pid, gateway.port)


async def test_where_a_host_leads_is_known_before_it_is_set_up(gateway, make_gateway, serve):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))
    await gateway.switch(two.route("web-ab12"))
    later = make_gateway()
    leads = [await later.leads(each.route(host)) for each in (one, two) for host in ("web-ab12", "other-ab12")]
    assert leads == [False, False, True, False]
    await gateway.remove()
    assert not await later.leads(two.route("web-ab12"))


async def test_adopting_what_is_right_tells_haproxy_nothing(gateway, make_gateway, serve, monkeypatch):
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    await gateway.page("off-ab12", Page.STOPPED)
    later, told = make_gateway(), []
    apply = later._runtime.apply

    async def spy(lines):
        told.extend(lines)
        return await apply(lines)

    monkeypatch.setattr(later._runtime, "apply", spy)
    await later.ensure([one.route("web-ab12")], {"off-ab12": Page.STOPPED})
    assert told == []


async def test_haproxy_comes_back_after_a_kill_with_the_same_routes(
    gateway, make_gateway, serve, client, engine, home_id, eventually
):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))
    await gateway.switch(two.route("web-ab12"))
    await gateway.page("off-ab12", Page.STOPPED)
    running = await gateway._runtime.table()
    [container] = await containers(engine, home_id)
    os.kill(container.pid, signal.SIGKILL)
    await eventually(gateway.healthy, within=30)
    assert await client.version("web-ab12") == "v2"
    assert await client.status("off-ab12") == 503
    again = await gateway._runtime.table()
    assert again.routed() == running.routed()
    assert again.hosts == running.hosts
    await gateway.switch(one.route("web-ab12"))
    assert await client.version("web-ab12") == "v1"


async def test_haproxy_comes_back_while_no_runix_runs(
    gateway, make_gateway, serve, client, engine, home_id, eventually
):
    """The engine's service is gone too: conmon alone restarts the container."""
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    [container] = await containers(engine, home_id)
    await engine.close()
    os.kill(container.pid, signal.SIGKILL)
    await eventually(gateway.healthy, within=30)
    assert await client.version("web-ab12") == "v1"
    await engine.open()
    later = make_gateway()
    await later.ensure([one.route("web-ab12")], {})
    assert await client.version("web-ab12") == "v1"
    assert [each.id for each in await containers(engine, home_id)] == [container.id]


async def test_a_worker_that_dies_takes_nothing_with_it_for_long(gateway, serve, client, engine, home_id, eventually):
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    [container] = await containers(engine, home_id)
    [worker] = psutil.Process(container.pid).children()
    worker.send_signal(signal.SIGSEGV)
    await eventually(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    await eventually(gateway.healthy, within=30)
    assert await client.version("web-ab12") == "v1"


async def test_a_switch_brings_back_a_gateway_that_somebody_removed(gateway, serve, client, engine, home_id):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))
    port = gateway.port
    [container] = await containers(engine, home_id)
    await engine.remove(container.id)
    assert not await gateway.healthy()
    await gateway.switch(two.route("web-ab12"))
    assert gateway.port == port
    assert await client.version("web-ab12") == "v2"


async def test_a_switch_that_fails_leaves_the_route_as_it_was(gateway, serve, client, monkeypatch):
    one, two = await serve("v1"), await serve("v2")
    await gateway.switch(one.route("web-ab12"))
    apply = gateway._runtime.apply

    async def cancelled_half_way(lines):
        await apply(lines)
        monkeypatch.undo()
        raise asyncio.CancelledError

    monkeypatch.setattr(gateway._runtime, "apply", cancelled_half_way)
    with pytest.raises(asyncio.CancelledError):
        await gateway.switch(two.route("web-ab12"))
    assert await client.version("web-ab12") == "v1"
    assert (await gateway._runtime.table()).routed()["web-ab12"].port == one.port


async def test_a_new_template_is_taken_over_by_a_reload(
    gateway, make_gateway, serve, client, engine, home_id, monkeypatch
):
    """An upgraded Runix writes other pages: same container, same connections."""
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    [before] = await containers(engine, home_id)
    async with client.websocket("web-ab12") as socket:
        monkeypatch.setattr("runix_tui.gateway.configuration.CONNECTIONS", 2048)
        later = make_gateway()
        await later.ensure([one.route("web-ab12")], {})
        info = await later._runtime._ask("show info", worker=await later._runtime._current())
        assert "\nMaxconn: 2048\n" in info
        assert await client.version("web-ab12") == "v1"
        await socket.send_str("still")
        assert await socket.receive_str(timeout=5) == "v1 still"
    [after] = await containers(engine, home_id)
    assert after.id == before.id


def proc(pid: int, name: str) -> list[str]:
    return Path(f"/proc/{pid}/{name}").read_text("utf-8").splitlines()


async def test_it_is_hardened(gateway, locations, engine, home_id):
    [container] = await containers(engine, home_id)
    status = dict(line.split(":\t", 1) for line in proc(container.pid, "status") if ":\t" in line)
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    socket = locations.gateway_socket_dir / "master.sock"
    assert socket.stat().st_mode & 0o777 == 0o600
    assert locations.gateway_socket_dir.stat().st_mode & 0o777 == 0o700
    options = {line.split()[1]: line.split()[3].split(",") for line in proc(container.pid, "mounts")}
    assert "ro" in options["/"]
    assert "ro" in options["/gateway/config"]


async def test_it_listens_on_the_loopback_alone(gateway, engine, home_id):
    [container] = await containers(engine, home_id)
    mine = psutil.Process(container.pid).children()[0].net_connections(kind="tcp")
    assert [each.laddr for each in mine if each.status == psutil.CONN_LISTEN] == [("127.0.0.1", gateway.port)]


async def test_its_log_holds_no_request(gateway, serve, client, locations):
    one = await serve("v1")
    await gateway.switch(one.route("web-ab12"))
    for path in ("/fine?token=s3cret", "/sse?token=s3cret&every=30"):
        async with client.ask("web-ab12", path) as answer:
            await answer.content.readany()
    await one.stop()
    async with client.ask("web-ab12", "/refused?token=s3cret") as answer:
        assert answer.status == 503
    log = (locations.engine / "gateway.log").read_text("utf-8")
    assert "forked" in log
    assert "s3cret" not in log


async def test_remove_takes_the_container_away(gateway, engine, home_id):
    await gateway.remove()
    assert await containers(engine, home_id) == []
    assert not await gateway.healthy()
