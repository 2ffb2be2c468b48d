"""The walk of a version as rows."""

from datetime import UTC, datetime, timedelta

from runix_tui.core.models import Kind
from runix_tui.core.stages import Stage
from runix_tui.core.wire import StageDetails
from runix_tui.tui.walks import State, expected, rows, ticking
from tests.unit.tui.versions import version

BEGAN = datetime(2026, 2, 25, 10, tzinfo=UTC)


def walked(stage: Stage, seconds: float | None = 1.0, result: str = "done") -> StageDetails:
    ended = BEGAN + timedelta(seconds=seconds) if seconds is not None else None
    return StageDetails(
        stage=stage, started_at=BEGAN, finished_at=ended, duration_seconds=seconds, result=result if ended else None
    )


def test_stages_that_ended_run_and_wait() -> None:
    found = rows(version(stage=Stage.PLANNING, stages=[walked(Stage.FETCHING), walked(Stage.PLANNING, None)]))
    assert [row.state for row in found] == [State.DONE, State.RUNNING, *[State.WAITING] * 4]
    assert [row.name for row in found] == ["fetch", "plan", "build", "start", "check", "route"]
    assert found[1].took(BEGAN + timedelta(seconds=3)) == 3
    assert ticking(found)


def test_a_failed_one_stops_the_walk() -> None:
    found = rows(version(stage=Stage.FAILED, stages=[walked(Stage.FETCHING, result="failed")]))
    assert found[0].state is State.FAILED
    assert not ticking(found)


def test_what_was_walked_twice_is_told_once() -> None:
    twice = [walked(Stage.STARTING), walked(Stage.CHECKING), walked(Stage.STARTING, 2.0), walked(Stage.CHECKING, None)]
    found = rows(version(kind=Kind.ROLLBACK, stage=Stage.CHECKING, stages=twice))
    assert [row.name for row in found] == ["start", "check", "route"]
    assert found[0].took(BEGAN) == 3.0
    assert found[1].took(BEGAN + timedelta(seconds=1)) == 2.0


def test_an_interrupted_one_failed_where_it_was() -> None:
    found = rows(version(stage=Stage.FAILED, stages=[walked(Stage.FETCHING, None)]))
    assert found[0].state is State.FAILED
    assert not ticking(found)


def test_as_far_as_a_phase_tells() -> None:
    assert [row.state for row in expected(Kind.ROLLBACK, Stage.CHECKING)] == [State.DONE, State.RUNNING, State.WAITING]
    assert {row.state for row in expected(Kind.ROLLBACK, Stage.LIVE)} == {State.DONE}
    assert {row.state for row in expected(Kind.ROLLBACK, Stage.QUEUED)} == {State.WAITING}
