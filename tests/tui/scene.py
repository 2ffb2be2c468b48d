"""A home that stands still: fixed deployments, versions, logs and times, for pictures of the screen.

Only for looking: what the front end does is tried against the real API (``served.py``).
"""

import asyncio
import json
import math
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import pytest

from runix_tui import catalog
from runix_tui.bootstrap.installation import NO_MODEL
from runix_tui.client import LogChunk
from runix_tui.core import wire
from runix_tui.core.models import Kind, ServiceType
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.errors import Unavailable
from runix_tui.plan.detect import PlanRequest, detect
from runix_tui.source.tree import FolderTree
from runix_tui.tui.app import RunixApp
from runix_tui.tui.link import Door, StartOptions
from runix_tui.tui.messages import UsageChanged
from tests.plankit import APPS, rendered

NOW = datetime(2026, 2, 25, 12, 41, 7, tzinfo=UTC)
MIB = 1024**2
GATEWAY = 8080
SHOP = wire.Project(id="11111111-1111-4111-8111-111111111111", name="shop", created_at=NOW - timedelta(days=3))
TOOLS = wire.Project(id="22222222-2222-4222-8222-222222222222", name="tools", created_at=NOW - timedelta(days=2))


class Still(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Always the same moment."""
        return cls.fromtimestamp(NOW.timestamp(), tz)


def _ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


FAULT = wire.Fault(
    code="exited",
    message="front exited with code 1 before it answered",
    hint="Its last log lines say why; a missing variable is set with `runix env set`.",
    evidence=["Traceback (most recent call last):", '  File "/app/main.py", line 3', "KeyError: 'SECRET_KEY'"],
)


def _deployment(number: int, name: str, project: wire.Project | None, **more: Any) -> wire.Deployment:
    values: dict[str, Any] = {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "service_name": name,
        "status": Status.RUNNING,
        "subdomain": f"{name}-x7kf",
        "url": f"http://{name}-x7kf.localhost:{GATEWAY}",
        "repo_url": f"https://github.com/user/{name}",
        "branch": "main",
        "service_type": ServiceType.WEB_SERVICE,
        "instance_type": "starter",
        "project_id": project.id if project else None,
        "version": 1,
        "commit_sha": "def5678",
        "latest_version": 1,
        "serving": True,
        "created_at": _ago(days=3),
        "updated_at": _ago(minutes=5),
        "phase": Stage.LIVE,
    }
    return wire.Deployment(**(values | more))


API = _deployment(
    1,
    "my-api",
    SHOP,
    version=4,
    latest_version=4,
    commit_sha="abc1234",
    updated_at=_ago(minutes=2),
    created_at=_ago(days=3),
)
WORKING = _deployment(
    2, "mailer", SHOP, status=Status.BUILDING, latest_version=2, phase=Stage.BUILDING, updated_at=_ago(seconds=8)
)
FRONT = _deployment(3, "front", SHOP, version=6, latest_version=7, error=FAULT, phase=Stage.FAILED)
SITE = _deployment(
    4, "site", SHOP, service_type=ServiceType.STATIC_SITE, version=3, latest_version=3, commit_sha="77aa01b"
)
STOPPED = _deployment(5, "reports", TOOLS, status=Status.STOPPED, serving=False, updated_at=_ago(hours=10))
OLD = _deployment(
    6, "old", TOOLS, status=Status.FAILED, serving=False, version=None, commit_sha=None, error=FAULT, phase=Stage.FAILED
)
DEPLOYMENTS = (API, WORKING, FRONT, SITE, STOPPED, OLD)

_PLAN = detect(FolderTree(APPS / "flask-guestbook"), PlanRequest(), catalog.load().runtimes)
_DOCKERFILE = rendered(_PLAN)


def _commit(sha: str, subject: str) -> wire.CommitDetails:
    return wire.CommitDetails(sha=sha.ljust(40, "0"), author="Ada Lovelace", subject=subject, authored_at=_ago(days=1))


def _entry(number: int, kind: Kind, status: VersionStatus, sha: str, subject: str, **more: Any) -> wire.HistoryEntry:
    begun = more.pop("created_at")
    took = more.pop("took")
    values: dict[str, Any] = {
        "version": number,
        "status": status,
        "kind": kind,
        "commit_sha": sha,
        "commit": _commit(sha, subject),
        "created_at": begun,
        "finished_at": begun + timedelta(seconds=took),
        "duration_seconds": took,
        "image_id": f"sha256:{number:064x}",
        "image_size": 141 * MIB,
        "rollback_of": None,
        "error": None,
    }
    return wire.HistoryEntry(**(values | more))


HISTORY = [
    _entry(4, Kind.REDEPLOY, VersionStatus.RUNNING, "abc1234", "fix cart total", created_at=_ago(minutes=2), took=8.6),
    _entry(
        3, Kind.ROLLBACK, VersionStatus.REPLACED, "def5678", "first", created_at=_ago(days=1), took=0.6, rollback_of=1
    ),
    _entry(
        2,
        Kind.REDEPLOY,
        VersionStatus.FAILED,
        "9a8b7c6",
        "drop python 3.9",
        created_at=_ago(days=1, hours=1),
        took=9.1,
        image_id=None,
        image_size=None,
        error=FAULT,
    ),
    _entry(
        1,
        Kind.DEPLOY,
        VersionStatus.REPLACED,
        "def5678",
        "first",
        created_at=_ago(days=3),
        took=31.0,
        image_size=140 * MIB,
    ),
]

_TIMES = (
    (Stage.FETCHING, 0.4),
    (Stage.PLANNING, 0.1),
    (Stage.BUILDING, 6.2),
    (Stage.STARTING, 0.5),
    (Stage.CHECKING, 1.2),
    (Stage.ROUTING, 0.2),
)


def _stages(begun: datetime) -> Iterator[wire.StageDetails]:
    for stage, took in _TIMES:
        ended = begun + timedelta(seconds=took)
        yield wire.StageDetails(stage=stage, started_at=begun, finished_at=ended, duration_seconds=took, result="done")
        begun = ended


def _details_of(entry: wire.HistoryEntry) -> wire.VersionDetails:
    older = entry.version < 4
    dockerfile = _DOCKERFILE.replace("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=0") if older else _DOCKERFILE
    return wire.VersionDetails(
        **entry.model_dump(),
        stage=Stage.LIVE if entry.error is None else Stage.FAILED,
        dockerfile=dockerfile,
        plan=_PLAN.model_dump(mode="json", exclude={"origins"}),
        origins={
            name: wire.OriginDetails(source=one.source, reason=one.reason, confidence=one.confidence)
            for name, one in _PLAN.origins.items()
        },
        stages=list(_stages(entry.created_at)),
        config=wire.VersionConfig(
            repo_url=API.repo_url,
            branch="main",
            root_dir="",
            instance_type="starter",
            env={"LOG_LEVEL": "********"} if older else {"LOG_LEVEL": "********", "WORKERS": "********"},
            port=None,
            command=None,
            build_command=None,
            health_path="/health",
            dockerfile=None,
            planner="auto",
            schedule=None,
            timezone="UTC",
        ),
        port=8080,
    )


BUILD_LOG = """\
STEP 1/7: FROM localhost/runix-base/python:3.13 AS build
--> Using cache 1f0a3b
STEP 2/7: COPY requirements.txt /app/
--> Using cache 77aa01
STEP 3/7: RUN pip install -r requirements.txt
Collecting flask==3.1.0
  Downloading flask-3.1.0-py3-none-any.whl (102 kB)
Collecting gunicorn==23.0.0
  Downloading gunicorn-23.0.0-py3-none-any.whl (85 kB)
\x1b[33mWARNING: Running pip as the 'root' user can result in broken permissions\x1b[0m
Installing collected packages: flask, gunicorn
Successfully installed flask-3.1.0 gunicorn-23.0.0
--> 5d1c9e
STEP 4/7: COPY . /app/
--> 0b77aa
STEP 5/7: EXPOSE 8080
STEP 6/7: USER 10001:10001
STEP 7/7: CMD ["gunicorn", "--bind", "0.0.0.0:8080", "app:app"]
COMMIT localhost/my-api:v4
Successfully tagged localhost/my-api:v4""".splitlines()

RUN_LOG = [
    "[2026-02-25 12:39:01 +0000] [1] [INFO] Starting gunicorn 23.0.0",
    "[2026-02-25 12:39:01 +0000] [1] [INFO] Listening at: http://0.0.0.0:8080 (1)",
    *(f'10.89.0.1 - - "GET /cart/{number} HTTP/1.1" 200 {400 + number}' for number in range(30)),
    "\x1b[33mWARNING\x1b[0m cart 30 has no currency, taking EUR",
    "ERROR payment provider timed out after 3.0 s (cart 30)",
    '10.89.0.1 - - "POST /cart/30/pay HTTP/1.1" 502 87',
    '{"level": "info", "msg": "retry of cart 30 went well", "ms": 412}',
]


def _chunk(lines: Sequence[str], marks: bool = False) -> LogChunk:
    found: list[dict[str, Any]] = []
    if marks:
        found += [{"stage": "building", "status": "started"}]
    for number, line in enumerate(lines):
        stamp = (
            (_ago(minutes=2) + timedelta(seconds=number * 0.4))
            .isoformat(timespec="microseconds")
            .replace("+00:00", "000Z")
        )
        found.append({"ts": stamp, "stream": "stdout", "line": line})
    if marks:
        found += [{"stage": "building", "status": "done"}, {"status": "running"}]
    numbered = [{"seq": number, **one} for number, one in enumerate(found, 1)]
    data = b"".join(json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in numbered)
    return LogChunk(data, len(numbered), marks)


ACTIVITY = [
    ("git", "fetch", "my-api v4", "done", 0.38, "abc1234"),
    ("engine", "build", "my-api v4", "done", 6.2, "141 MiB"),
    ("engine", "start", "my-api v4", "done", 0.5, ""),
    ("gateway", "switch", "my-api v4", "done", 0.02, ""),
    ("engine", "start", "front v7", "failed", 0.9, "exited with code 1"),
    ("engine", "build", "mailer v2", "started", None, ""),
]
CHECKS = [
    ("engine", "ok", "Podman 5.4.2, /usr/bin/podman", ""),
    ("OCI runtime", "ok", "crun, /usr/bin/crun", ""),
    ("gateway", "ok", "answers on 127.0.0.1:8080", ""),
    ("registry", "warn", "docker.io does not answer", "Base images are built here instead, from packages."),
    ("disk", "fail", "0.4 GiB free for ~/.local/state/runix", "Make room; `runix bases ls` shows what images take."),
    ("model", "ok", NO_MODEL, ""),
]


class SceneClient:
    """Answers as the API would."""

    skew: str | None = None

    def __init__(self, scene: "Scene") -> None:
        self._scene = scene

    def close(self) -> None:
        """Nothing is open."""

    def deployments(self) -> list[wire.Deployment]:
        return list(self._scene.deployments)

    def projects(self) -> list[wire.Project]:
        return [SHOP, TOOLS]

    def health(self) -> wire.Health:
        if not self._scene.engine:
            away = wire.EngineHealth(status="unavailable", error="podman is not installed")
            gone = wire.GatewayHealth(status="unavailable")
            return wire.Health(status="degraded", version="0.1.0", engine=away, gateway=gone, gateway_url=None)
        engine = wire.EngineHealth(
            status="ok", name="podman", version="5.4.2", rootless=False, cgroup_version=2, limits=True
        )
        url = f"http://127.0.0.1:{GATEWAY}"
        return wire.Health(
            status="ok", version="0.1.0", engine=engine, gateway=wire.GatewayHealth(status="ok"), gateway_url=url
        )

    def usage(self, _ids: Sequence[str]) -> list[wire.Usage]:
        raise Unavailable("A picture shows the figures that it was given")

    def deployment(self, deployment_id: str, *, reveal: bool = False) -> wire.DeploymentDetails:
        one = next(each for each in self._scene.deployments if each.id == deployment_id)
        values = {"LOG_LEVEL": "debug", "WORKERS": "4", "SECRET_KEY": "not for every eye"}
        return wire.DeploymentDetails(
            **one.model_dump(),
            env=values if reveal else dict.fromkeys(values, "********"),
            port=8080,
            command=None,
            schedule=None,
            health="healthy" if one.serving else None,
            resources=_usage(one.id, 0) if one.serving else None,
        )

    def history(self, deployment_id: str) -> list[wire.HistoryEntry]:
        return HISTORY if deployment_id == API.id else HISTORY[-1:]

    def version(self, _deployment_id: str, number: int, *, reveal: bool = False) -> wire.VersionDetails:
        return _details_of(next(each for each in HISTORY if each.version == number))

    def settings(self) -> wire.Settings:
        rows = [
            ("build.cpus", "float", 1.5, 2.0, "Cores that one build may use.", True),
            ("build.memory", "int", 4294967296, 4294967296, "Bytes of memory that one build may use.", False),
            ("registry.offline", "bool", False, False, "Never ask a registry.", False),
            ("deploy.keep_releases", "int", 5, 5, "Releases that are kept for rollback.", False),
        ]
        names = ("key", "type", "value", "default", "description", "set")
        found = [wire.Setting(**dict(zip(names, row, strict=True))) for row in rows]
        return wire.Settings(
            path="~/.config/runix/config.toml", text="[build]\ncpus = 1.5\n", settings=found, restart=False
        )

    def checkup(self) -> list[wire.Check]:
        names = ("name", "status", "found", "remedy")
        return [wire.Check(**dict(zip(names, row, strict=True)), fixable=False) for row in CHECKS]


class SceneStreams:
    """Streams that say one thing and then nothing more."""

    def __init__(self, scene: "Scene") -> None:
        self._scene = scene

    async def close(self) -> None:
        """Nothing is open."""

    async def events(self, begun: Callable[[], object]) -> AsyncGenerator[Any, None]:
        begun()
        await asyncio.Event().wait()
        yield None

    async def logs(self, _id: str, *, before: int | None = None, **_: Any) -> AsyncGenerator[LogChunk, None]:
        if before is not None:
            return
        if self._scene.lines:
            yield _chunk(self._scene.lines)
        await asyncio.Event().wait()

    async def build_log(self, _id: str, **_: Any) -> AsyncGenerator[LogChunk, None]:
        yield _chunk(BUILD_LOG, marks=True)

    async def activity(self, **_: Any) -> AsyncGenerator[wire.Activity, None]:
        names = ("source", "action", "subject", "status", "duration_seconds", "detail")
        for number, row in enumerate(ACTIVITY):
            values = dict(zip(names, row, strict=True))
            yield wire.Activity(id=number, at=_ago(seconds=60 - number), deployment_id=None, version=None, **values)
        await asyncio.Event().wait()


@dataclass
class Scene:
    """What there is to see."""

    folder: Path
    deployments: tuple[wire.Deployment, ...] = DEPLOYMENTS
    lines: tuple[str, ...] = tuple(RUN_LOG)
    engine: bool = True
    home: str = "~/.local/state/runix"

    @property
    def state_file(self) -> Path:
        """Where the front end keeps its state."""
        return self.folder / "tui.json"

    def connect(self) -> Door:
        """A door to nowhere: no socket is opened."""
        return Door("http://127.0.0.1:7676", Secret("scene-token-0123456789"), owned=False)

    def glance(self) -> tuple[bytes, bytes] | None:
        """Nothing ran before this program began."""
        return None

    def leave(self, *, keep: bool) -> None:
        """Nothing runs."""

    def app(self, select: str = "shop/my-api") -> RunixApp:
        """The app on this scene."""
        return RunixApp(self, StartOptions(select=select))


def _usage(deployment_id: str, at: int) -> wire.Usage:
    wave = 6 + 5 * math.sin(at / 4 + int(deployment_id[:8], 16))
    return wire.Usage(
        id=deployment_id,
        cpu_percent=round(wave, 1),
        memory_bytes=round(38 + wave / 4) * MIB,
        memory_limit_bytes=512 * MIB,
        cpu_limit=0.5,
    )


def feed(app: RunixApp) -> None:
    """A minute of figures, at once."""
    serving = [key for key, each in app.fleet.deployments.items() if each.serving]
    for at in range(60):
        app.fleet.figures([_usage(key, at) for key in serving], serving)
    app.main.post_message(UsageChanged())


@contextmanager
def staged(folder: Path, **there: Any) -> Iterator[Scene]:
    """A scene, with the front end's clock standing still and its client in place of the real one."""
    scene = Scene(folder, **there)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        for module in ("core.human", "tui.notices", "tui.views.deeds", "tui.widgets.stages", "tui.widgets.deed_lines"):
            patch.setattr(f"runix_tui.{module}.datetime", Still)
        clients = (SceneClient(scene), SceneStreams(scene))
        patch.setattr("runix_tui.tui.connection._clients", lambda _door: clients)
        yield scene
