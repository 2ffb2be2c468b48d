import os
import socket
from collections.abc import Iterator

import pytest

from runix_tui.errors import ConfigError
from runix_tui.gateway import listening


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def choose(wanted, kept, told, ours=()):
    return listening.choose(wanted, kept, ours=ours, say=told.append)


def test_the_port_asked_for(free, told):
    assert choose(free, None, told) == free
    assert choose(free, 1234, told) == free
    assert told == []


def test_the_port_asked_for_is_taken(taken, told):
    with pytest.raises(ConfigError, match=rf"Port {taken} .* held by .*\(pid {os.getpid()}\)") as caught:
        choose(taken, None, told)
    assert caught.value.code == "port_taken"
    assert "RUNIX_HTTP_PORT" in caught.value.hint


def test_our_own_gateway_does_not_take_a_port(taken, told):
    assert choose(taken, None, told, ours={taken}) == taken
    assert choose(None, taken, told, ours={taken}) == taken


def test_a_kept_port_stays(free, told):
    assert choose(None, free, told) == free
    assert choose(0, free, told) == free


def test_a_kept_port_that_another_took_is_an_error_or_moves_when_any_will_do(taken, told):
    with pytest.raises(ConfigError, match="held by") as caught:
        choose(None, taken, told)
    assert "changes the services' URLs" in caught.value.hint
    moved = choose(0, taken, told)
    assert moved != taken
    assert str(moved) in told[0]
    assert str(taken) in told[0]


def test_any_free_port(told):
    port = choose(0, None, told)
    assert listening.is_free(port)
    assert told == []


def test_the_default_when_it_is_free(free, told, monkeypatch):
    monkeypatch.setattr(listening, "DEFAULT", free)
    monkeypatch.setattr(listening, "AUTOMATIC", range(free, free + 1))
    assert choose(None, None, told) == free
    assert told == []


def test_the_next_free_one_when_the_default_is_taken(taken, told, monkeypatch):
    monkeypatch.setattr(listening, "DEFAULT", taken)
    monkeypatch.setattr(listening, "AUTOMATIC", range(taken, taken + 20))
    port = choose(None, None, told)
    assert taken < port < taken + 20
    assert len(told) == 1
    assert f"port {port}" in told[0]
    assert str(os.getpid()) in told[0]


def test_none_of_the_range_is_free(taken, told, monkeypatch):
    monkeypatch.setattr(listening, "AUTOMATIC", range(taken, taken + 1))
    with pytest.raises(ConfigError, match="taken"):
        choose(None, None, told)


def test_the_other_loopback_counts_when_a_port_is_looked_for():
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        holder = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with holder:
        assert not listening.is_free(holder.getsockname()[1])


async def test_whether_http_is_answered(taken, free):
    assert not await listening.answers(free)
