"""Versions as the API tells them, for tests of what is drawn from them."""

from datetime import UTC, datetime
from typing import Any

from runix_tui.core.models import Kind
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.core.wire import CommitDetails, VersionConfig, VersionDetails

BEGAN = datetime(2026, 2, 25, 10, tzinfo=UTC)


def commit(number: int, subject: str = "a change") -> CommitDetails:
    """A commit."""
    return CommitDetails(sha=f"{number:040x}", author="Ada", subject=subject, authored_at=BEGAN)


def config(**changes: Any) -> VersionConfig:
    """What was asked for."""
    asked: dict[str, Any] = {
        "repo_url": "https://git.example/shop.git",
        "branch": None,
        "root_dir": "",
        "instance_type": "starter",
        "env": {},
        "port": None,
        "command": None,
        "build_command": None,
        "health_path": None,
        "dockerfile": None,
        "planner": "auto",
        "schedule": None,
        "timezone": "UTC",
    }
    return VersionConfig(**asked | changes)


def version(number: int = 1, **changes: Any) -> VersionDetails:
    """A version that runs."""
    made: dict[str, Any] = {
        "version": number,
        "status": VersionStatus.RUNNING,
        "kind": Kind.DEPLOY,
        "commit_sha": f"{number:040x}"[:7],
        "created_at": BEGAN,
        "finished_at": BEGAN,
        "duration_seconds": 1.0,
        "image_id": f"sha256:{number}",
        "rollback_of": None,
        "error": None,
        "commit": commit(number),
        "image_size": 140 * 1024**2,
        "stage": Stage.LIVE,
        "dockerfile": "FROM scratch",
        "plan": {"runtime": "python", "version": "3.12"},
        "origins": {},
        "stages": [],
        "config": config(),
        "port": 8080,
    }
    return VersionDetails(**made | changes)
