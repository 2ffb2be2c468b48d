"""Stages: the table is complete, and every stage has one status."""

import pytest

from runix_tui.core.stages import (
    ENDED,
    TRANSITIONS,
    Stage,
    Status,
    VersionStatus,
    deployment_status,
    may_follow,
    version_status,
)


def test_every_stage_is_in_the_table_and_ended_ones_lead_nowhere() -> None:
    assert set(TRANSITIONS) == set(Stage)
    assert {stage for stage, then in TRANSITIONS.items() if not then} == ENDED


def test_every_walk_ends_and_can_fail_or_be_cancelled_anywhere() -> None:
    for stage in set(Stage) - ENDED:
        assert may_follow(stage, Stage.FAILED)
        assert may_follow(stage, Stage.CANCELLED)


def test_only_a_checked_version_is_routed_and_only_a_routed_one_goes_live() -> None:
    assert [stage for stage in Stage if may_follow(stage, Stage.ROUTING)] == [Stage.CHECKING]
    assert [stage for stage in Stage if may_follow(stage, Stage.LIVE)] == [Stage.ROUTING]


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (Stage.QUEUED, VersionStatus.QUEUED),
        (Stage.FETCHING, VersionStatus.BUILDING),
        (Stage.ROUTING, VersionStatus.BUILDING),
        (Stage.LIVE, VersionStatus.RUNNING),
        (Stage.FAILED, VersionStatus.FAILED),
        (Stage.CANCELLED, VersionStatus.CANCELLED),
        (Stage.SUPERSEDED, VersionStatus.SUPERSEDED),
    ],
)
def test_the_history_status_of_a_stage(stage: Stage, status: VersionStatus) -> None:
    assert version_status(stage) is status


@pytest.mark.parametrize(
    ("working", "serving", "stopped", "status"),
    [
        (True, True, False, Status.BUILDING),
        (True, False, True, Status.BUILDING),
        (False, True, False, Status.RUNNING),
        (False, False, True, Status.STOPPED),
        (False, False, False, Status.FAILED),
    ],
)
def test_the_status_of_a_deployment(working: bool, serving: bool, stopped: bool, status: Status) -> None:
    assert deployment_status(working=working, serving=serving, stopped=stopped) is status
