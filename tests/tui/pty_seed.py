"""Deployments written straight into the store of a home, before its server starts: with any text, also what the API
would never accept. Nothing of them runs."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import NAMESPACE_DNS, uuid5

from runix_tui.core.models import Commit, Deployment, Kind, Project, ServiceConfig, ServiceType
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.deploy.logs import Logs
from runix_tui.errors import Failure
from tests.tui.pty_home import PtyHome

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STAMP = "2026-01-02T03:04:05.000000000Z"
LOG_BYTES = 64 * 1024**2


def seed(home: PtyHome, *names: str, foreign: str = "", lines: int = 0) -> list[str]:
    """Failed deployments with these names, ``foreign`` in all their texts, and ``lines`` in both logs; their ids."""
    return asyncio.run(_seed(home, names, foreign, lines))


async def _seed(home: PtyHome, names: tuple[str, ...], foreign: str, lines: int) -> list[str]:
    store = home.store()
    logs = Logs(home.locations.build_logs, home.locations.runtime_logs, LOG_BYTES)
    ids = []
    try:
        project = Project(str(uuid5(NAMESPACE_DNS, "tools")), f"tools{foreign}", NOW)
        store.add_project(project)
        for name in names:
            made = _deployment(name, foreign, project.id if name == names[-1] else None)
            store.add_deployment(made, None)
            commit = Commit("abc1234" + "0" * 33, f"author{foreign}", f"subject{foreign}", NOW)
            version = store.add_version(
                made.id, Kind.DEPLOY, made.config, now=NOW, commit=commit, dockerfile=f"FROM debian\n# {foreign}\n"
            )
            build = logs.build(made.id)
            store.add_build(made.id, version.number, build.last + 1)
            for number in range(lines):
                text = f"{name} line {number}{foreign}"
                build.append(STAMP, "stdout", text)
                logs.runtime(made.id).append(STAMP, "stdout", text)
            store.end_build(made.id, version.number, build.end(STAMP, VersionStatus.FAILED))
            failure = Failure("build_failed", f"it failed{foreign}", f"try again{foreign}", evidence=(f"why{foreign}",))
            store.save_version(
                replace(version, status=VersionStatus.FAILED, stage=Stage.FAILED, finished_at=NOW, failure=failure)
            )
            ids.append(made.id)
    finally:
        logs.close()
        store.close()
    return ids


def _deployment(name: str, foreign: str, project_id: str | None) -> Deployment:
    config = ServiceConfig(
        f"https://git.invalid/{name}{foreign}",
        branch=f"main{foreign}",
        env={f"KEY{foreign}": Secret(f"value{foreign}")},
        command=f"run{foreign}",
    )
    identity = str(uuid5(NAMESPACE_DNS, name))
    return Deployment(
        identity, f"{name}{foreign}", f"{name}-{identity[:4]}", ServiceType.WEB_SERVICE, project_id, config, NOW, NOW
    )
