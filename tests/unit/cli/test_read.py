"""What the commands that only look make of the API's answers."""

from datetime import UTC, datetime

import pytest

from runix_tui.cli.read import _version
from runix_tui.core.models import Kind
from runix_tui.core.stages import VersionStatus
from runix_tui.core.wire import Fault, HistoryEntry

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
