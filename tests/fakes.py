"""The outside world in memory, for tests: an engine, a gateway, a source and a clock that obey ``core.ports``.

Each keeps what a real one would keep over a restart of Runix (containers, images, routes), so that ``kill -9`` can be
played: give the same fakes to a new orchestrator. ``Faults`` makes any effect fail, or end the process, on demand.
"""

import asyncio
import fnmatch
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runix_tui.core.activity import Activity, Note, Work
from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.core.events import EngineEvent
from runix_tui.core.models import Commit, Route, Usage
from runix_tui.core.ports import (
    MAX_TEXT,
    BuildRequest,
    Checkout,
    Container,
    ContainerSpec,
    EngineInfo,
    Image,
    Listener,
    LogSink,
    Page,
    Remote,
    ShellCommand,
    SourceTree,
)
from runix_tui.core.secret import Secret
from runix_tui.errors import StartError, Unavailable

ADDRESSES = [f"127.0.0.{number}" for number in range(1, 41)]  # of started containers, in turn


class Killed(BaseException):
    """The process ends here: what comes after it did not happen."""


@dataclass
class Faults:
    """Called at each effect. ``at`` ends the process at the n-th one (from 0); ``fail`` maps the name of an effect, or
    of a look, to an error that it raises; ``gates`` to an event that it waits for."""

    at: int | None = None
    fail: dict[str, BaseException] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    reached: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    seen: list[str] = field(default_factory=list)
    dead: bool = False

    def __call__(self, effect: str) -> None:
        if self.dead:
            raise Killed
        self.seen.append(effect)
        if self.at is not None and len(self.seen) > self.at:
            self.dead = True
            raise Killed
        if effect in self.fail:
            raise self.fail[effect]

    def gate(self, effect: str) -> asyncio.Event:
        """Hold everybody who comes to ``effect`` until the event is set."""
        self.gates[effect] = asyncio.Event()
        self.reached[effect] = asyncio.Event()
        return self.gates[effect]

    async def here(self, effect: str) -> None:
        """An effect that may be held."""
        self(effect)
        await self.held(effect)

    async def look(self, name: str) -> None:
        """Something that only looks: it may fail or be held, but ends no process."""
        if name in self.fail:
            raise self.fail[name]
        await self.held(name)

    async def held(self, name: str) -> None:
        """Wait, if somebody wants that."""
        if name in self.gates:
            self.reached[name].set()
            await self.gates[name].wait()


class FakeClock:
    """Time that goes by only when somebody sleeps."""

    def __init__(self) -> None:
        self._now = datetime(2026, 2, 25, 10, tzinfo=UTC)
        self._seconds = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        self._seconds += seconds
        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class FakeActivity(Activity):
    """Keeps what is told: ``(action, subject, deployment id, version, outcome)``; reads are in ``quiet``."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str | None, int | None, str]] = []
        self.quiet: list[tuple[str, str]] = []

    @contextmanager
    def during(self, work: Work) -> Iterator[Note]:
        said = [""]
        try:
            yield said.append
        except BaseException:
            said.append("failed")
            raise
        finally:
            if work.quiet:
                self.quiet.append((work.action, said[-1]))
            else:
                self.told.append((work.action, work.subject, work.deployment_id, work.version, said[-1]))


class FakeEngine:
    """Containers and images in memory. ``behave`` says what a started container does, by its spec."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.made: dict[str, Container] = {}
        self.specs: dict[str, ContainerSpec] = {}
        self.stored: dict[str, Image] = {}
        self.nets: dict[str, Mapping[str, str]] = {}
        self.builds: list[BuildRequest] = []
        self.listening: Callable[[ContainerSpec], list[Listener]] = lambda spec: []
        self.exits: Callable[[ContainerSpec], int | None] = lambda spec: None
        self.building = asyncio.Event()
        self.may_build = asyncio.Event()
        self.may_build.set()
        self.port = 0
        self._ids = itertools.count(1)
        self._addresses = itertools.cycle(ADDRESSES)
        self._events: asyncio.Queue[EngineEvent] = asyncio.Queue()

    async def open(self) -> None:
        self.faults("open")

    async def sweep(self) -> None:
        self.faults("sweep")

    async def close(self) -> None:
        pass

    async def info(self) -> EngineInfo:
        await self.faults.here("info")
        return EngineInfo("fake", "5.0.2", False, 2, True, "unix:///fake.sock")

    async def ensure_base(self, base: BaseImage, *, variant: str, log: LogSink) -> str:
        await self.faults.here("ensure_base")
        return f"localhost/runix-base/{base.name}-{variant}"

    async def bases(self) -> list[StoredBase]:
        return []

    async def resolve(self, reference: str, log: LogSink) -> str | None:
        return None

    async def build(self, request: BuildRequest, log: LogSink) -> Image:
        self.faults("build")
        self.building.set()
        self.builds.append(request)
        log("stdout", "STEP 1/1: FROM scratch")
        await self.may_build.wait()
        image = Image(f"sha256:{next(self._ids):064x}", 1024, (request.tag,), dict(request.labels))
        self.stored[image.id] = image
        self.faults("built")
        return image

    async def image(self, reference: str) -> Image | None:
        await self.faults.look("image")
        return next((i for i in self.stored.values() if reference == i.id or reference in i.tags), None)

    async def images(self, labels: Mapping[str, str]) -> list[Image]:
        await self.faults.look("images")
        return [image for image in self.stored.values() if labels.items() <= image.labels.items()]

    async def remove_image(self, reference: str) -> None:
        await self.faults.here("remove_image")
        image = await self.image(reference)
        if image and not any(container.image_id == image.id for container in self.made.values()):
            tags = tuple(tag for tag in image.tags if tag != reference)
            self.stored.pop(image.id)
            if tags:
                self.stored[image.id] = replace(image, tags=tags)

    async def remove_images(self, labels: Mapping[str, str]) -> None:
        await self.faults.look("remove_images")
        for image in await self.images(labels):
            for reference in image.tags or (image.id,):
                await self.remove_image(reference)

    async def prune_layers(self, labels: Mapping[str, str]) -> None:
        await self.faults.here("prune_layers")

    async def ensure_network(self, name: str, labels: Mapping[str, str]) -> None:
        await self.faults.here("ensure_network")
        self.nets[name] = labels

    async def networks(self, labels: Mapping[str, str]) -> list[str]:
        await self.faults.look("networks")
        return [name for name, its in self.nets.items() if labels.items() <= its.items()]

    async def remove_network(self, name: str) -> None:
        await self.faults.look("remove_network")
        self.nets.pop(name, None)

    async def create(self, spec: ContainerSpec) -> Container:
        await self.faults.here("create")
        number = next(self._ids)
        made = Container(f"{number:064x}", spec.name, "created", dict(spec.labels), spec.image)
        self.made[made.id] = made
        self.specs[made.id] = spec
        self.faults("created")
        return made

    async def start(self, container: str) -> Container:
        await self.faults.here("start")
        found = self._find(container)
        if found is None:
            raise StartError("no such container", code="container_gone")
        spec = self.specs[found.id]
        code = self.exits(spec)
        state = "running" if code is None else "exited"
        now, address = datetime.now(UTC), next(self._addresses) if code is None else ""
        ended = None if code is None else now
        self.made[found.id] = replace(
            found, state=state, exit_code=code, address=address, pid=1, started_at=now, finished_at=ended
        )
        self.faults("started")
        return self.made[found.id]

    def _find(self, container: str) -> Container | None:
        return next((c for c in self.made.values() if container in (c.id, c.name)), None)

    async def inspect(self, container: str) -> Container | None:
        await self.faults.look("inspect")
        return self._find(container)

    async def containers(self, labels: Mapping[str, str]) -> list[Container]:
        await self.faults.here("containers")
        return [each for each in self.made.values() if labels.items() <= each.labels.items()]

    async def stop(self, container: str, *, timeout: float) -> None:  # noqa: ASYNC109
        await self.faults.here("stop")
        found = self._find(container)
        if found and found.state == "running":
            self.made[found.id] = _exited(found, 0)

    async def remove(self, container: str) -> None:
        await self.faults.here("remove")
        found = self._find(container)
        if found:
            del self.made[found.id]

    def crash(self, container: str, code: int) -> None:
        """The process of a container ends by itself."""
        self.made[container] = _exited(self.made[container], code)
        self._events.put_nowait(EngineEvent(container, "died", datetime.now(UTC), code))

    def vanish(self, container: str) -> None:
        """Somebody else removes a container."""
        del self.made[container]
        self._events.put_nowait(EngineEvent(container, "remove", datetime.now(UTC)))

    async def usage(self, containers: Sequence[str]) -> dict[str, Usage]:
        await self.faults.look("usage")
        return {each: Usage(1.5, 1024, 4096, 0.5) for each in containers if each in self.made}

    async def listeners(self, container: str) -> list[Listener]:
        await self.faults.look("listeners")
        found = self._find(container)
        return self.listening(self.specs[found.id]) if found else []

    async def shell(self, container: str) -> ShellCommand:
        return ShellCommand(("podman", "exec", "--interactive", "--tty", container, "/bin/sh"), {"PATH": "/usr/bin"})

    async def events(self) -> AsyncIterator[EngineEvent]:
        while True:
            yield await self._events.get()


def _exited(container: Container, code: int) -> Container:
    return replace(container, state="exited", exit_code=code, address="", pid=0, finished_at=datetime.now(UTC))


class FakeGateway:
    """Routes and pages in memory."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.port: int | None = 8080
        self.routes: dict[str, Route] = {}
        self.pages: dict[str, Page] = {}
        self.drained: list[Route] = []
        self.ready = False

    async def ensure(self, routes: Sequence[Route], pages: Mapping[str, Page]) -> None:
        await self.faults.here("ensure")
        self.ready = True
        self.routes = {route.subdomain: route for route in routes}
        self.pages = dict(pages)

    async def switch(self, route: Route) -> None:
        self._demand_ready()
        await self.faults.here("switch")
        self.routes[route.subdomain] = route
        self.pages.pop(route.subdomain, None)
        self.faults("switched")

    async def leads(self, route: Route) -> bool:
        await self.faults.look("leads")
        return self.routes.get(route.subdomain) == route

    async def drain(self, route: Route, *, timeout: float) -> None:  # noqa: ASYNC109
        await self.faults.here("drain")
        self.drained.append(route)

    async def page(self, subdomain: str, page: Page | None) -> None:
        self._demand_ready()
        await self.faults.here("page")
        self.routes.pop(subdomain, None)
        self.pages.pop(subdomain, None)
        if page:
            self.pages[subdomain] = page

    async def healthy(self) -> bool:
        await self.faults.look("healthy")
        return self.ready

    async def remove(self) -> None:
        pass

    def restarted(self) -> None:
        """A new Runix has to set it up before anything else."""
        self.ready = False

    def _demand_ready(self) -> None:
        if not self.ready:
            raise Unavailable("The gateway is not set up.")


class FakeSource:
    """Repositories in memory: ``files`` of the newest commit by URL."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.files: dict[str, dict[str, str]] = {}
        self.commits: dict[str, int] = {}
        self.forgotten: list[str] = []

    def push(self, url: str, files: Mapping[str, str]) -> None:
        """A new commit."""
        self.files[url] = dict(files)
        self.commits[url] = self.commits.get(url, 0) + 1

    def parse(self, repo_url: str) -> tuple[str, Secret | None]:
        return repo_url, None

    async def check(self, remote: Remote, *, timeout: float) -> None:  # noqa: ASYNC109
        await self.faults.here("check")

    async def fetch(self, remote: Remote, into: Path, log: LogSink) -> Checkout:
        await self.faults.here("fetch")
        for path, text in self.files[remote.url].items():
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        commit = Commit(f"{self.commits[remote.url]:040x}", "Ada", "a change")
        return Checkout(into, into, commit, remote.branch or "main", frozenset(self.files[remote.url]))

    def tree(self, root: Path) -> SourceTree:
        from runix_tui.source.tree import FolderTree

        return FolderTree(root)

    def forget(self, url: str) -> None:
        self.forgotten.append(url)


class MemoryTree:
    """A ``SourceTree`` of texts by path; ``links`` are paths that are symbolic links."""

    def __init__(self, files: Mapping[str, str], links: Sequence[str] = ()) -> None:
        self._files = dict(files)
        self._links = frozenset(links)

    def exists(self, path: str) -> bool:
        return path in self._files

    def size(self, path: str) -> int | None:
        return len(self._files[path].encode("utf-8", "surrogateescape")) if path in self._files else None

    def text(self, path: str) -> str | None:
        size = self.size(path)
        try:
            return self._files[path].encode().decode() if size is not None and size <= MAX_TEXT else None
        except UnicodeEncodeError:  # what is no UTF-8 stands there as surrogates
            return None

    def head(self, path: str) -> str:
        return self._files.get(path, "")[:4096]

    def glob(self, pattern: str) -> tuple[str, ...]:
        parts = pattern.split("/")
        return tuple(sorted(path for path in self._files if _matches(path.split("/"), parts)))

    def entries(self) -> tuple[str, ...]:
        return tuple(
            sorted({head + "/" * bool(slash) for head, slash, _ in (path.partition("/") for path in self._files)})
        )

    def through_link(self, path: str) -> bool:
        parts = path.split("/")
        return any("/".join(parts[:depth]) in self._links for depth in range(1, len(parts) + 1))


def _matches(names: list[str], parts: list[str]) -> bool:
    if not parts or not names:
        return not parts and not names
    if parts[0] == "**":
        return _matches(names, parts[1:]) or _matches(names[1:], parts)
    return fnmatch.fnmatchcase(names[0], parts[0]) and _matches(names[1:], parts[1:])
