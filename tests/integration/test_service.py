"""Our own Podman service: started, adopted, killed, and away; containers go on throughout."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from runix_tui.config import Config
from runix_tui.core import labels
from runix_tui.engine.engine import PodmanEngine
from runix_tui.engine.ping import ping
from runix_tui.engine.service import Service, is_service
from runix_tui.errors import Unavailable

pytestmark = pytest.mark.engine


def service_pid(locations) -> int:
    return json.loads((locations.engine / "service.json").read_text("utf-8"))["pid"]


async def test_info(engine):
    info = await engine.info()
    assert info.name == "podman"
    assert info.version.count(".") == 2
    assert info.limits or info.rootless
    assert info.url.startswith("unix:///")
    assert not info.warnings or info.rootless


async def test_killed_service_comes_back_and_containers_go_on(engine, locations, make_spec):
    container = await engine.start((await engine.create(make_spec("sleep", "60"))).id)
    before = service_pid(locations)
    os.kill(before, signal.SIGKILL)
    found = await asyncio.gather(*(engine.inspect(container.id) for _ in range(5)))
    assert {(each.state, each.pid, each.address) for each in found} == {("running", container.pid, container.address)}
    assert service_pid(locations) != before
    os.kill(service_pid(locations), signal.SIGKILL)
    again = await engine.start((await engine.create(make_spec("true"))).id)
    assert again.id != container.id


async def test_events_end_when_the_service_dies(engine, locations, image):
    async def follow() -> int:
        return sum([1 async for _ in engine.events()])

    follower = asyncio.create_task(follow())
    await asyncio.sleep(0.3)
    os.kill(service_pid(locations), signal.SIGKILL)
    async with asyncio.timeout(5):
        assert await follower == 0


async def test_close_ends_the_service_and_no_container(engine, locations, make_spec, home_id):
    container = await engine.start((await engine.create(make_spec("sleep", "60"))).id)
    pid = service_pid(locations)
    await engine.close()
    assert not is_service(pid, locations.engine_socket)
    assert not locations.engine_socket.exists()
    assert psutil.pid_exists(container.pid)
    assert [each.id for each in await engine.containers(labels.of_home(home_id))] == [container.id], "opens again"


async def test_is_shared_and_ended_by_its_last_user(engine, locations, home_id):
    pid = service_pid(locations)
    second = PodmanEngine(locations, Config(), home_id, {**os.environ, "HTTPS_PROXY": "http://proxy.example:3128"})
    await second.open()
    assert service_pid(locations) == pid, "other settings, but in use"
    await second.close()
    assert is_service(pid, locations.engine_socket)
    assert (await engine.info()).version
    await second.open()
    await engine.close()
    assert is_service(pid, locations.engine_socket)
    await second.close()
    assert not is_service(pid, locations.engine_socket)


def test_starts_anew_with_other_settings(locations):
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    left = "import os, sys; from runix_tui.engine.service import Service; from runix_tui.locations import locate; "
    left += "Service(locate(), os.environ).ensure()"  # as a server that was killed leaves it
    command = (sys.executable, "-c", left)
    subprocess.run(command, env={**environ, "RUNIX_HOME": str(locations.state)}, check=True, timeout=60)
    pid = service_pid(locations)
    other = Service(locations, {**environ, "HTTPS_PROXY": "http://proxy.example:3128"})
    other.ensure()
    assert service_pid(locations) != pid
    assert not is_service(pid, locations.engine_socket)
    assert ping(locations.engine_socket)
    other.stop()


async def test_service_has_a_session_of_its_own_and_no_secrets(engine, locations, monkeypatch):
    monkeypatch.setenv("RUNIX_TOKEN", "canary-token")
    service = Service(locations, os.environ)
    await asyncio.to_thread(service.ensure)
    pid = service_pid(locations)
    assert os.getsid(pid) == pid
    assert "canary" not in str(psutil.Process(pid).environ())


async def test_named_engine_is_used_and_never_started_or_ended(engine, locations, home_id, tmp_path):
    named = PodmanEngine(locations, Config(), home_id, {**os.environ, "RUNIX_ENGINE_URL": engine.url})
    assert (await named.info()).url == engine.url
    await named.close()
    assert ping(locations.engine_socket)
    away = PodmanEngine(locations, Config(), home_id, {"RUNIX_ENGINE_URL": f"unix://{tmp_path}/none.sock"})
    with pytest.raises(Unavailable):
        await away.open()
    await away.close()


async def test_without_podman_it_says_what_to_install(locations, home_id, monkeypatch):
    monkeypatch.setattr("runix_tui.engine.host.PROGRAM_FOLDERS", ())
    missing = PodmanEngine(locations, Config(), home_id, {"PATH": "/nowhere"})
    with pytest.raises(Unavailable) as caught:
        await missing.open()
    assert caught.value.code == "engine_missing"
    assert "podman" in caught.value.message
    assert "runix doctor --fix" in caught.value.hint
    assert "install" in caught.value.hint
    await missing.close()
