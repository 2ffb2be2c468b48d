"""`runix serve` as a process: one line when it accepts, a clean end under load, one server per home, kills, faults."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from runix_tui.bootstrap.home import is_held, server_hint
from runix_tui.engine.service import services_on
from runix_tui.locations import locate
from tests.integration.installation import RUNIX, Installation, ask, installed, until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

CANARY = "canary-0123456789-token"


@pytest.fixture(scope="module")
def runix() -> Iterator[Installation]:
    with installed() as made:
        yield made


@contextmanager
def serving(
    runix: Installation, *arguments: str, program: Sequence[str] = (RUNIX,), **environ: str
) -> Iterator["Foreground"]:
    """``runix serve`` in the foreground, which has said that it accepts requests."""
    child = subprocess.Popen(
        [*program, "serve", *arguments],
        env=runix.environ | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    found = Foreground(runix, child)
    try:
        yield found
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate(timeout=20)


class Foreground:
    """A server in the foreground; ``url`` is what its one line says."""

    def __init__(self, runix: Installation, child: "subprocess.Popen[str]") -> None:
        assert child.stdout
        self.child = child
        self.line = child.stdout.readline()
        assert self.line, child.stderr.read() if child.stderr else ""
        self.url = self.line.split()[-1]
        self._runix = runix

    def api(self, **more: object) -> httpx.Client:
        token = (self._runix.folder / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, **more)  # type: ignore[arg-type]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str, float]:
        """Exit code, the rest of stdout, stderr, and the seconds that it took."""
        began = time.monotonic()
        self.child.send_signal(number)
        out, err = self.child.communicate(timeout=20)
        return self.child.returncode, out, err, time.monotonic() - began


def services(runix: Installation) -> list[int]:
    """The engine's services of the home, looked for by their socket."""
    return services_on(locate(runix.environ).engine_socket)


def health(url: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{url}/healthz", trust_env=False).json()
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_one_line_on_stdout_and_a_clean_end(runix: Installation, number: int) -> None:
    with serving(runix) as server:
        assert server.line == f"Runix API on {server.url}\n"
        assert httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200
        until(lambda: services(runix))
        code, out, err, seconds = server.end(number)
    assert (code, out) == (0, ""), err
    assert seconds < 10
    assert services(runix) == []
    assert not (runix.folder / "server.json").exists()
    assert not locate(runix.environ).engine_socket.exists()


def test_it_ends_in_time_with_streams_open_and_a_build_running(runix: Installation) -> None:
    repository = runix.repository("plain-python", "long")
    lasting = runix.run("deploy", str(repository), "--name", "lasting").stdout.strip()
    runix.run("serve", "--stop")
    body = {
        "repo_url": str(repository),
        "service_name": "long",
        "service_type": "web_service",
        "build_command": "echo it-begins && sleep 61",
    }
    with serving(runix) as server, server.api() as api:
        identity = api.post("/deployments", json=body).json()["id"]
        ended = threading.Semaphore(0)

        def follow(path: str) -> None:
            with api.stream("GET", path) as answer:
                for text in answer.iter_lines():
                    if "it-begins" in text:
                        begun.set()
            ended.release()

        begun = threading.Event()
        paths = ("/events", f"/deployments/{identity}/build-stream", f"/deployments/{identity}/logs")
        threads = [threading.Thread(target=follow, args=(path,)) for path in paths]
        for thread in threads:
            thread.start()
        assert begun.wait(120)
        code, _, err, seconds = server.end()
        for thread in threads:
            thread.join(10)
    assert code == 0, err
    assert seconds < 10
    assert "Traceback" not in err
    assert services(runix) == []
    until(lambda: not _runs("sleep 61"))
    assert ask(lasting)[0] == 200
    status = runix.json("status", "long")
    assert (status["status"], status["error"]["code"]) == ("failed", "interrupted")
    for name in ("long", "lasting"):
        runix.run("rm", name, "--yes")


def _runs(command: str) -> bool:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return command in listed.splitlines()


def test_a_taken_port_is_said_with_its_holder(runix: Installation) -> None:
    runix.run("serve", "--stop")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments in (("serve",), ("serve", "--detach"), ("status",)):
            done = runix.run(*arguments, code=1, RUNIX_API_PORT=str(port))
            assert done.stdout == ""
            complaint = next(line for line in done.stderr.splitlines() if line.startswith("runix: "))
            assert f"port {port} is taken by" in complaint
            assert f"(pid {os.getpid()})" in complaint
            assert "RUNIX_API_PORT" in done.stderr
    assert not is_held(locate(runix.environ))


def test_a_detached_server_keeps_nothing_of_its_caller(runix: Installation, tmp_path: Path) -> None:
    runix.run("serve", "--stop")
    environ = runix.environ | {"RUNIX_TOKEN": CANARY, "RUNIX_HOME": os.path.relpath(runix.folder, tmp_path)}
    began = time.monotonic()
    done = subprocess.run(
        [RUNIX, "serve", "--detach"], env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=True
    )  # communicate() ends only when nobody holds the pipes any more
    assert time.monotonic() - began < 60
    server = psutil.Process(runix.server_pid)
    assert done.stdout == f"Runix API on {_hint(runix)['url']}\n"
    assert server.cwd() == "/"
    assert os.getsid(server.pid) == server.pid
    assert server.terminal() is None
    assert server.environ()["RUNIX_HOME"] == str(runix.folder)
    for process in (server, *server.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a child that ended meanwhile
            assert CANARY not in str(process.environ())
            assert CANARY not in str(process.cmdline())
    with httpx.Client(base_url=_hint(runix)["url"], trust_env=False) as api:
        assert api.get("/deployments", headers={"Authorization": f"Bearer {CANARY}"}).status_code == 200
        stored = runix.run("token").stdout.strip()
        assert api.get("/deployments", headers={"Authorization": f"Bearer {stored}"}).status_code == 401
    refused = runix.run("status", code=1)
    assert "RUNIX_TOKEN" in refused.stderr
    assert runix.run("status", RUNIX_TOKEN=CANARY).stdout == ""
    assert CANARY not in (runix.folder / "server.log").read_text()
    again = runix.run("serve", "--detach", RUNIX_TOKEN=CANARY)
    assert again.stdout == done.stdout
    assert "already" in again.stderr
    runix.run("serve", "--stop")
    assert "No server runs" in runix.run("serve", "--stop").stderr


def _hint(runix: Installation) -> dict[str, str]:
    found: dict[str, str] = json.loads((runix.folder / "server.json").read_text())
    return found


def test_two_at_once_become_one(runix: Installation) -> None:
    runix.run("serve", "--stop")
    commands = (["serve", "--detach"], ["status"], ["serve", "--detach"], ["status", "--json"])
    running = [
        subprocess.Popen([RUNIX, *words], env=runix.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for words in commands
    ]
    ended = [(child.communicate(timeout=120), child.returncode) for child in running]
    assert [code for _, code in ended] == [0, 0, 0, 0], ended
    url = _hint(runix)["url"]
    assert [out for (out, _), _ in ended] == [f"Runix API on {url}\n", "", f"Runix API on {url}\n", "[]\n"]
    refused = runix.run("serve", code=1)
    assert f"pid {runix.server_pid}" in refused.stderr
    assert "--stop" in refused.stderr


def test_a_killed_server_is_replaced_and_its_engine_taken_over(runix: Installation) -> None:
    runix.run("serve", "--detach")
    until(lambda: services(runix))
    left = services(runix)
    os.kill(runix.server_pid, signal.SIGKILL)
    until(lambda: not is_held(locate(runix.environ)))
    assert (runix.folder / "server.json").exists(), "stale, to be ignored"
    assert services(runix) == left
    assert "starting one" in runix.run("status").stderr
    until(lambda: health(_hint(runix)["url"])["status"] == "ok")
    assert services(runix) == left
    runix.run("serve", "--stop")
    assert services(runix) == []


def test_a_server_whose_home_is_removed_ends(tmp_path: Path) -> None:
    with installed() as made:
        with serving(made) as server:
            until(lambda: services(made))
            (made.folder / "server.lock").unlink()
            with serving(made) as other:
                assert server.child.wait(15) == 0
                assert server_hint(locate(made.environ)), "the other one's hint stays"
                until(lambda: health(other.url)["status"] == "ok")
                assert len(services(made)) == 1
                assert other.end()[0] == 0
        assert services(made) == []


def test_commands_without_a_server_share_the_engine_with_it(runix: Installation) -> None:
    runix.run("serve", "--detach")
    until(lambda: services(runix))
    before = services(runix)
    runix.run("bases", "ls", HTTPS_PROXY="http://proxy.invalid:3128")  # other settings than the server's
    assert services(runix) == before
    runix.run("serve", "--stop")
    assert services(runix) == []
    runix.run("bases", "ls")
    assert services(runix) == []


def test_another_host_than_loopback(runix: Installation) -> None:
    runix.run("serve", "--stop")
    with serving(runix, "--host", "0.0.0.0") as server:
        assert server.url.startswith("http://127.0.0.1:")
        port = int(server.url.rpartition(":")[2])
        listening = [
            c.laddr.ip for c in psutil.Process(server.child.pid).net_connections("tcp") if c.status == "LISTEN"
        ]
        assert listening == ["0.0.0.0"]
        named = httpx.get(f"{server.url}/healthz", headers={"Host": f"elsewhere.example:{port}"}, trust_env=False)
        assert named.status_code == 421
        _, _, err, _ = server.end()
    assert "Open to other machines" in err
    done = runix.run("serve", "--host", "no-such-host.invalid", code=1)
    assert "no-such-host.invalid" in done.stderr


def test_what_it_logs(runix: Installation) -> None:
    with serving(runix) as server, server.api() as api:
        for _ in range(3):
            assert api.get("/deployments").status_code == 200
        assert api.get("/nothing-here").status_code == 404
        _, _, err, _ = server.end()
    assert "/deployments" not in err
    assert "nothing-here" not in err
    assert (runix.folder / "token").read_text().strip() not in err


@pytest.mark.parametrize(
    ("environ", "config", "said"),
    [
        ({}, "[build]\ncpus = -1\n", "build.cpus"),
        ({}, "[biuld]\n", "biuld"),
        ({}, "not toml", "config.toml"),
        ({"RUNIX_API_PORT": "http"}, "", "RUNIX_API_PORT"),
        ({"RUNIX_HTTP_PORT": "70000"}, "", "RUNIX_HTTP_PORT"),
        ({"RUNIX_TOKEN": "short"}, "", "RUNIX_TOKEN"),
        ({"RUNIX_TOKEN": "has a space in its middle"}, "", "RUNIX_TOKEN"),
        ({"RUNIX_ENGINE_URL": "tcp://127.0.0.1:1"}, "", "RUNIX_ENGINE_URL"),
        ({"RUNIX_HOME": "/proc/no-such-place"}, "", "/proc/no-such-place"),
        ({"RUNIX_HOME": "/dev/null"}, "", "/dev/null"),
    ],
)
def test_settings_that_cannot_be(runix: Installation, environ: dict[str, str], config: str, said: str) -> None:
    runix.run("serve", "--stop")
    (runix.folder / "config.toml").write_text(config)
    try:
        done = runix.run("serve", code=1, **environ)
        assert done.stdout == ""
        assert done.stderr.startswith("runix: ")
        assert said in done.stderr
        assert all(value not in done.stderr for name, value in environ.items() if name == "RUNIX_TOKEN")
        if config:
            assert said in runix.run("status", code=1).stderr, "handed on from the server that did not come up"
    finally:
        (runix.folder / "config.toml").unlink()


def test_a_newer_store_is_refused_and_left_as_it_is() -> None:
    import sqlite3
    from contextlib import closing

    with installed() as made:
        made.run("status")
        made.run("serve", "--stop")
        with closing(sqlite3.connect(made.folder / "runix.db")) as store:
            found = store.execute("PRAGMA user_version").fetchone()[0]
            store.execute("PRAGMA user_version = 999")
        done = made.run("status", code=1)
        assert "newer Runix" in done.stderr
        with closing(sqlite3.connect(made.folder / "runix.db")) as store:
            store.execute(f"PRAGMA user_version = {found}")
        made.run("status")


@pytest.mark.skipif(os.geteuid() != 0, reason="hides the engine's program by a mount, which needs root")
def test_without_an_engine_it_reads_says_what_is_missing_and_recovers() -> None:
    podman = shutil.which("podman")
    assert podman
    hidden = ["unshare", "--mount", "sh", "-c", f'mount --bind /dev/null {podman} && exec "$@"', "sh", RUNIX]
    with installed() as made:
        with serving(made, program=hidden) as server, server.api() as api:
            assert health(server.url)["status"] == "degraded"
            assert api.get("/deployments").json() == []
            body = {
                "repo_url": str(made.repository("plain-python")),
                "service_name": "x",
                "service_type": "web_service",
            }
            refused = api.post("/deployments", json=body)
            assert (refused.status_code, refused.json()["code"]) == (503, "engine_missing")
            assert "runix doctor" in refused.json()["hint"]
            assert api.get("/deployments").json() == []
            said = made.run("deploy", body["repo_url"], code=1).stderr
            assert "podman" in said
            assert "runix doctor --fix" in said
            doctor = subprocess.run([*hidden, "doctor"], env=made.environ, capture_output=True, text=True, check=False)
            assert doctor.returncode == 1
            assert "Podman is not installed" in doctor.stdout
            subprocess.run(["nsenter", "-t", str(made.server_pid), "-m", "umount", podman], check=True, timeout=10)
            until(lambda: health(server.url)["status"] == "ok")
            assert server.end()[0] == 0
        assert services(made) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system, which needs root")
def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(tmp_path)], check=True, timeout=10)
    try:
        with installed(RUNIX_HOME=str(tmp_path / "home")) as made:
            made.folder = tmp_path / "home"
            repository = str(made.repository("plain-python"))
            made.run("deploy", repository, "--name", "kept")
            before = made.json("status", "kept") | {"resources": None}
            filler = tmp_path / "filler"
            with suppress(OSError), filler.open("wb") as file:
                while True:
                    file.write(bytes(4096))
                    file.flush()
            for command in (
                ("deploy", repository, "--name", "more"),
                ("redeploy", "kept"),
                ("env", "set", "kept", "A=b"),
            ):
                done = made.run(*command, code=None)
                assert done.returncode in (1, 75)
                assert "no room left" in done.stderr
            assert "No space left" in made.run("token", "--rotate", code=1).stderr
            assert made.json("status", "kept") | {"resources": None} == before
            filler.unlink()
            made.run("redeploy", "kept")
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True, timeout=10)
