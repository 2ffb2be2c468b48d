"""The port: asked for or found, kept for the home, and what is said when it is taken."""

import asyncio
import os
import socket

import pytest

from runix_tui.core import labels
from runix_tui.errors import ConfigError

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


async def test_the_port_asked_for_is_taken_and_kept(make_gateway, unused_port):
    first = make_gateway(wanted_port=unused_port)
    assert first.port is None
    await first.ensure([], {})
    assert first.port == unused_port
    for wanted in (None, 0):
        later = make_gateway(wanted_port=wanted)
        assert later.port == unused_port
        await later.ensure([], {})
        assert later.port == unused_port


async def test_another_port_asked_for_moves_the_gateway(make_gateway, serve, engine, home_id, unused_port):
    first = make_gateway()
    await first.ensure([], {})
    later = make_gateway(wanted_port=unused_port)
    await later.ensure([], {})
    assert later.port == unused_port != first.port
    assert await later.healthy()
    assert len(await engine.containers(labels.of_home(home_id, role=labels.GATEWAY))) == 1
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", first.port)


async def test_a_taken_port_is_an_error_that_names_its_holder(make_gateway, engine, home_id, unused_port):
    with socket.create_server(("127.0.0.1", unused_port)):
        with pytest.raises(ConfigError, match=rf"{unused_port}.*pid {os.getpid()}") as caught:
            await make_gateway(wanted_port=unused_port).ensure([], {})
    assert "RUNIX_HTTP_PORT" in caught.value.hint
    assert await engine.containers(labels.of_home(home_id, role=labels.GATEWAY)) == []


async def test_a_taken_port_leaves_the_gateway_that_runs_alone(make_gateway, serve, unused_port):
    first = make_gateway()
    await first.ensure([], {})
    with socket.create_server(("127.0.0.1", unused_port)):
        with pytest.raises(ConfigError):
            await make_gateway(wanted_port=unused_port).ensure([], {})
    assert await first.healthy()


async def test_a_port_taken_while_haproxy_starts_is_named_too(make_gateway, engine, home_id, unused_port, monkeypatch):
    """Another program may be faster between the look and the start: then nothing stays that starts over and over."""
    monkeypatch.setattr("runix_tui.gateway.keeper.listening.choose", lambda *_, **__: unused_port)
    with socket.create_server(("127.0.0.1", unused_port)):
        with pytest.raises(ConfigError, match=f"{unused_port}"):
            await make_gateway(wanted_port=unused_port).ensure([], {})
    assert await engine.containers(labels.of_home(home_id, role=labels.GATEWAY)) == []
