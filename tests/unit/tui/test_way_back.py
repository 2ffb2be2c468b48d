"""What rolling back would do, as far as the history tells."""

from datetime import timedelta
from typing import Any

from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.core.wire import Deployment, StageDetails
from runix_tui.tui.way_back import images_kept, refusal, seconds_to_start, way_back
from tests.unit.tui.versions import BEGAN, version

HISTORY = [
    version(5, status=VersionStatus.FAILED, image_id=None),
    version(4, status=VersionStatus.RUNNING),
    version(3, status=VersionStatus.CANCELLED, image_id=None),
    version(2, status=VersionStatus.REPLACED),
    version(1, status=VersionStatus.REPLACED),
]


def deployment(**changes: Any) -> Deployment:
    made: dict[str, Any] = {
        "id": "1",
        "service_name": "shop",
        "status": Status.RUNNING,
        "subdomain": "shop-abcd",
        "url": None,
        "repo_url": "https://git.example/shop.git",
        "branch": "main",
        "service_type": "web_service",
        "instance_type": "starter",
        "project_id": None,
        "version": 4,
        "commit_sha": "0000004",
        "latest_version": 5,
        "serving": True,
        "created_at": BEGAN,
        "updated_at": BEGAN,
    }
    return Deployment(**made | changes)


def test_the_newest_before_the_serving_one_that_served() -> None:
    assert way_back(HISTORY, deployment()) == 2
    assert way_back(HISTORY, deployment(version=1)) is None
    assert way_back(HISTORY, deployment(version=None)) is None


def test_why_it_is_no_use() -> None:
    assert refusal(HISTORY, deployment(), 2) is None
    assert "never served" in (refusal(HISTORY, deployment(), 3) or "")
    assert "is what serves" in (refusal(HISTORY, deployment(), 4) or "")
    assert refusal(HISTORY, deployment(serving=False), 4) is None
    assert "no version 9" in (refusal(HISTORY, deployment(), 9) or "")
    assert "ever served" in (refusal(HISTORY, deployment(), None) or "")


def test_images_are_kept_of_the_last_that_ran() -> None:
    assert images_kept(HISTORY, keep=2) == {"sha256:4", "sha256:2"}
    assert refusal(HISTORY, deployment(), 1, keep=3) is None
    assert "image of v1 is gone" in (refusal(HISTORY, deployment(), 1, keep=2) or "")


def test_a_shared_image_counts_once() -> None:
    again = [version(6, image_id="sha256:1"), *HISTORY]
    assert images_kept(again, keep=3) == {"sha256:1", "sha256:4", "sha256:2"}


def test_how_long_a_start_took() -> None:
    def walked(stage: Stage) -> StageDetails:
        ended = BEGAN + timedelta(seconds=2)
        return StageDetails(stage=stage, started_at=BEGAN, finished_at=ended, duration_seconds=2.0, result="done")

    stages = [walked(stage) for stage in (Stage.BUILDING, Stage.STARTING, Stage.CHECKING)]
    assert seconds_to_start(version(stages=stages)) == 4.0
    assert seconds_to_start(version()) is None
