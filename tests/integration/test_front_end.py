"""What a front end asks beside deployments, on the real engine: usage, activity, check-up, settings, plan, a shell."""

import os
import pty
import select
import time
from collections.abc import Iterator, Mapping, Sequence

import psutil
import pytest

from tests.gitkit import GitRepo
from tests.integration.servedhome import ServedHome, eventually

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

APP = """\
import os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class App(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/burn":
            end = time.process_time() + 0.5
            while time.process_time() < end:
                pass
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")
    def log_message(self, *args):
        pass

for number in range(300):
    print("line", number, flush=True)
ThreadingHTTPServer(("", int(os.environ["PORT"])), App).serve_forever()
"""


@pytest.fixture(scope="module")
def home() -> Iterator[ServedHome]:
    with ServedHome() as found:
        yield found


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    found = GitRepo(tmp_path_factory.mktemp("git") / "front.git")
    found.commit({"main.py": APP}, "First of all")
    return found


@pytest.fixture(scope="module")
def made(home: ServedHome, repo: GitRepo) -> str:
    return home.deploy(f"file://{repo.path}", "front", instance_type="starter")


def test_usage_costs_the_engine_nothing(home: ServedHome, made: str) -> None:
    url = home.client.deployment(made).url
    assert url
    (idle,) = home.client.usage([made])
    assert (idle.id, idle.memory_limit_bytes, idle.cpu_limit) == (made, 512 * 1024**2, 0.5)
    assert 1024**2 < idle.memory_bytes < 512 * 1024**2
    home.visit(url, "/burn")
    (busy,) = home.client.usage()
    assert 1 < busy.cpu_percent <= 100
    service = engine_of(home)
    eventually(lambda: service.cpu_percent(1.0) < 1, within=60)  # it cleans up after the build
    before = sum(service.cpu_times()[:2])
    for _ in range(20):
        assert len(home.client.usage()) == 1
    assert sum(service.cpu_times()[:2]) - before < 0.1


def test_activity_tells_who_did_what(home: ServedHome, made: str, repo: GitRepo) -> None:
    told = [one for one in home.client.activity(tail=1000, follow=False) if one.version == 1]
    found = {(one.source, one.action): one for one in told}
    for source, action in (
        *(("deploy", stage) for stage in ("fetching", "planning", "building", "starting", "checking", "routing")),
        *(("git", "fetch"), ("engine", "build"), ("engine", "create"), ("engine", "start"), ("gateway", "switch")),
    ):
        one = found[source, action]
        assert (one.status, one.deployment_id) == ("done", made), one
        assert one.duration_seconds is not None
    assert found["engine", "build"].subject == found["engine", "start"].subject == "front v1"
    assert found["git", "fetch"].subject == f"file://{repo.path}"
    assert "First of all" in found["git", "fetch"].detail
    assert "MiB" in found["engine", "build"].detail


def test_a_checkup_of_the_machine(home: ServedHome, made: str) -> None:
    started = time.monotonic()
    found = {one.name: one for one in home.client.checkup()}
    assert time.monotonic() - started < 12
    wanted = {"engine", "network", "gateway", "registry", "disk", "model", "token", "versions", "home", "config.toml"}
    assert wanted <= found.keys()
    assert [found[name].status for name in ("engine", "gateway", "home", "token", "server")] == ["ok"] * 5


def test_settings_reach_the_file(home: ServedHome) -> None:
    config = home.path / "config.toml"
    config.write_text("# mine\n[build]\ncpus = 1.0 # small\n")
    changed = home.client.change_settings({"build.cpus": 1.5})
    assert config.read_text() == "# mine\n[build]\ncpus = 1.5 # small\n"
    assert (changed.path, changed.restart) == (str(config), True)
    config.unlink()
    assert not home.client.settings().restart


def test_a_plan_that_makes_nothing(home: ServedHome, made: str, repo: GitRepo) -> None:
    found = home.client.plan({"repo_url": f"file://{repo.path}"})
    assert (found.service_name, found.service_type, found.branch) == ("front-2", "web_service", "main")
    assert found.commit
    assert found.commit.subject == "First of all"
    assert (found.plan["runtime"], "main.py" in found.dockerfile) == ("python", True)
    assert [one.id for one in home.client.deployments()] == [made]
    assert list((home.path / "state").rglob("preview-*")) == []


def test_paging_back_in_a_log(home: ServedHome, made: str) -> None:
    newest = eventually(lambda: [one.seq for one in home.client.logs(made, tail=10, follow=False)])
    page = list(home.client.logs(made, tail=5, before=newest[0]))
    assert [one.seq for one in page] == list(range(newest[0] - 5, newest[0]))


def test_a_shell_inside(home: ServedHome, made: str) -> None:
    shell = home.client.shell(made)
    said = typed(shell.command, shell.environment, "echo $((6*7))-$PORT; exit\n")
    port = home.client.deployment(made).port
    assert f"42-{port}" in said


def engine_of(home: ServedHome) -> psutil.Process:
    """The service of this home's engine."""
    runs = (each for each in psutil.Process(home.pid).children() if "podman" in each.name())
    return next(each for each in runs if "service" in each.cmdline())


def typed(command: Sequence[str], environment: Mapping[str, str], keys: str) -> str:
    """What a program says in a terminal when somebody types ``keys``, until it ends."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, {**os.environ, **environment})
    os.write(terminal, keys.encode())
    said, deadline = b"", time.monotonic() + 30
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # it ended
                break
            said += part
    os.close(terminal)
    assert os.waitpid(pid, 0)[1] == 0, said
    return said.decode("utf-8", "replace")
