"""What is measured: each case prepares both sides, then gives its pairs. Both sides of a pair do the same work."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bench.bursts import CHUNK, LINES, Burst, follow, read_build
from bench.figures import Figure, Target, alternate
from bench.home import Home, Json, await_answer
from bench.raw import Raw
from bench.repository import guestbook, shouter, talker, update
from bench.tui_budget import Budget
from bench.tui_burst import pane
from bench.tui_screen import flood, screen

NDJSON = "application/x-ndjson"
SSE = "text/event-stream"
Case = Callable[[Home, Path, int], Sequence[Figure | Budget]]


def deploy(home: Home, folder: Path, pairs: int) -> list[Figure]:
    """A new commit of a known repository: fetch, build with a warm layer cache, start, first answer through the URL;
    against git fetch, podman build with the same Dockerfile, podman run, first answer at the container."""
    repository = guestbook(folder / "deploy")
    repository.stamp("stamp-first")
    found = home.deploy(repository.path, "bench-deploy")
    raw = Raw(home)
    recipe = raw.like(found["id"])
    clone = repository.clone(folder / "deploy-clone")
    dockerfile = folder / "deploy.Dockerfile"
    dockerfile.write_text(_version(home, found)["dockerfile"], "utf-8")
    host, port = _where(found)

    def ours(number: int) -> float:
        stamp = f"stamp-runix-{number} "
        repository.stamp(stamp)
        started = time.perf_counter()
        home.call("POST", f"/deployments/{found['id']}/redeploy")
        await_answer("127.0.0.1", port, f"{host}:{port}", having=stamp.encode())
        seconds = time.perf_counter() - started
        home.settled(found["id"])
        return seconds

    def theirs(number: int) -> float:
        repository.stamp(f"stamp-raw-{number}")
        tag = f"localhost/runix-bench:{number}"
        started = time.perf_counter()
        update(clone)
        raw.build(clone, dockerfile, tag)
        container = recipe.run(tag)
        recipe.await_answer(container)
        seconds = time.perf_counter() - started
        raw.remove(container)
        raw.podman("rmi", "--force", tag)
        return seconds

    return [Figure("deploy of a cached repository", "s", *alternate(ours, theirs, pairs), Target(1.15))]


def rollback(home: Home, folder: Path, pairs: int) -> list[Figure]:
    """From the request to the answer of the version before, through the URL; against podman run, first answer."""
    repository = guestbook(folder / "rollback")
    repository.stamp("stamp-one")
    found = home.deploy(repository.path, "bench-rollback")
    repository.stamp("stamp-two")
    home.call("POST", f"/deployments/{found['id']}/redeploy")
    home.settled(found["id"])
    raw = Raw(home)
    recipe = raw.like(found["id"])
    image = home.call("GET", f"/deployments/{found['id']}/history")[-1]["image_id"]
    host, port = _where(found)

    def ours(number: int) -> float:
        stamp = b"stamp-two " if number % 2 else b"stamp-one "
        started = time.perf_counter()
        home.call("POST", f"/deployments/{found['id']}/rollback")
        await_answer("127.0.0.1", port, f"{host}:{port}", having=stamp)
        return time.perf_counter() - started

    def theirs(_number: int) -> float:
        started = time.perf_counter()
        container = recipe.run(image)
        recipe.await_answer(container)
        seconds = time.perf_counter() - started
        raw.remove(container)
        return seconds

    return [Figure("rollback", "s", *alternate(ours, theirs, pairs), Target(1.3))]


def build_log(home: Home, folder: Path, pairs: int) -> list[Figure]:
    """A build that writes 200 000 lines, all read by a client: the stage `building` as its stream tells it; against
    podman build, all its output read from a pipe."""
    base = _base(home, folder)
    repository = talker(folder / "build-log", base, LINES)
    repository.stamp("first")
    found = home.deploy(repository.path, "bench-build-log", planner="dockerfile")
    raw = Raw(home)
    clone = repository.clone(folder / "build-log-clone")

    def ours(number: int) -> float:
        repository.stamp(f"runix {number}")
        home.call("POST", f"/deployments/{found['id']}/redeploy")
        version = home.call("GET", f"/deployments/{found['id']}")["latest_version"]
        seconds = _building(home, found["id"], version)
        home.settled(found["id"])
        return seconds

    def theirs(number: int) -> float:
        repository.stamp(f"raw {number}")
        update(clone)
        tag = f"localhost/runix-bench-log:{number}"
        started = time.perf_counter()
        lines = read_build(raw, raw.build_command(clone, clone / "Dockerfile", tag))
        seconds = time.perf_counter() - started
        raw.podman("rmi", "--force", tag)
        assert lines >= LINES, lines
        return seconds

    return [Figure(f"build log of {LINES:,} lines", "s", *alternate(ours, theirs, pairs), Target(1.05))]


def runtime_log(home: Home, folder: Path, pairs: int) -> list[Figure]:
    """A service's log of 200 000 lines, read from its first line to its last by a reader that goes on following; lines
    per second against podman logs -f on a container of the same image that wrote the same."""
    repository = shouter(folder / "runtime-log")
    repository.stamp("shouter")
    found = home.deploy(repository.path, "bench-runtime-log", instance_type="pro")
    raw = Raw(home)
    recipe = raw.like(found["id"])
    container = recipe.run(home.call("GET", f"/deployments/{found['id']}/history")[0]["image_id"])
    recipe.await_answer(container)
    host, port = _where(found)
    burst = Burst()
    burst.cause("127.0.0.1", port, f"{host}:{port}")
    burst.cause(*recipe.address(container), "localhost")

    def theirs(_number: int) -> float:
        started = time.perf_counter()
        with follow(raw, container) as read:
            burst.read(read)
            return LINES / (time.perf_counter() - started)

    def by(kind: str) -> Callable[[int], float]:
        def ours(_number: int) -> float:
            started = time.perf_counter()
            with home.open("GET", f"/deployments/{found['id']}/logs?tail=all", accept=kind) as stream:
                burst.read(lambda: stream.read1(CHUNK))
                return LINES / (time.perf_counter() - started)

        return ours

    try:
        ndjson = alternate(by(NDJSON), theirs, pairs)
        sse = alternate(by(SSE), theirs, pairs)
    finally:
        raw.remove(container)
    return [
        Figure("run-time log, NDJSON", "lines/s", *ndjson, Target(0.5, low=False)),
        Figure("run-time log, SSE", "lines/s", *sse, Target(None)),
    ]


def _where(found: Json) -> tuple[str, int]:
    """Host and port of a deployment's URL."""
    parts = urlsplit(found["url"])
    return str(parts.hostname), int(parts.port or 80)


def _version(home: Home, found: Json) -> Json:
    """Details of the version that serves."""
    return home.call("GET", f"/deployments/{found['id']}/versions/{found['version']}")


def _base(home: Home, folder: Path) -> str:
    """The local name of a Python base image, as Runix's own Dockerfiles use it."""
    repository = shouter(folder / "base")
    repository.stamp("base")
    found = home.deploy(repository.path, "bench-base")
    lines = _version(home, found)["dockerfile"].splitlines()
    home.call("DELETE", f"/deployments/{found['id']}")
    return str([line.split()[1] for line in lines if line.startswith("FROM ")][-1])


def _building(home: Home, deployment_id: str, version: int) -> float:
    """Seconds of the stage `building`, as a client of the build's stream sees them; it reads every line."""
    began, lines, rest = 0.0, 0, b""
    with home.open("GET", f"/deployments/{deployment_id}/build-stream?version={version}", accept=NDJSON) as stream:
        while chunk := stream.read1(CHUNK):
            lines += chunk.count(b"\n")
            whole, newline, rest = (rest + chunk).rpartition(b"\n")
            for status in _marks(whole) if newline else ():
                if status != "started":
                    assert lines >= LINES, lines  # what was measured must be the whole
                    return time.perf_counter() - began
                began = time.perf_counter()
    raise RuntimeError("the build's stream ended before the build")


def _marks(text: bytes) -> list[str]:
    """The statuses of the stage `building` in a piece of the stream."""
    if b'"stage"' not in text:
        return []
    marks = [json.loads(line) for line in text.split(b"\n") if b'"stage"' in line]
    return [mark["status"] for mark in marks if mark.get("stage") == "building"]


CASES: dict[str, Case] = {
    "deploy": deploy,
    "rollback": rollback,
    "build-log": build_log,
    "runtime-log": runtime_log,
    "screen": screen,
    "flood": flood,
    "pane": pane,
}
