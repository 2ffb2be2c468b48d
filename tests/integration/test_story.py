"""The main job from the outside: the real command, the real engine, real git, real HTTP."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.integration.installation import Installation, Load, ask, commit, installed, until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def runix() -> Iterator[Installation]:
    with installed() as made:
        yield made


def test_deploy_redeploy_and_roll_back_without_a_failed_request(runix: Installation) -> None:
    repository = runix.repository("showcase", "shop")
    url = runix.run("deploy", str(repository)).stdout.strip()
    facts = json.loads(ask(url, "/api")[1])
    assert (facts["version"], facts["instance_type"]) == (1, "starter")
    (repository / "NOTES").write_text("a change\n")
    second = commit(repository, "a change")
    with Load(url).during() as load:
        runix.run("redeploy", "shop")
        assert json.loads(ask(url, "/api")[1])["commit"] == second
        runix.run("rollback", "shop")
        facts = json.loads(ask(url, "/api")[1])
        time.sleep(0.5)
    assert facts["version"] == 3
    assert facts["commit"] != second
    assert load.asked > 50
    assert load.failed == []
    history = runix.json("history", "shop")
    assert [(e["version"], e["status"], e["kind"]) for e in history] == [
        (3, "running", "rollback"),
        (2, "replaced", "redeploy"),
        (1, "replaced", "deploy"),
    ]
    assert history[0]["rollback_of"] == 1
    assert history[0]["image_id"] == history[2]["image_id"]
    runix.run("rm", "shop", "--yes")
    assert ask(url)[0] == 404


def test_a_broken_version_never_gets_the_route(runix: Installation) -> None:
    repository = runix.repository("plain-python", "fragile")
    url = runix.run("deploy", str(repository)).stdout.strip()
    before = ask(url)
    (repository / "main.py").write_text("import sys\nprint('cannot find the config', flush=True)\nsys.exit(4)\n")
    commit(repository, "break it")
    with Load(url).during(2) as load:
        failed = runix.run("redeploy", "fragile", code=1)
    assert load.failed == []
    assert "exits with 4" in failed.stderr
    assert "cannot find the config" in failed.stderr
    assert ask(url)[0] == before[0] == 200
    status = runix.json("status", "fragile")
    assert (status["status"], status["version"], status["latest_version"]) == ("running", 1, 2)
    assert status["error"]["code"] == "exited"
    assert "cannot find the config" in json.dumps(status["error"])
    assert [e["status"] for e in runix.json("history", "fragile")] == ["failed", "running"]
    runix.run("rm", "fragile", "--yes")


def test_env_arrives_byte_for_byte(runix: Installation) -> None:
    repository = runix.repositories / "echo"
    repository.mkdir()
    (repository / "main.py").write_text(
        "import http.server, json, os\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        body = json.dumps(dict(os.environ)).encode()\n"
        "        self.send_response(200)\n"
        "        self.send_header('Content-Length', str(len(body)))\n"
        "        self.end_headers()\n"
        "        self.wfile.write(body)\n"
        "http.server.HTTPServer(('0.0.0.0', int(os.environ['PORT'])), H).serve_forever()\n"
    )
    values = {
        "QUOTES": "a'b\"c`d",
        "DOLLAR": "$HOME ${PATH} $$",
        "LINES": "one\ntwo\r\n\tthree",
        "UNICODE": "grün 🚀 \u202e",
        "LONG": "x" * 65536,
        "EMPTY": "",
    }
    with runix.api() as api:
        body = {"repo_url": str(repository), "service_name": "echo", "service_type": "web_service", "env": values}
        made = api.post("/deployments", json=body)
        assert made.status_code == 201, made.text
        identity = made.json()["id"]
        until(lambda: api.get(f"/deployments/{identity}").json()["status"] != "building")
        details = api.get(f"/deployments/{identity}").json()
        assert details["status"] == "running", details
        assert set(details["env"].values()) == {"********"}
        assert details["commit_sha"] is None  # a folder without git
        assert api.get(f"/deployments/{identity}", params={"reveal": "true"}).json()["env"] == values
        got = json.loads(ask(details["url"])[1])
        assert {name: got[name] for name in values} == values
        assert api.delete(f"/deployments/{identity}").status_code == 204


def test_services_outlive_the_server_and_logs_go_on(runix: Installation) -> None:
    repository = runix.repository("showcase", "lasting")
    url = runix.run("deploy", str(repository)).stdout.strip()
    os.kill(runix.server_pid, signal.SIGKILL)
    assert ask(url)[0] == 200
    time.sleep(2)
    assert ask(url)[0] == 200
    status = runix.json("status", "lasting")
    assert (status["status"], status["url"]) == ("running", url)
    lines = until(lambda: _ticks(runix, "lasting", at_least=4))
    assert lines == list(range(1, len(lines) + 1))  # nothing lost, nothing twice
    runix.run("serve", "--stop")
    assert ask(url)[0] == 200
    runix.run("rm", "lasting", "--yes")


def _ticks(runix: Installation, name: str, *, at_least: int) -> list[int]:
    lines = runix.run("logs", name, "--tail", "all").stdout.splitlines()
    ticks = [int(line.split()[1].rstrip(":")) for line in lines if line.startswith("tick ")]
    return ticks if len(ticks) >= at_least else []


def test_a_build_in_flight_when_the_server_is_killed_is_interrupted(runix: Installation) -> None:
    repository = runix.repository("plain-python", "slow")
    (repository / "requirements.txt").write_text("")
    commit(repository, "manifest")
    with runix.api() as api:
        body = {
            "repo_url": str(repository),
            "service_name": "slow",
            "service_type": "web_service",
            "build_command": "echo it-begins && sleep 60",
        }
        identity = api.post("/deployments", json=body).json()["id"]
        with api.stream("GET", f"/deployments/{identity}/build-stream") as stream:
            assert any('"line":"it-begins"' in line.replace('": "', '":"') for line in stream.iter_lines())
        os.kill(runix.server_pid, signal.SIGKILL)
    status = runix.json("status", "slow")
    assert (status["status"], status["error"]["code"]) == ("failed", "interrupted")
    until(lambda: not _running("sleep 60"), within=20)
    runix.run("rm", "slow", "--yes")


def _running(command: str) -> bool:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return any(line.strip() == command for line in listed.splitlines())


def test_cancel_really_ends_the_running_step(runix: Installation) -> None:
    repository = runix.repository("plain-python", "endless")
    command = ("deploy", str(repository), "--build-command", "echo it-begins && sleep 77")
    with runix.running(*command, until="it-begins") as deploy:
        runix.run("cancel", "endless")
        _, said = deploy.communicate(timeout=30)
    assert deploy.returncode == 1, said
    until(lambda: not _running("sleep 77"), within=5)
    assert runix.json("status", "endless")["status"] == "stopped"
    assert [e["status"] for e in runix.json("history", "endless")] == ["cancelled"]
    assert runix.run("cancel", "endless", code=1).stderr
    runix.run("rm", "endless", "--yes")


def test_uninstall_leaves_nothing_and_touches_no_other_home(runix: Installation) -> None:
    repository = runix.repository("static-site", "stays")
    url = runix.run("deploy", str(repository), "--type", "static-site").stdout.strip()
    with installed() as other:
        theirs = other.run("deploy", str(repository), "--type", "static-site").stdout.strip()
        assert ask(theirs)[0] == 200
        assert other.labelled("ps", "-a")
        home = other.home_id
        other.run("uninstall", "--yes")
        assert not other.folder.exists()
        for command in (["ps", "-a"], ["images", "-a"], ["network", "ls"], ["volume", "ls"]):
            listed = subprocess.run(
                ["podman", *command, "--filter", f"label=dev.runix.home={home}", "-q"],
                capture_output=True,
                text=True,
                check=True,
            )
            assert listed.stdout == ""
    assert ask(url)[0] == 200
    runix.run("rm", "stays", "--yes")
