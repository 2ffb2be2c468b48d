"""What the commands that only look make of the API's answers."""

from datetime import UTC, datetime

import pytest

from runix_tui.cli.read import _facts, _version
from runix_tui.core.models import Kind, ServiceType
from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.core.wire import DeploymentDetails, Fault, HistoryEntry

EXITED = Fault(code="exited", message="The process exited with 3", hint="Look.", transient=False)


@pytest.mark.parametrize(
    ("rollback_of", "error", "note"),
    [
        (2, EXITED, "back to 2: The process exited with 3"),
        (2, None, "back to 2"),
        (None, EXITED, "The process exited with 3"),
        (None, None, ""),
    ],
)
def test_a_note_says_where_to_and_why_not(rollback_of: int | None, error: Fault | None, note: str) -> None:
    entry = HistoryEntry.model_construct(
        version=4,
        status=VersionStatus.FAILED,
        kind=Kind.ROLLBACK,
        commit_sha=None,
        created_at=datetime.now(UTC),
        duration_seconds=None,
        image_id=None,
        rollback_of=rollback_of,
        error=error,
    )
    assert _version(entry)[-1] == note


@pytest.mark.parametrize(
    ("status", "phase", "told"),
    [
        (Status.FAILED, Stage.FAILED, "✗ failed"),
        (Status.BUILDING, Stage.BUILDING, "◐ building"),
        (Status.BUILDING, Stage.CHECKING, "◐ building (checking)"),
        (Status.RUNNING, Stage.FAILED, "● running (failed)"),
        (Status.STOPPED, None, "■ stopped"),
    ],
)
def test_a_phase_that_says_the_same_as_the_status_is_left_out(status: Status, phase: Stage | None, told: str) -> None:
    optional = ("url", "version", "port", "health", "resources", "error")
    details = DeploymentDetails.model_construct(
        id="id",
        service_name="shop",
        status=status,
        phase=phase,
        repo_url="/srv/shop",
        branch="main",
        service_type=ServiceType.WEB_SERVICE,
        instance_type="starter",
        env={},
        created_at=datetime.now(UTC),
        **dict.fromkeys(optional),
    )
    assert dict(_facts(details))["status"] == told
