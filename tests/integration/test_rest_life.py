"""A service's whole life by the REST API alone, on the real engine, as a user of the contract would do it."""

import json
import threading
from collections.abc import Iterator

import httpx
import httpx_sse
import pytest

from tests.gitkit import GitRepo
from tests.integration.servedhome import ServedHome, eventually

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

APP = """\
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        print("asked for", self.path, flush=True)
        body = json.dumps({"text": TEXT, "env": dict(os.environ)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass

TEXT = "%s"
print("up", TEXT, flush=True)
print("to stderr", file=sys.stderr, flush=True)
ThreadingHTTPServer(("", int(os.environ["PORT"])), App).serve_forever()
"""
ENV = {
    "PLAIN": "x",
    "QUOTES": """a'b"c\\d`e$HOME ${PATH} $(id) %s #!""",
    "LINES": "one\ntwo\r\n\tthree\n",
    "UNICODE": "é 中 \U0001f600 \u2028",
    "EMPTY": "",
    "SPACES": "  both ends  ",
    "LARGE": "z" * 65536,
}


@pytest.fixture(scope="module")
def home() -> Iterator[ServedHome]:
    with ServedHome() as found:
        yield found


@pytest.fixture
def repo(tmp_path) -> GitRepo:
    found = GitRepo(tmp_path / "app.git")
    found.commit({"main.py": APP % "one"}, "First")
    return found


def test_a_whole_life(home: ServedHome, repo: GitRepo):
    answer = home.http.post(
        "/deployments",
        json={"repo_url": f"file://{repo.path}", "service_name": "whole", "service_type": "web_service", "env": ENV},
    )
    assert answer.status_code == 201, answer.text
    made, at = answer.json(), answer.headers["location"]
    assert made["status"] == "building"
    stages, lines, end = built(home, at)
    assert stages[0] == ("fetching", "started")
    assert end == "running", lines
    found = home.settled(made["id"])
    assert (found["version"], found["phase"], found["error"], found["health"]) == (1, "live", None, "healthy")
    assert found["resources"]["memory_bytes"] > 0
    first = home.visit(found["url"]).json()
    assert first["text"] == "one"
    assert {key: first["env"][key] for key in ENV} == ENV

    repo.commit({"main.py": APP % "two"}, "Second")
    with Visitors(home, found["url"]) as visitors:
        again = home.http.post(f"{at}/redeploy")
        assert (again.status_code, again.json()) == (202, {"id": made["id"], "status": "building"})
        assert home.settled(made["id"])["version"] == 2
        assert home.visit(found["url"]).json()["text"] == "two"
        back = home.http.post(f"{at}/rollback")
        assert back.status_code == 200, back.text
        assert back.json() == {"id": made["id"], "status": "running", "message": "Rolled back successfully"}
        assert home.visit(found["url"]).json()["text"] == "one"
        changed = home.http.patch(at, json={"env": {"PLAIN": "changed", "LARGE": None}})
        assert changed.status_code == 200
        assert home.settled(made["id"])["version"] == 4
        env = home.visit(found["url"]).json()["env"]
        assert env["PLAIN"] == "changed"
        assert "LARGE" not in env
    assert visitors.failed == []
    assert visitors.asked > 20
    history = home.http.get(f"{at}/history").json()
    assert [(one["version"], one["status"], one["kind"], one["rollback_of"]) for one in history] == [
        (4, "running", "config", None),
        (3, "replaced", "rollback", 1),
        (2, "replaced", "redeploy", None),
        (1, "replaced", "deploy", None),
    ]
    assert history[0]["commit_sha"] == history[3]["commit_sha"] != history[2]["commit_sha"]
    version = home.http.get(f"{at}/versions/2").json()
    assert "FROM" in version["dockerfile"]
    assert version["commit"]["subject"] == "Second"
    assert len(version["commit"]["sha"]) == 40
    assert "start" in version["origins"]

    stopped = home.http.post(f"{at}/stop")
    assert (stopped.status_code, stopped.json()["status"], stopped.json()["resources"]) == (200, "stopped", None)
    assert home.visit(found["url"]).status_code >= 500
    started = home.http.post(f"{at}/start")
    assert (started.status_code, started.json()["status"]) == (200, "running")
    assert home.visit(found["url"]).json()["text"] == "one"

    assert home.containers(made["id"])
    assert home.http.delete(at).status_code == 204
    assert home.http.get(at).status_code == 404
    assert home.containers(made["id"]) == []
    assert home.visit(found["url"]).status_code == 404


def test_logs_over_a_redeploy(home: ServedHome, repo: GitRepo):
    made = home.deploy(f"file://{repo.path}", "logging")
    at = f"/deployments/{made}"
    url = home.http.get(at).json()["url"]
    with httpx_sse.connect_sse(home.http, "GET", f"{at}/logs?tail=all") as source:
        events = source.iter_sse()
        seen = [next(events)]
        home.visit(url, "/before")
        home.http.post(f"{at}/redeploy")
        home.settled(made)
        home.visit(url, "/after")
        while "/after" not in seen[-1].data:
            seen.append(next(events))
    logged = [json.loads(one.data) for one in seen if one.event == "log"]
    said = [one["line"] for one in logged]
    assert said.index("up one") < said.index("asked for /before") < said.index("asked for /after")
    assert said.count("up one") == 2
    assert {"stdout", "stderr"} <= {one["stream"] for one in logged}
    numbers = [int(one.id) for one in seen]
    assert numbers == sorted(set(numbers))
    half = numbers[len(numbers) // 2]
    resumed = home.http.get(
        f"{at}/logs?follow=false", headers={"Last-Event-ID": str(half), "Accept": "application/x-ndjson"}
    )
    rest = [json.loads(line)["seq"] for line in resumed.text.splitlines()]
    assert rest[: len(numbers)] == [one for one in numbers if one > half]
    home.http.delete(at)


def test_a_build_that_fails_leaves_the_old_version(home: ServedHome, repo: GitRepo):
    made = home.deploy(f"file://{repo.path}", "failing")
    at = f"/deployments/{made}"
    repo.commit({"main.py": APP % "two", "requirements.txt": "no-such-thing-anywhere==99.99\n"}, "Broken")
    home.http.post(f"{at}/redeploy")
    found = home.settled(made)
    assert (found["version"], found["latest_version"], found["serving"]) == (1, 2, True)
    assert found["error"]["code"]
    assert found["error"]["message"]
    assert found["error"]["hint"]
    assert home.visit(found["url"]).json()["text"] == "one"
    assert built(home, at)[2] == "failed"
    entry = home.http.get(f"{at}/history").json()[0]
    assert (entry["status"], entry["error"]["code"]) == ("failed", found["error"]["code"])
    home.http.delete(at)


def test_a_cancelled_build_really_stops(home: ServedHome, tmp_path):
    slow = GitRepo(tmp_path / "slow.git")
    slow.commit({"main.py": APP % "slow"})
    answer = home.http.post(
        "/deployments",
        json={
            "repo_url": f"file://{slow.path}",
            "service_name": "slow",
            "service_type": "web_service",
            "build_command": "echo begun-to-sleep; sleep 600",
        },
    )
    made = answer.json()["id"]
    at = f"/deployments/{made}"
    with home.http.stream("GET", f"{at}/build-stream", headers={"Accept": "application/x-ndjson"}) as lines:
        assert any("begun-to-sleep" in line and '"stdout"' in line for line in lines.iter_lines())
    cancelled = home.http.post(f"{at}/cancel")
    assert cancelled.status_code == 202
    assert home.settled(made, "stopped", within=30)["latest_version"] == 1
    assert home.http.get(f"{at}/history").json()[0]["status"] == "cancelled"
    nothing = home.http.post(f"{at}/cancel")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_cancel")
    home.http.delete(at)


def test_projects_keep_their_own(home: ServedHome, repo: GitRepo):
    project = home.http.post("/projects", json={"name": "shop"}).json()["id"]
    made = home.deploy(f"file://{repo.path}", "same-name", project_id=project)
    other = home.deploy(f"file://{repo.path}", "same-name")
    taken = home.http.post(
        "/deployments",
        json={
            "repo_url": f"file://{repo.path}",
            "service_name": "same-name",
            "service_type": "web_service",
            "project_id": project,
        },
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert [one["id"] for one in home.http.get(f"/deployments?project_id={project}").json()] == [made]
    kept = home.http.delete(f"/projects/{project}")
    assert (kept.status_code, kept.json()["code"]) == (409, "project_not_empty")
    for one in (made, other):
        assert home.http.delete(f"/deployments/{one}").status_code == 204
    assert home.http.delete(f"/projects/{project}").status_code == 204


def test_every_change_is_an_event(home: ServedHome, repo: GitRepo):
    with httpx_sse.connect_sse(home.http, "GET", "/events") as source:
        events = source.iter_sse()
        with httpx.Client(base_url=home.url, headers=home.http.headers, trust_env=False) as other:
            body = {"repo_url": f"file://{repo.path}", "service_name": "told", "service_type": "web_service"}
            made = other.post("/deployments", json=body).json()["id"]
            seen = [next(events)]
            while json.loads(seen[-1].data)["status"] != "running":
                seen.append(next(events))
            other.delete(f"/deployments/{made}", timeout=60)
        while seen[-1].event != "removed":
            seen.append(next(events))
    phases = list(dict.fromkeys(json.loads(one.data)["phase"] for one in seen if one.event == "deployment"))
    walk = ["fetching", "planning", "building", "starting", "checking", "routing", "live"]
    assert [one for one in phases if one in walk] == walk
    numbers = [int(one.id) for one in seen]
    assert numbers == sorted(set(numbers))


def built(home: ServedHome, at: str) -> tuple[list[tuple[str, str]], list[str], str]:
    """A build's stages, lines and end, read to the end."""
    stages, lines = [], []
    with httpx_sse.connect_sse(home.http, "GET", f"{at}/build-stream", timeout=300) as source:
        for one in source.iter_sse():
            data = json.loads(one.data)
            if one.event == "stage":
                stages.append((data["stage"], data["status"]))
            elif one.event == "log":
                lines.append(data["line"])
            elif one.event == "end":
                return stages, lines, data["status"]
    raise AssertionError("the build has no end")


class Visitors:
    """Asks a service again and again; what did not answer with 200 is kept."""

    def __init__(self, home: ServedHome, url: str) -> None:
        self.asked = 0
        self.failed: list[str] = []
        self._home, self._url = home, url
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Visitors":
        self._thread.start()
        eventually(lambda: self.asked)
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(30)

    def _ask(self) -> None:
        while not self._enough.wait(0.02):
            try:
                status = self._home.visit(self._url).status_code
            except httpx.HTTPError as error:
                self.failed.append(repr(error))
            else:
                if status != 200:
                    self.failed.append(str(status))
            self.asked += 1
