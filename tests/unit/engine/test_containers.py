"""What the engine answers about a container, as a value."""

from datetime import UTC, datetime

import pytest

from runix_tui.engine.containers import parse_container, parse_time


def answer(**changes: object) -> dict:
    state = {"Status": "running", "Pid": 4711, "ExitCode": 0, "StartedAt": "2026-11-24T02:37:01.830865123Z",
             "FinishedAt": "0001-01-01T00:00:00Z", "OOMKilled": False}  # fmt: skip
    settings = {"Networks": {"n": {"IPAddress": "10.89.0.2"}}, "Ports": {"8080/tcp": None}}
    values = {"Id": "abc", "Name": "c", "Image": "sha", "Config": {"Labels": {"a": "b"}}, "RestartCount": 2}
    return values | {"State": state | changes.pop("state", {}), "NetworkSettings": settings} | changes


def test_running():
    found = parse_container(answer(), rootless=False)
    assert (found.state, found.pid, found.address, found.exit_code) == ("running", 4711, "10.89.0.2", None)
    assert found.labels == {"a": "b"}
    assert found.restarts == 2
    assert found.finished_at is None
    assert found.started_at == datetime(2026, 11, 24, 2, 37, 1, 830865, UTC)


def test_ended():
    state = {"Status": "exited", "Pid": 0, "ExitCode": 137, "FinishedAt": "2026-11-24T03:37:04.5+01:00"}
    found = parse_container(answer(state=state), rootless=False)
    assert (found.pid, found.address, found.exit_code) == (0, "", 137)
    assert found.finished_at == datetime(2026, 11, 24, 2, 37, 4, 500000, UTC)


def test_stopped_is_ended():
    """The engine says so between the end of the process and its own cleaning up."""
    assert parse_container(answer(state={"Status": "stopped", "Pid": 0}), rootless=False).state == "exited"


def test_created_has_no_exit_code():
    assert parse_container(answer(state={"Status": "created", "Pid": 0}), rootless=False).exit_code is None


def test_rootless_is_reached_on_loopback_by_its_published_port():
    ports = {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "41213"}], "53/udp": [{"HostPort": "1"}], "1/tcp": None}
    settings = {"Networks": {"n": {"IPAddress": "10.89.0.2"}}, "Ports": ports}
    found = parse_container(answer(NetworkSettings=settings), rootless=True)
    assert (found.address, found.published) == ("127.0.0.1", {8080: 41213})


@pytest.mark.parametrize("settings", [None, {}, {"Networks": None, "Ports": None}, {"Networks": {}}])
def test_host_network_has_no_address(settings):
    assert parse_container(answer(NetworkSettings=settings), rootless=False).address == ""


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("2026-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00.1Z", 100000), ("2026-01-01T00:00:00.123456789+00:00", 123456)],
)
def test_times(text, microsecond):
    assert parse_time(text) == datetime(2026, 1, 1, 0, 0, 0, microsecond, UTC)


@pytest.mark.parametrize("text", [None, "", "0001-01-01T00:00:00Z"])
def test_no_time(text):
    assert parse_time(text) is None
