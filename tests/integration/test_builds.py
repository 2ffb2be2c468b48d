"""Builds on the real engine: what they are given, what stays of it, and how they end."""

import asyncio
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from runix_tui import catalog
from runix_tui.config import Config
from runix_tui.core import labels
from runix_tui.core.ports import BuildRequest, Image
from runix_tui.engine import ca, cgroups
from runix_tui.engine.engine import PodmanEngine
from runix_tui.errors import BuildError
from runix_tui.locations import Locations, locate
from tests.integration.building import built
from tests.integration.conftest import Eventually

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

MIB = 1024**2
ROOT = Path(__file__).resolve().parents[2]  # where `tests` can be imported from


class Log:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, stream: str, text: str) -> None:
        self.lines += text.split("\n")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def log() -> Log:
    return Log()


Build = Callable[..., Awaitable[Image]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "context"
    made.mkdir()
    return made


@pytest.fixture
def build(engine: PodmanEngine, home_id: str, folder: Path, log: Log) -> Build:
    """Builds a Dockerfile's text on the folder."""

    async def run(
        dockerfile: str, *, ignore: tuple[str, ...] = (), on: PodmanEngine | None = None, **more: object
    ) -> Image:
        tag = f"localhost/runix-{home_id[:8]}/{uuid.uuid4().hex[:8]}"
        request = BuildRequest(folder, dockerfile, ignore, tag, labels.of_home(home_id), **more)  # type: ignore[arg-type]  # a test's own keywords
        return await built(on or engine, request, log)

    return run


@pytest.fixture
async def python(engine: PodmanEngine) -> dict[str, str]:
    """Both variants of the default Python."""
    base = catalog.load().base("python")
    assert base is not None
    return {name: await engine.ensure_base(base, variant=name, log=lambda *_: None) for name in ("run", "build")}


def podman(engine: PodmanEngine, *words: str) -> bytes:
    command = ["podman", "--remote", "--url", engine.url, *words]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


def everything_in(engine: PodmanEngine, image: Image) -> tuple[str, list[tarfile.TarInfo], bytes]:
    """An image's description and history, the entries of all its layers, and the layers' content."""
    told = podman(engine, "inspect", image.id) + podman(engine, "history", "--no-trunc", "--format", "json", image.id)
    entries: list[tarfile.TarInfo] = []
    content = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(podman(engine, "save", "--format", "docker-archive", image.id))) as archive:
        for member in archive:
            if not member.name.endswith(".tar"):
                continue
            layer = archive.extractfile(member)
            assert layer is not None
            content.write(layer.read())
            layer.seek(0)
            with tarfile.open(fileobj=layer) as inner:
                entries += inner.getmembers()
    return told.decode(), entries, content.getvalue()


def extra_authorities() -> list[str]:
    return list(ca.host_trust(os.environ).extra)


def assert_nothing_stayed(engine: PodmanEngine, image: Image) -> None:
    """Neither a CA of the host, nor apt's settings, nor a file of ours, nor an environment for them."""
    told, entries, content = everything_in(engine, image)
    for cert in extra_authorities():
        assert cert.splitlines()[1].encode() not in content, "a CA of the host is in a layer"
    names = {entry.name for entry in entries}
    assert not [name for name in names if "runix-ca" in name or "runix-apt" in name or ".runix-" in name]
    assert not set(image.env) & {*ca.VARIABLES, "APT_CONFIG"}
    assert "BEGIN CERTIFICATE" not in told


async def test_a_python_app_with_a_system_package_leaves_no_authority_behind(
    engine: PodmanEngine, build: Build, folder: Path, python: dict[str, str], log: Log, home_id: str
) -> None:
    (folder / "requirements.txt").write_text("flask==3.0.3\n")
    (folder / "app.py").write_text("print('hello')\n")
    image = await build(
        f"""\
FROM {python["build"]} AS build
WORKDIR /app
COPY requirements.txt ./
RUN python3 -m venv .venv
RUN --mount=type=cache,id=runix-{home_id[:8]}-pip,target=/root/.cache .venv/bin/pip install -r requirements.txt
FROM {python["run"]}
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app /app
COPY . .
USER 10001
RUN .venv/bin/python -c "import flask; print('flask', flask.__name__)" && ls /usr/lib/*/libpq.so.5 && id -u
CMD [".venv/bin/python", "app.py"]
"""
    )
    assert "flask flask" in log.lines
    assert "10001" in log.lines
    assert_nothing_stayed(engine, image)
    assert "--mount=type=secret" not in log.text, "the log shows the Dockerfile as it was written"
    assert not re.search(r"^STEP \d+/\d+: ARG ", log.text, re.MULTILINE)


async def test_a_repositorys_own_dockerfile_uses_apt_pip_and_curl_behind_the_hosts_authority(
    engine: PodmanEngine, build: Build, folder: Path, image: str, log: Log
) -> None:
    (folder / "requirements.txt").write_text("itsdangerous==2.2.0\n")
    built = await build(
        f"""\
FROM {image}
RUN apt-get update && \\
    # comments may be anywhere
    apt-get install -y --no-install-recommends python3-venv
COPY requirements.txt .
RUN python3 -m venv /venv && /venv/bin/pip install -r requirements.txt
RUN ["/venv/bin/python", "-c", "import itsdangerous; print('found', itsdangerous.__name__)"]
"""
    )
    assert "found itsdangerous" in log.lines
    assert_nothing_stayed(engine, built)


async def test_npm_works_behind_the_hosts_authority(engine: PodmanEngine, build: Build, folder: Path, log: Log) -> None:
    base = catalog.load().base("node:22")
    assert base is not None
    run, made = [await engine.ensure_base(base, variant=name, log=log) for name in ("run", "build")]
    (folder / "package.json").write_text('{"name": "x", "version": "1.0.0", "dependencies": {"ms": "2.1.3"}}')
    built = await build(
        f"""\
FROM {made} AS build
WORKDIR /app
COPY package.json ./
RUN npm install --no-audit --no-fund && npm install -g pnpm@9
FROM {run}
WORKDIR /app
COPY --from=build /app /app
RUN node -e "console.log('major', process.versions.node.split('.')[0], require('ms')('1m'))" && npm --version
"""
    )
    assert "major 22 60000" in log.lines
    assert_nothing_stayed(engine, built)


async def test_proxies_reach_the_steps_and_stay_nowhere(
    tmp_path: Path, home_id: str, build: Build, image: str, log: Log, engine: PodmanEngine
) -> None:
    other = locate({"RUNIX_HOME": str(tmp_path / "other")})
    other.prepare()
    proxies = {"HTTPS_PROXY": "http://192.0.2.7:3128", "http_proxy": "http://127.0.0.1:9", "NO_PROXY": "intern.example"}
    behind = PodmanEngine(other, Config(), home_id, {**os.environ, **proxies})
    try:
        built = await build(f"FROM {image}\nRUN env | sort\n", on=behind)
    finally:
        await behind.close()
        shutil.rmtree(other.runtime)
    assert {"HTTPS_PROXY=http://192.0.2.7:3128", "https_proxy=http://192.0.2.7:3128", "no_proxy=intern.example"} <= set(
        log.lines
    )
    assert not [line for line in log.lines if line.startswith(("http_proxy=", "HTTP_PROXY="))]
    assert any("127.0.0.1" in line and "builds cannot reach" in line for line in log.lines)
    told, _, content = everything_in(engine, built)
    assert "192.0.2.7" not in told
    assert b"192.0.2.7" not in content
    assert not [name for name in built.env if "proxy" in name.lower()]


async def test_the_context_is_sent_without_what_is_ignored_and_without_what_is_ours(
    build: Build, folder: Path, image: str, log: Log
) -> None:
    for name in (".env", ".git/config", "src/a.log", "src/keep.log", "node_modules/x", "app.txt", "Dockerfile"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    ignore = (".git", ".env", "**/*.log", "!src/keep.log", "node_modules")
    await build(f"FROM {image}\nCOPY . /ctx\nRUN cd /ctx && find . -type f | sort | sed 's/^/found /'\n", ignore=ignore)
    assert [line for line in log.lines if line.startswith("found ")] == [
        "found ./Dockerfile",
        "found ./app.txt",
        "found ./src/keep.log",
    ]


async def test_a_second_build_of_a_fresh_checkout_is_cached(build: Build, folder: Path, image: str, log: Log) -> None:
    text = f"FROM {image}\nCOPY . /app\nRUN echo ran-$((6*7))\n"
    (folder / "a").write_text("1")
    first = await build(text)
    assert "ran-42" in log.lines
    (folder / "a").unlink()
    (folder / "a").write_text("1")
    (folder / "a").chmod(0o600)
    log.lines.clear()
    second = await build(text)
    assert "ran-42" not in log.lines
    assert second.id == first.id
    (folder / "a").write_text("2")
    assert (await build(text)).id != first.id


async def test_a_failed_step_is_told_with_its_exit_code_and_last_lines(build: Build, image: str) -> None:
    with pytest.raises(BuildError) as caught:
        # The engine reads both of a step's pipes: what comes at the same time has no order.
        await build(f"FROM {image}\nRUN for i in $(seq 30); do echo line $i; done; sleep 1; printf last >&2; exit 7\n")
    error = caught.value
    assert error.message.endswith("failed with exit code 7.")
    assert error.message.startswith('The step "RUN for i in')
    assert error.evidence[-1] == "last"
    assert len(error.evidence) == 20
    assert not error.transient


async def test_a_step_that_takes_too_much_memory_is_told_as_that(build: Build, image: str) -> None:
    with pytest.raises(BuildError) as caught:
        await build(f"FROM {image}\nRUN dd if=/dev/zero of=/dev/null bs=400M count=1\n", memory=128 * MIB)
    assert caught.value.code == "out_of_memory"
    assert "build.memory" in caught.value.hint


async def test_a_missing_base_and_a_broken_dockerfile_are_told(build: Build, image: str) -> None:
    with pytest.raises(BuildError) as caught:
        await build("FROM docker.io/library/runix-has-no-such-image:1\nRUN x\n")
    assert caught.value.code == "no_base_image"
    with pytest.raises(BuildError) as caught:
        await build(f"FROM {image}\nNONSENSE x\n")
    assert "NONSENSE" in caught.value.message
    assert "imagebuilder" not in caught.value.message


def running(word: str) -> list[int]:
    """Processes of this machine that were started with an argument."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


async def test_cancel_ends_the_running_step_within_a_second(
    engine: PodmanEngine, build: Build, image: str, log: Log, home_id: str, eventually: Eventually
) -> None:
    unique = f"77{int(uuid.uuid4().hex[:6], 16)}"
    task = asyncio.create_task(build(f"FROM {image}\nRUN echo here; (trap '' TERM; sleep {unique}) & sleep {unique}\n"))
    await eventually(lambda: "here" in log.lines)
    await eventually(lambda: running(unique))  # it says so before it starts it
    start = time.monotonic()
    task.cancel()
    await eventually(lambda: not running(unique))
    assert time.monotonic() - start < 1
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not running(unique)
    assert not await engine.networks(labels.of_home(home_id, role="build"))
    image_after = await build(f"FROM {image}\nRUN echo again\n")
    assert image_after.id, "the engine builds on"


async def test_a_build_that_takes_too_long_is_ended(build: Build, image: str) -> None:
    unique = f"78{int(uuid.uuid4().hex[:6], 16)}"
    with pytest.raises(BuildError) as caught:
        await build(f"FROM {image}\nRUN sleep {unique}\n", timeout=2)
    assert caught.value.code == "build_timeout"
    assert not running(unique)


async def test_a_flood_of_lines_arrives_whole_and_in_order(build: Build, image: str, log: Log) -> None:
    await build(f"FROM {image}\nRUN i=0; while [ $i -lt 200000 ]; do echo flood $i; i=$((i+1)); done\n")
    assert [line for line in log.lines if line.startswith("flood ")] == [f"flood {number}" for number in range(200_000)]


@pytest.fixture
async def listener() -> AsyncIterator[int]:
    """A server on the host's loopback address; gives its port."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_step_reaches_neither_the_hosts_loopback_nor_a_projects_network(
    engine: PodmanEngine,
    build: Build,
    python: dict[str, str],
    make_spec: Callable[..., object],
    listener: int,
    log: Log,
) -> None:
    serve = "import http.server as s; s.HTTPServer(('0.0.0.0', 8080), s.BaseHTTPRequestHandler).serve_forever()"
    spec = make_spec("python3", "-c", serve, image=python["run"])
    container = await engine.start((await engine.create(spec)).id)  # type: ignore[arg-type]  # made by the fixture
    targets = {"loopback": ("127.0.0.1", listener), "project": (container.address, 8080)}
    probe = (
        "import socket, sys\n"
        "for name, host, port in [a.split(',') for a in sys.argv[1:]]:\n"
        "    try: socket.create_connection((host, int(port)), 2); print(name, 'REACHED')\n"
        "    except OSError as error: print(name, 'closed', error)\n"
    )
    for host, port in targets.values():  # both answer from here: what follows can fail
        await asyncio.wait_for(_connects(host, port), 20)
    words = json.dumps(["python3", "-c", probe, *(f"{name},{host},{port}" for name, (host, port) in targets.items())])
    await build(f"FROM {python['run']}\nRUN {words}\n")
    said = [line for line in log.lines if line.startswith(tuple(targets))]
    assert len(said) == 2
    assert not [line for line in said if "REACHED" in line]


async def _connects(host: str, port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return


KILLED = """
import asyncio, os, sys
from pathlib import Path
from runix_tui.config import Config
from runix_tui.core.ports import BuildRequest
from runix_tui.engine.engine import PodmanEngine
from runix_tui.locations import locate
from tests.integration.building import built

async def main(home, context, image, unique):
    engine = PodmanEngine(locate(), Config(), home, os.environ)
    request = BuildRequest(Path(context), f"FROM {image}\\nRUN echo here; sleep {unique}\\n", (), "localhost/x", {})
    await built(engine, request, lambda _, line: print(line, flush=True))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_what_a_killed_server_and_its_engine_left_is_swept(
    locations: Locations, home_id: str, engine: PodmanEngine, image: str, folder: Path, eventually: Eventually
) -> None:
    await engine.close()  # the one that is killed is the child's own
    unique = f"79{int(uuid.uuid4().hex[:6], 16)}"
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        KILLED,
        home_id,
        str(folder),
        image,
        unique,
        env={**os.environ, "RUNIX_HOME": str(locations.state)},
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert await says(child.stdout, b"here\n"), "the build ended before its step began"
        await eventually(lambda: running(unique))
    finally:
        with suppress(ProcessLookupError):  # it has ended
            child.kill()
        await child.wait()
    os.kill(service_pid(locations), signal.SIGKILL)
    assert running(unique), "the step goes on without anybody"
    mark = home_id.replace("-", "")[:8]
    assert cgroups.members(mark)

    await engine.sweep()

    assert not running(unique)
    assert not cgroups.members(mark)
    assert left_behind(engine, mark) == []


async def says(program: asyncio.StreamReader, wanted: bytes) -> bool:
    """Whether a program says this line before it ends."""
    async for line in program:
        if line == wanted:
            return True
    return False


def service_pid(locations: Locations) -> int:
    """The process of this home's own engine."""
    return int(json.loads((locations.engine / "service.json").read_text())["pid"])


def left_behind(engine: PodmanEngine, mark: str) -> list[Path]:
    """Files of working containers, RUN steps and contexts that carry a home's mark."""
    storage = Path(json.loads(podman(engine, "info", "--format", "json"))["store"]["graphRoot"])
    files = [*storage.glob("*-containers/*/userdata/buildah.json"), *Path("/var/tmp").glob("buildah*/config.json")]
    return [
        *(path for path in files if f"build-{mark}" in path.read_text()),
        *Path("/var/tmp").glob(f"libpod_builder*/build/.runix-{mark}-*"),
    ]
