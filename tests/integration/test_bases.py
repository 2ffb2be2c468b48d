"""Base images: from local storage, from a registry (small, on loopback), from the distribution's packages."""

import asyncio
import dataclasses
import json
import os
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from runix_tui import catalog, config
from runix_tui.core import labels
from runix_tui.core.bases import BaseImage
from runix_tui.engine import ca, roots
from runix_tui.engine.bases import Bases
from runix_tui.engine.engine import PodmanEngine
from runix_tui.engine.provision import BASES
from runix_tui.engine.registry import Registry
from runix_tui.errors import BuildError
from runix_tui.locations import Locations
from tests.integration.homes import lasting_home

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]


class Log(list[str]):
    """A sink that remembers."""

    def __call__(self, stream: str, text: str) -> None:
        self.extend(text.split("\n"))


@pytest.fixture(scope="module")
def locations() -> Iterator[Locations]:
    with lasting_home() as made:
        yield made


@pytest.fixture
def log() -> Log:
    return Log()


def podman(engine: PodmanEngine, *words: str) -> str:
    command = ["podman", "--remote", "--url", engine.url, *words]
    return subprocess.run(command, check=True, capture_output=True, timeout=300, text=True).stdout


@pytest.fixture
async def own_base(engine: PodmanEngine) -> AsyncIterator[BaseImage]:
    """A base image that nobody else has, small; what was made of it is gone after the test."""
    name = f"t{uuid.uuid4().hex[:8]}"
    base = BaseImage(f"{name}:1", name, "1", f"docker.io/library/{name}:1", "bookworm", ("hostname",), ("less",))
    yield base
    for image in await engine.images({labels.BASE: base.name}):
        for reference in image.tags:
            await engine.remove_image(reference)
    for reference in (f"{BASES}{base.name}", base.registry):
        await engine.remove_image(reference)


class SmallRegistry:
    """The pulling half of a registry's API, over HTTP, for one image. ``asked`` are the paths of all requests."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self._folder = folder
        self.host = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path == "/v2/":
            return web.json_response({})
        kind, name = request.path.split("/")[-2:]
        if kind == "manifests" and "absent" not in request.path:
            manifest = json.loads((self._folder / "index.json").read_text())["manifests"][0]
            body = self._blob(manifest["digest"]).read_bytes()
            headers = {"Docker-Content-Digest": manifest["digest"]}
            return web.Response(body=body, content_type=manifest["mediaType"], headers=headers)
        blob = self._blob(name)
        if kind == "blobs" and blob.is_file():
            return web.Response(body=blob.read_bytes(), content_type="application/octet-stream")
        return web.json_response({"errors": [{"code": "MANIFEST_UNKNOWN"}]}, status=404)

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs/sha256" / digest.removeprefix("sha256:")


@pytest.fixture
async def registry(engine: PodmanEngine, image: str, tmp_path: Path) -> AsyncIterator[SmallRegistry]:
    await asyncio.to_thread(podman, engine, "save", "--format", "oci-dir", "--output", str(tmp_path / "image"), image)
    small = SmallRegistry(tmp_path / "image")
    app = web.Application()
    app.router.add_get("/{path:.*}", small.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    small.host = f"127.0.0.1:{runner.addresses[0][1]}"
    yield small
    await runner.cleanup()


def bases_of(engine: PodmanEngine, locations: Locations, **registry_settings: object) -> Bases:
    """The engine's bases with other settings of the registry."""
    opened = engine._opened
    assert opened is not None
    settings = config.Config(registry=config.Registry(**registry_settings))  # type: ignore[arg-type]  # a test's own keywords
    return Bases(opened.connection, opened.builder, settings, locks=locations.base_locks, environ={})


async def test_a_base_is_built_once_labelled_and_then_at_hand(
    engine: PodmanEngine, locations: Locations, own_base: BaseImage, log: Log
) -> None:
    bases = bases_of(engine, locations, offline=True)
    reference = await bases.ensure(own_base, variant="run", log=log)
    assert reference == f"{BASES}{own_base.name}"
    assert any(own_base.name in line and "not at hand" in line for line in log), "it is announced"
    assert any("Building it once" in line for line in log)
    stored = await engine.image(reference)
    assert stored is not None
    assert stored.labels[labels.BASE] == own_base.name
    assert labels.HOME not in stored.labels
    assert not set(stored.env) & set(ca.VARIABLES)

    log.clear()
    start = time.monotonic()
    assert await bases.ensure(own_base, variant="run", log=log) == reference
    assert time.monotonic() - start < 3, "milliseconds on a quiet machine"
    assert log == []


async def test_the_build_variant_trusts_what_the_host_trusts_and_follows_the_run_variant(
    engine: PodmanEngine, locations: Locations, own_base: BaseImage, log: Log
) -> None:
    bases = bases_of(engine, locations, offline=True)
    reference = await bases.ensure(own_base, variant="build", log=log)
    assert engine._opened is not None
    trust = engine._opened.builder.provision.trust
    assert reference == f"{BASES}{own_base.name}-build" + (f"-{trust.digest}" if trust else "")
    made = await engine.image(reference)
    assert made is not None
    assert set(ca.VARIABLES) <= set(made.env) if trust else True
    assert await bases.ensure(own_base, variant="build", log=log) == reference
    again = await engine.image(reference)
    assert again is not None
    assert again.id == made.id
    listed = {(each.variant, each.reference) for each in await bases.stored() if each.name == own_base.name}
    assert listed == {("run", f"{BASES}{own_base.name}"), ("build", reference)}

    other = dataclasses.replace(own_base, packages=("hostname", "tini"))
    await bases.ensure(other, variant="build", log=log)
    anew = await engine.image(reference)
    assert anew is not None
    assert anew.id != made.id, "another run variant below it"


async def test_two_homes_at_once_make_it_once(engine: PodmanEngine, locations: Locations, own_base: BaseImage) -> None:
    logs = [Log(), Log()]
    found = await asyncio.gather(
        *(bases_of(engine, locations, offline=True).ensure(own_base, variant="run", log=each) for each in logs)
    )
    assert len(set(found)) == 1
    built = [each for each in logs if any("Building it once" in line for line in each)]
    waited = [each for each in logs if any("waiting" in line for line in each)]
    assert len(built) == 1
    assert len(waited) == 1


async def test_a_mirror_is_asked_before_anything_is_built(
    engine: PodmanEngine, locations: Locations, own_base: BaseImage, registry: SmallRegistry, log: Log
) -> None:
    bases = bases_of(engine, locations, mirror=registry.host, insecure=True)
    reference = await bases.ensure(own_base, variant="run", log=log)
    assert f"/v2/library/{own_base.runtime}/manifests/1" in registry.asked
    assert not any("Building" in line for line in log)
    stored = await engine.image(reference)
    assert stored is not None
    assert own_base.registry in stored.tags, "under its own name as well"

    registry.asked.clear()
    await bases.ensure(own_base, variant="run", log=log)
    assert registry.asked == [], "what is at hand is not asked for"
    await bases.pull(own_base, log)
    assert registry.asked, "unless one asks for it"
    assert await bases.resolve(own_base.registry.removeprefix("docker.io/library/"), log) == own_base.registry


async def test_what_a_registry_does_not_have_is_no_image_and_no_substitute(
    engine: PodmanEngine, locations: Locations, registry: SmallRegistry, log: Log
) -> None:
    bases = bases_of(engine, locations, mirror=registry.host, insecure=True)
    assert await bases.resolve("absent:1", log) is None
    assert any("docker.io/library/absent:1" in line for line in log)


async def test_a_registry_that_does_not_answer_is_remembered(engine: PodmanEngine, unused_port: int, log: Log) -> None:
    assert engine._opened is not None
    mirror = f"127.0.0.1:{unused_port}"
    registry = Registry(engine._opened.connection, config.Registry(mirror=mirror, insecure=True))
    first = await registry.pull("docker.io/library/absent:1", log)
    assert first.image_id == ""
    assert mirror in first.why

    async def late(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        writer.close()

    asked: list[int] = []
    async with await asyncio.start_server(late, "127.0.0.1", unused_port):
        assert (await registry.pull("docker.io/library/absent:1", log)).why == first.why
        assert asked == []
        assert (await registry.pull("docker.io/library/absent:1", log, again=True)).why
        assert asked


async def test_offline_asks_nobody_and_pull_says_so(
    engine: PodmanEngine, locations: Locations, registry: SmallRegistry, own_base: BaseImage, log: Log
) -> None:
    bases = bases_of(engine, locations, mirror=registry.host, insecure=True, offline=True)
    assert await bases.resolve("absent:1", log) is None
    with pytest.raises(BuildError) as caught:
        await bases.pull(own_base, log)
    assert "offline" in caught.value.message
    assert registry.asked == []


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("python", "python3 -m venv /tmp/v && /tmp/v/bin/pip --version"),
        ("static", "nginx -v"),
        ("gateway", "haproxy -v"),
    ],
)
async def test_a_base_holds_what_its_runtime_promises(engine: PodmanEngine, name: str, check: str) -> None:
    base = catalog.load().base(name)
    assert base is not None
    reference = await engine.ensure_base(base, variant="run", log=lambda *_: None)
    command = [
        "podman",
        "--remote",
        "--url",
        engine.url,
        "run",
        "--rm",
        "--network=none",
        "--user=10001",
    ]
    done = await asyncio.create_subprocess_exec(
        *command, "--entrypoint=/bin/sh", reference, "-ec", check, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(done.communicate(), 120)
    assert done.returncode == 0, said.decode()


async def test_a_cancelled_root_leaves_no_process_and_no_image(
    engine: PodmanEngine, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    name = f"{BASES}root:{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(roots, "reference", lambda suite: name)
    assert engine._opened is not None
    task = asyncio.create_task(roots.make(engine._opened.connection, "bookworm", log, os.environ))
    async with asyncio.timeout(120):
        while not any("extracting" in line for line in log):
            await asyncio.sleep(0.05)
    [ours] = [pid for pid in children(os.getpid()) if "mmdebstrap" in command_of(pid)]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "mmdebstrap" not in command_of(ours)
    assert await engine.image(name) is None


def children(parent: int) -> list[int]:
    """Processes that this one started and that have not ended."""
    listed = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(pid) for path in listed for pid in path.read_text().split()]


def command_of(pid: int) -> str:
    """A process's argv; empty when it is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except FileNotFoundError:
        return ""
