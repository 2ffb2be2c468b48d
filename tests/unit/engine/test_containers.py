"""What the engine answers about a container, as a value."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from runix_tui.core.models import InstanceType
from runix_tui.core.ports import ContainerSpec
from runix_tui.engine.connection import Answer, Connection
from runix_tui.engine.containers import REMOVE_ATTEMPTS, Containers, parse_container, parse_time
from runix_tui.engine.faults import Refused
from runix_tui.engine.spec import Limits
from tests.fakes import FakeActivity


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


class Agreeing:
    """An engine that does what it is asked for; ``inspected`` is the container it has."""

    def __init__(self, activity: FakeActivity, **marks: str) -> None:
        self.doing = Connection(Path("/none"), activity=activity).doing
        self.inspected = answer(Config={"Labels": marks}, Id="c" * 64, Name="runix-x", State={"Status": "running"})

    async def request(self, method: str, path: str, _what: str, **_: object) -> Answer:
        return Answer(201, {"Id": "c" * 64} if path == "/containers/create" else None)

    async def call(self, _what: str, _ask: object) -> dict:
        return self.inspected


@pytest.mark.parametrize(
    ("marks", "subject", "deployment", "version"),
    [({"dev.runix.deployment": "d1", "dev.runix.version": "4"}, "", "d1", 4), ({}, "runix-x", None, None)],
)
async def test_what_is_done_to_a_container_is_told_by_its_labels(tmp_path, marks, subject, deployment, version):
    activity = FakeActivity()
    containers = Containers(Agreeing(activity, **marks), rootless=False, limits=Limits())
    size = InstanceType("starter", 0.5, 1024, 10)
    spec = ContainerSpec("runix-x", "image", "net", marks, {}, size, tmp_path / "log" / "x", 1)
    made = await containers.create(spec)
    await containers.start(made.id)
    await containers.remove(made.id)
    about = (subject, deployment, version)
    assert activity.told == [("create", *about, f"container {'c' * 12}"), ("start", *about, ""), ("remove", *about, "")]


async def test_a_container_never_seen_goes_by_its_id():
    activity = FakeActivity()
    await Containers(Agreeing(activity), rootless=False, limits=Limits()).remove("f" * 64)
    assert activity.told == [("remove", "f" * 12, None, None, "")]


class Restarting(Agreeing):
    """Its container is between two lives ``times`` times when it is to be killed, as ``status`` and ``body`` say."""

    def __init__(self, times: int, status: int, body: object) -> None:
        super().__init__(FakeActivity())
        self.left, self._refusal = times, Answer(status, body)

    async def request(self, *_: object, **__: object) -> Answer:
        self.left -= 1
        return self._refusal if self.left >= 0 else Answer(200, [{"Id": "c" * 64, "Err": None}])


IMPROPER = "cannot remove container c as it could not be stopped: sending SIGKILL: container state improper: stopped"
REPORT = [{"Id": "c", "Err": IMPROPER}]


@pytest.mark.parametrize(("status", "body"), [(200, REPORT), (500, {"message": IMPROPER})])
async def test_a_container_that_is_started_over_and_over_is_removed(status, body):
    engine = Restarting(2, status, body)
    await Containers(engine, rootless=False, limits=Limits()).remove("c")
    assert engine.left == -1


@pytest.mark.parametrize(("said", "asked"), [(IMPROPER, REMOVE_ATTEMPTS + 1), ("it is in use", 1)])
async def test_a_removal_that_stays_refused_is_said(said, asked):
    engine = Restarting(100, 500, {"message": said})
    with pytest.raises(Refused, match=said):
        await Containers(engine, rootless=False, limits=Limits()).remove("c")
    assert engine.left == 100 - asked


class Ending(Agreeing):
    """Its container ends when it is to be signalled; that it runs, the engine says a little longer."""

    def __init__(self, said: str) -> None:
        super().__init__(FakeActivity())
        self.asked: list[str] = []
        self._said = said

    async def request(self, method: str, path: str, *_: object, **__: object) -> Answer:
        self.asked.append(f"{method} {path.rpartition('/')[2]}")
        if path.endswith("/kill"):
            return Answer(409, {"message": self._said})
        return Answer(200, {"HostConfig": {}, "Config": {}})


async def test_a_container_that_ends_before_its_signal_is_stopped():
    engine = Ending("container state improper: stopped")
    await Containers(engine, rootless=False, limits=Limits()).stop("c", grace=1)
    assert engine.asked == ["GET json", "POST kill", "POST wait"]


async def test_a_signal_that_is_refused_is_said():
    with pytest.raises(Refused, match="no right"):
        await Containers(Ending("no right to do that"), rootless=False, limits=Limits()).stop("c", grace=1)
