"""Rows and answers of the API as tests of the front end need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from runix_tui.core import wire
from runix_tui.core.models import ServiceType
from runix_tui.core.stages import Stage, Status
from runix_tui.tui.listing import Entry
from runix_tui.tui.looks import Look

NOW = datetime.now(UTC)


def entry(name: str, project: str = "default", look: Look = Look.LIVE, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "id": f"id-{project}-{name}",
        "name": name,
        "project": project,
        "look": look,
        "word": str(look),
        "kind": "web",
        "version": 1,
        "commit": "abc1234",
        "changed_at": datetime.now(UTC) - timedelta(minutes=2),  # a run of all tests takes longer than a minute
        "url": f"http://{name}-x7kf.localhost:8080",
    }
    return Entry(**values | changes)


def deployment(name: str = "shop", **changes: Any) -> wire.Deployment:
    values: dict[str, Any] = {
        "id": f"id-{name}",
        "service_name": name,
        "status": Status.RUNNING,
        "subdomain": f"{name}-x7kf",
        "url": f"http://{name}-x7kf.localhost:8080",
        "repo_url": "/srv/shop",
        "branch": "main",
        "service_type": ServiceType.WEB_SERVICE,
        "instance_type": "starter",
        "project_id": None,
        "version": 1,
        "commit_sha": "abc1234",
        "latest_version": 1,
        "serving": True,
        "created_at": NOW - timedelta(days=1),
        "updated_at": datetime.now(UTC) - timedelta(minutes=2),
        "phase": Stage.LIVE,
    }
    return wire.Deployment(**values | changes)


def fault(message: str = "shop exits with 1 at start", code: str = "exited") -> wire.Fault:
    return wire.Fault(code=code, message=message, hint="Look at its log.")


def usage(deployment_id: str, cpu: float = 5, memory: int = 41 * 1024**2) -> wire.Usage:
    return wire.Usage(
        id=deployment_id, cpu_percent=cpu, memory_bytes=memory, memory_limit_bytes=512 * 1024**2, cpu_limit=0.5
    )
