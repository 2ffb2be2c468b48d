"""The API over a faithful stand-in of the orchestrator: real journals, bus and values; no engine, no git, no store."""

import asyncio
import contextlib
import random
import threading
import tomllib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from runix_tui.api.app import create_app
from runix_tui.api.server import Server
from runix_tui.config import Config, editing
from runix_tui.core import names
from runix_tui.core.activity import ActivityEntry
from runix_tui.core.checkup import Check, Level
from runix_tui.core.events import DeploymentChanged
from runix_tui.core.models import (
    Commit,
    Deployment,
    Kind,
    Project,
    Release,
    ServiceConfig,
    ServiceType,
    StageTime,
    Usage,
    Version,
)
from runix_tui.core.plan import Origin, Plan, Runtime
from runix_tui.core.ports import EngineInfo, ShellCommand
from runix_tui.core.requests import ChangeRequest, CreateRequest, DeploymentView, Preview, PreviewRequest, SystemHealth
from runix_tui.core.secret import Secret
from runix_tui.core.settings import Settings
from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.deploy.bus import Bus
from runix_tui.deploy.clock import SystemClock
from runix_tui.deploy.diary import Diary
from runix_tui.deploy.journal import Batch, Journal
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import Conflict, Failure, NotFound
from runix_tui.source.urls import parse
from runix_tui.store.store import Store
from tests.serverthread import ServerThread

TOKEN = "test-token-0123456789"
WHEN = datetime(2026, 2, 25, 10, 0, tzinfo=UTC)
STAMP = "2026-02-25T10:00:00.123456789Z"


@dataclass
class Ends:
    """Where a version's build log begins and ends in its journal."""

    first: int
    last: int | None = None


class FakeInstallation:
    """A machine that is well enough, and settings in memory."""

    def __init__(self) -> None:
        self.text = ""
        self.fault: Exception | None = None

    async def checkup(self) -> list[Check]:
        return [
            Check("home", Level.OK, "/home", "nothing", (("true",),)),
            Check("engine", Level.FAIL, "no \udcff engine", "Install it.", (("apt", "install", "podman"),)),
            Check("linger", Level.WARN, "off", "Ask somebody."),
        ]

    async def settings(self) -> Settings:
        if self.fault:
            raise self.fault
        found = editing.settings(self.text, Config.model_validate(tomllib.loads(self.text)))
        return Settings("/home/config.toml", self.text, found, restart=bool(self.text))

    async def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        self.text = editing.changed(self.text, changes)
        return await self.settings()


class Nameless(Store):
    """A store that knows no deployment."""

    def __init__(self) -> None:
        pass

    def deployment(self, deployment_id: str) -> Deployment | None:
        return None


class FakeOrchestrator(Orchestrator):
    """Deployments in memory. A build runs for as long as a test wants: :meth:`finish` ends it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bus: Bus[DeploymentChanged] = Bus()
        self.found: dict[str, Deployment] = {}
        self.entries: dict[str, list[Version]] = {}
        self.known_projects: dict[str, Project] = {}
        self.builds: dict[str, Journal] = {}
        self.runs: dict[str, Journal] = {}
        self.ends: dict[tuple[str, int], Ends] = {}
        self.engine_away = False
        self.starting = False
        self.fault: Exception | None = None
        self.calls: list[tuple[str, object]] = []
        self.previewing, self.may_preview, self.preview_ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.may_preview.set()
        self.installation = FakeInstallation()
        self.diary = Diary(Nameless(), SystemClock())

    # reads

    def deployments(self, *, status: Status | None = None, project_id: str | None = None) -> list[DeploymentView]:
        views = [self.get(key) for key, one in self.found.items() if project_id in (None, one.project_id)]
        return [view for view in views if status in (None, view.status)]

    def get(self, deployment_id: str) -> DeploymentView:
        if self.fault:
            raise self.fault
        one = self._one(deployment_id)
        versions = self.history(deployment_id)
        latest = versions[0] if versions else None
        current = next((v for v in versions if v.number == one.serving_version), None)
        working = latest is not None and latest.status in {VersionStatus.BUILDING, VersionStatus.QUEUED}
        serving = None if one.stopped else current
        status = Status.RUNNING if serving else Status.STOPPED if one.stopped else Status.FAILED
        return DeploymentView(
            deployment=one,
            status=Status.BUILDING if working else status,
            phase=latest.stage if latest else None,
            url=f"http://{one.subdomain}.localhost:8080",
            current=current,
            serving=serving,
            latest=latest,
            error=latest.failure if latest else None,
            health="healthy" if serving else None,
        )

    async def usage(self, deployment_ids: Sequence[str] = ()) -> dict[str, Usage]:
        running = [key for key in deployment_ids or self.found if key in self.found and self.get(key).serving]
        return {} if self.engine_away else {key: Usage(1.5, 50_000_000, 512 * 1024**2, 0.5) for key in running}

    def history(self, deployment_id: str) -> list[Version]:
        return list(reversed(self.entries[self._one(deployment_id).id]))

    def version(self, deployment_id: str, number: int) -> Version:
        for one in self.history(deployment_id):
            if one.number == number:
                return one
        raise NotFound(f"No version {number}")

    async def shell(self, deployment_id: str) -> ShellCommand:
        if self.get(deployment_id).serving is None:
            raise Conflict("It does not run", code="not_running")
        return ShellCommand(("podman", "exec", "-it", "c1", "/bin/sh"), {"CONTAINERS_CONF": "/x"})

    async def preview(self, request: PreviewRequest) -> Preview:
        self.calls.append(("preview", request))
        self.previewing.set()
        try:
            await self.may_preview.wait()
        except asyncio.CancelledError:
            self.preview_ended.set()
            raise
        if self.fault:
            raise self.fault
        found = Plan(
            provider="python",
            runtime=Runtime.PYTHON,
            start=("python", "main.py"),
            origins={"start": Origin(source="main.py", reason="it is there")},
        )
        commit = Commit("abc1234" + "0" * 33, "Ann", "Add \udcff things", WHEN)
        kind = request.service_type or ServiceType.WEB_SERVICE
        return Preview(request.name or "web", kind, "main", commit, found, "FROM scratch\n", ("a \udcff note",))

    async def health(self) -> SystemHealth:
        if self.engine_away:
            return SystemHealth(None, "the engine does not answer", False, None, self.starting)
        info = EngineInfo("podman", "4.3.1", False, 1, True, "unix:///run/secret.sock", ("a warning",))
        return SystemHealth(info, "", True, "http://127.0.0.1:8080")

    def check_repo_url(self, repo_url: str) -> None:
        parse(repo_url)

    # changes

    async def create(self, request: CreateRequest) -> DeploymentView:
        self.calls.append(("create", request))
        self.check_repo_url(request.config.repo_url)
        if any((one.name, one.project_id) == (request.name, request.project_id) for one in self.found.values()):
            raise Conflict(f"There is a service {request.name} already", code="name_taken")
        subdomain = names.subdomain(request.name, random.choice)
        one = Deployment(
            id=str(uuid.uuid4()),
            name=request.name,
            subdomain=subdomain,
            service_type=request.service_type,
            project_id=request.project_id,
            config=request.config,
            created_at=WHEN,
            updated_at=WHEN,
        )
        self.found[one.id], self.entries[one.id] = one, []
        self.builds[one.id] = Journal(self.folder / one.id / "build", 10**8)
        self.runs[one.id] = Journal(self.folder / one.id / "run", 10**9)
        self._begin(one.id, Kind.DEPLOY)
        return self.get(one.id)

    async def change(self, deployment_id: str, request: ChangeRequest) -> DeploymentView:
        self.calls.append(("change", request))
        one = self._one(deployment_id)
        env = {**one.config.env, **request.env}
        config = replace(one.config, env={key: value for key, value in env.items() if value is not None})
        fields = dict(request.fields)
        project_id = fields.pop("project_id", one.project_id)
        self.found[one.id] = replace(one, config=replace(config, **fields), project_id=project_id)
        self.bus.publish(DeploymentChanged(one.id))
        return self.get(one.id)

    async def delete(self, deployment_id: str) -> None:
        one = self._one(deployment_id)
        self.runs[one.id].close()
        self.builds[one.id].close()
        del self.found[one.id]
        self.bus.publish(DeploymentChanged(one.id, deleted=True))

    async def redeploy(self, deployment_id: str) -> DeploymentView:
        self._begin(self._one(deployment_id).id, Kind.REDEPLOY)
        return self.get(deployment_id)

    async def rollback(self, deployment_id: str, number: int | None = None) -> DeploymentView:
        served = [one for one in self.history(deployment_id) if one.served]
        target = next((one for one in served[1:] if number in (None, one.number)), None)
        if target is None:
            raise Conflict("There is no version to go back to", code="no_previous_version")
        self._begin(deployment_id, Kind.ROLLBACK)
        self.finish(deployment_id, rollback_of=target.number)
        return self.get(deployment_id)

    async def cancel(self, deployment_id: str) -> DeploymentView:
        if self.get(deployment_id).status is not Status.BUILDING:
            raise Conflict("Nothing is being built", code="nothing_to_cancel")
        self.finish(deployment_id, VersionStatus.CANCELLED)
        return self.get(deployment_id)

    async def stop(self, deployment_id: str) -> DeploymentView:
        self.found[deployment_id] = replace(self._one(deployment_id), stopped=True)
        return self.get(deployment_id)

    async def start(self, deployment_id: str) -> DeploymentView:
        self.found[deployment_id] = replace(self._one(deployment_id), stopped=False)
        return self.get(deployment_id)

    # projects

    def projects(self) -> list[Project]:
        return list(self.known_projects.values())

    def project(self, project_id: str) -> Project:
        if project_id not in self.known_projects:
            raise NotFound("No such project")
        return self.known_projects[project_id]

    def create_project(self, name: str) -> Project:
        if any(one.name == name for one in self.known_projects.values()):
            raise Conflict(f"There is a project {name} already", code="name_taken")
        made = Project(str(uuid.uuid4()), name, WHEN)
        self.known_projects[made.id] = made
        return made

    async def delete_project(self, project_id: str) -> None:
        self.project(project_id)
        if any(one.project_id == project_id for one in self.found.values()):
            raise Conflict("The project has deployments", code="project_not_empty")
        del self.known_projects[project_id]

    # streams

    def logs(
        self,
        deployment_id: str,
        *,
        after: int | None = None,
        tail: int | None = 100,
        since: datetime | None = None,
        follow: bool = True,
        before: int | None = None,
    ) -> AsyncIterator[Batch]:
        journal = self.runs[self._one(deployment_id).id]
        if before is not None:
            return journal.read(after=journal.tail(tail, before=before), until=before - 1)
        if after is None:
            after = journal.since(since) if since else (0 if tail is None else journal.tail(tail))
        return journal.read(after=after, follow=follow)

    def build_log(
        self, deployment_id: str, *, version: int | None = None, after: int | None = None, follow: bool = True
    ) -> AsyncIterator[Batch]:
        ends = self._built(deployment_id, version)
        begin = max(after or 0, ends.first - 1)
        return self.builds[deployment_id].read(after=begin, follow=follow, through_end=True)

    def build_log_ended(self, deployment_id: str, *, version: int | None, after: int) -> bool:
        last = self._built(deployment_id, version).last
        return last is not None and after >= last

    def events(self) -> AsyncIterator[DeploymentChanged]:
        return self.bus.subscribe()

    def activity(self, *, tail: int = 200, follow: bool = True) -> AsyncIterator[ActivityEntry]:
        return self.diary.read(tail=tail, follow=follow)

    # what a pipeline would do

    def close(self) -> None:
        """Let go of the files."""
        for journal in (*self.builds.values(), *self.runs.values()):
            journal.close()

    def say(self, deployment_id: str, *lines: str, stream: str = "stdout") -> None:
        """Run-time log lines."""
        for line in lines:
            self.runs[deployment_id].append(STAMP, stream, line)
        self.runs[deployment_id].flush()

    def build_says(self, deployment_id: str, *lines: str) -> None:
        """Build log lines."""
        for line in lines:
            self.builds[deployment_id].append(STAMP, "stdout", line)
        self.builds[deployment_id].flush()

    def finish(
        self,
        deployment_id: str,
        status: VersionStatus = VersionStatus.RUNNING,
        *,
        failure: Failure | None = None,
        rollback_of: int | None = None,
    ) -> None:
        """End the newest version."""
        *older, newest = self.entries[deployment_id]
        runs = status is VersionStatus.RUNNING
        stage = Stage.LIVE if runs else Stage(status.value)
        ended = replace(
            newest,
            status=status,
            stage=stage,
            failure=failure,
            served=runs,
            rollback_of=rollback_of,
            release=Release("sha256:" + "1" * 64, 10**8, 8080, None, False) if runs else None,
            container_id="c1" if runs else None,
            finished_at=WHEN + timedelta(seconds=12.5),
            commit=Commit("abc1234" + "0" * 33, "Ann", "Add \udcff things", WHEN),
        )
        if runs:
            older = [
                replace(one, status=VersionStatus.REPLACED) if one.status is VersionStatus.RUNNING else one
                for one in older
            ]
            self.found[deployment_id] = replace(self.found[deployment_id], serving_version=newest.number)
        self.entries[deployment_id] = [*older, ended]
        ends = self.ends.get((deployment_id, newest.number))
        if ends:
            ends.last = self.builds[deployment_id].end(STAMP, status.value)
            self.builds[deployment_id].flush()
        self.bus.publish(DeploymentChanged(deployment_id))

    def _begin(self, deployment_id: str, kind: Kind) -> None:
        one, journal = self.found[deployment_id], self.builds[deployment_id]
        number = len(self.entries[deployment_id]) + 1
        version = Version(
            deployment_id=deployment_id,
            number=number,
            kind=kind,
            status=VersionStatus.BUILDING,
            stage=Stage.BUILDING,
            config=one.config,
            created_at=WHEN,
            plan=Plan(
                provider="python",
                runtime=Runtime.PYTHON,
                start=("python", "main.py"),
                origins={"start": Origin(source="main.py", reason="it is there")},
            ),
            dockerfile="FROM scratch\n",
            stages=(
                StageTime(Stage.FETCHING, WHEN, WHEN + timedelta(seconds=1), "done"),
                StageTime(Stage.BUILDING, WHEN),
            ),
        )
        self.entries[deployment_id].append(version)
        if kind is not Kind.ROLLBACK:
            first = journal.mark(STAMP, "fetching", "started")
            self.ends[deployment_id, number] = Ends(first)
            journal.flush()
        self.found[deployment_id] = replace(one, latest_version=number)
        self.bus.publish(DeploymentChanged(deployment_id))

    def _built(self, deployment_id: str, version: int | None) -> Ends:
        numbers = [number for key, number in self.ends if key == deployment_id and version in (None, number)]
        if not numbers:
            raise NotFound(f"Version {version} was not built")
        return self.ends[deployment_id, max(numbers)]

    def _one(self, deployment_id: str) -> Deployment:
        if deployment_id not in self.found:
            raise NotFound("No such deployment")
        return self.found[deployment_id]


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeOrchestrator]:
    found = FakeOrchestrator(tmp_path)
    yield found
    found.close()


@pytest.fixture
async def api(fake: FakeOrchestrator) -> AsyncIterator[httpx.AsyncClient]:
    """The app itself, without a socket, asked by who has the token."""
    app = create_app(fake, token=Secret(TOKEN), allowed_hosts=["runix.example", "odd.example:99"], version="1.2.3")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7676", headers=headers) as client:
        yield client


@dataclass
class Running:
    """A server in its own thread. ``do`` runs a coroutine function (or a plain one) in its loop."""

    url: str
    port: int
    thread: ServerThread
    server: Server
    loop: asyncio.AbstractEventLoop
    fake: FakeOrchestrator

    def do(self, work: Callable[[], Awaitable[object] | object]) -> object:
        async def run() -> object:
            found = work()
            return await found if asyncio.iscoroutine(found) else found

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)

    def create(self, name: str = "web", **config: object) -> str:
        """A deployment; its id."""
        wanted = ServiceConfig(repo_url="https://github.com/user/web", **config)  # type: ignore[arg-type]
        request = CreateRequest(name, ServiceType.WEB_SERVICE, None, wanted)
        view = self.do(lambda: self.fake.create(request))
        assert isinstance(view, DeploymentView)
        return view.deployment.id

    @property
    def open_streams(self) -> int:
        return len(self.server._streams)


@pytest.fixture
def running(fake: FakeOrchestrator) -> Iterator[Running]:
    """The app on a real socket."""
    with serving(fake) as found:
        yield found


@contextlib.contextmanager
def serving(fake: FakeOrchestrator, version: str = "1.2.3") -> Iterator[Running]:
    loops: list[asyncio.AbstractEventLoop] = []
    ended = threading.Event()

    async def run(answering: Callable[[Server], None]) -> None:
        loops.append(asyncio.get_running_loop())
        server = Server(create_app(fake, token=Secret(TOKEN), version=version))
        try:
            await server.serve(ready=lambda: answering(server))
        finally:
            ended.set()

    thread = ServerThread(run)
    server = thread.start()
    try:
        yield Running(server.url, server.port, thread, server, loops[0], fake)
    finally:
        assert thread.stop(), "the server does not end"
        assert ended.is_set()
