"""The server itself: bad repositories, its end with followers, its return with everything as before, taken ports."""

import json
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.gitkit import GitRepo
from tests.integration.servedhome import RUNIX, ServedHome

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

SITE = {"index.html": "<h1>hello</h1>\n"}


@pytest.fixture(scope="module")
def home() -> Iterator[ServedHome]:
    with ServedHome() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path) -> GitRepo:
    found = GitRepo(tmp_path / "site.git")
    found.commit(SITE)
    return found


@pytest.mark.parametrize(
    "url",
    [
        "{tmp}/nothing-here",
        "file://{tmp}/nothing-here",
        "file://{empty}",
        "ext::sh -c 'touch {tmp}/pwned'",
        "--upload-pack=touch {tmp}/pwned",
        "https://",
        "ftp://example.test/x",
        "relative/folder",
        "http://127.0.0.1:1/x\ny",
    ],
)
def test_repositories_that_cannot_be(home: ServedHome, tmp_path: Path, url: str):
    empty = GitRepo(tmp_path / "empty.git")
    body = {"service_name": "bad", "service_type": "web_service"}
    answer = home.http.post("/deployments", json={**body, "repo_url": url.format(tmp=tmp_path, empty=empty.path)})
    assert answer.status_code == 422, answer.text
    assert [one["path"] for one in answer.json()["errors"]] == ["repo_url"]
    assert answer.json()["hint"]
    assert home.http.get("/deployments").json() == []
    assert not (tmp_path / "pwned").exists()


def test_a_branch_that_is_not_there(home: ServedHome, site: GitRepo):
    body = {"service_name": "bad", "service_type": "static_site", "repo_url": f"file://{site.path}", "branch": "nope"}
    answer = home.http.post("/deployments", json=body)
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == ["branch"]
    assert home.http.get("/deployments").json() == []


def test_secrets_in_an_address_are_never_shown(home: ServedHome):
    canary = "s3cr3t-c4nary"
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    body = {
        "service_name": "private",
        "service_type": "web_service",
        "repo_url": f"http://ada:{canary}@127.0.0.1:{port}/x.git",
    }
    answer = home.http.post("/deployments", json=body)
    assert canary not in answer.text
    if answer.status_code == 201:
        made = answer.json()["id"]
        home.settled(made, "failed")
        for path in ("", "/history", "/versions/1", "/build-stream"):
            assert canary not in home.http.get(f"/deployments/{made}{path}").text
        home.http.delete(f"/deployments/{made}")
    assert canary not in home.said()


def test_it_ends_with_followers_and_comes_back_as_it_was(home: ServedHome, site: GitRepo):
    made = home.deploy(f"file://{site.path}", "lasting", service_type="static_site", env={"KEY": "value"})
    before = home.http.get(f"/deployments/{made}?reveal=true").json()
    ended = threading.Semaphore(0)
    follower = httpx.Client(base_url=home.url, headers=home.http.headers, trust_env=False, timeout=30)

    def follow(path: str) -> None:
        with follower.stream("GET", path) as answer:
            started.release()
            for _ in answer.iter_raw():
                pass
        ended.release()

    started = threading.Semaphore(0)
    paths = ["/events", f"/deployments/{made}/logs", "/events"]
    for path in paths:
        threading.Thread(target=follow, args=(path,), daemon=True).start()
        assert started.acquire(timeout=10)
    assert home.stop() < 10
    for _ in paths:
        assert ended.acquire(timeout=5)
    follower.close()
    assert home.visit(before["url"]).text == SITE["index.html"]
    home.start()
    after = home.http.get(f"/deployments/{made}?reveal=true").json()
    assert {**after, "resources": None} == {**before, "resources": None}

    assert home.stop(signal.SIGKILL) < 5
    assert home.visit(before["url"]).text == SITE["index.html"]
    home.start()
    assert home.settled(made)["version"] == 1
    assert home.http.delete(f"/deployments/{made}").status_code == 204


def test_a_second_server_of_a_home_is_refused(home: ServedHome):
    done = subprocess.run(
        (*RUNIX, "serve"), env=dict(home.environ), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "runs already" in done.stderr


def test_a_taken_port_is_named(tmp_path: Path, home: ServedHome):
    port = httpx.URL(home.url).port
    environ = {**home.environ, "RUNIX_HOME": str(tmp_path), "RUNIX_API_PORT": str(port)}
    done = subprocess.run((*RUNIX, "serve"), env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"port {port} is taken by" in done.stderr
    assert f"(pid {home.pid})" in done.stderr
    assert "Traceback" not in done.stderr


def test_health(home: ServedHome):
    found = httpx.get(f"{home.url}/healthz", trust_env=False).json()
    assert (found["status"], found["engine"]["name"]) == ("ok", "podman")
    assert found["gateway_url"].startswith("http://")


def test_the_cli_sees_what_the_api_has(home: ServedHome, site: GitRepo):
    made = home.deploy(f"file://{site.path}", "seen", service_type="static_site")
    assert json.loads(home.run("status", "seen", "--json"))["id"] == made
    home.run("rm", "seen", "--yes")
    assert home.http.get("/deployments").json() == []
