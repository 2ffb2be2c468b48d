"""Stages and steps of a build, however its log was cut into chunks."""

import json

from hypothesis import given
from hypothesis import strategies as st

from runix_tui.tui.logs.entries import told
from runix_tui.tui.logs.progress import Progress, ProgressReader, Stage, Step
from tests.tui.logkit import line


def entry(seq: int, **found: object) -> bytes:
    return json.dumps({"seq": seq, **found}, separators=(",", ":")).encode() + b"\n"


LOG = [
    entry(1, stage="building", status="started"),
    line(2, "STEP 1/3: FROM base", at=10),
    line(3, "--> Using cache 0123456789ab", at=11),
    line(4, "[2/2] STEP 2/3: RUN make \x1b]0;x\x07[all]", at=12),
    line(5, 'it says "stage":"x","status":"started" and STEP 9/9: no', at=13),
    line(6, "  STEP 8/8: indented is not a step", at=14),
    line(7, "STEP 3/3: CMD run", at=20),
    entry(8, stage="building", status="done"),
    entry(9, stage="starting", status="started"),
    line(10, "waiting", at=25, stream="runix"),
    entry(11, stage="starting", status="failed"),
    entry(12, status="failed"),
]


@given(st.lists(st.integers(1, len(LOG)), max_size=6).map(sorted))
def test_a_build_is_read_the_same_in_any_chunks(cuts: list[int]) -> None:
    reader = ProgressReader()
    for low, high in zip([0, *cuts], [*cuts, len(LOG)], strict=True):
        reader.feed(b"".join(LOG[low:high]), low)
    (first, second, third), (building, starting) = reader.progress.steps, reader.progress.stages
    assert (first.text, first.cached, first.seconds, first.line_id) == ("FROM base", True, 1.0, 1)
    assert (second.text, second.cached, second.seconds, second.line_id) == ("RUN make [all]", False, 8.0, 3)
    assert (third.text, third.seconds, third.failed) == ("CMD run", 0.0, False)
    assert (building.status, building.seconds) == ("done", 10.0)
    assert (starting.status, starting.seconds) == ("failed", 5.0)
    assert reader.progress.status == "failed"


def test_lines_that_tell_nothing_change_nothing() -> None:
    reader = ProgressReader()
    assert reader.feed(b"".join(LOG[:2]), 0)
    before = reader.progress
    assert not reader.feed(b"".join(LOG[4:6]), 4)
    assert reader.progress is before


def test_a_build_that_has_begun() -> None:
    reader = ProgressReader()
    assert reader.progress == Progress()
    reader.feed(b"".join(LOG[:2]), 0)
    (stage,), (step,) = reader.progress.stages, reader.progress.steps
    assert isinstance(stage, Stage)
    assert isinstance(step, Step)
    assert (stage.status, stage.seconds) == ("started", None)
    assert (step.number, step.total, step.seconds) == (1, 3, None)


def test_a_commit_ends_the_last_step_of_each_of_several_images() -> None:
    reader = ProgressReader()
    log = ["[1/2] STEP 1/1: FROM a", "[1/2] COMMIT a", "[2/2] STEP 1/2: FROM b", "say STEP 1/2: no"]
    reader.feed(b"".join(line(seq, text, at=seq) for seq, text in enumerate(log)), 0)
    first, second = reader.progress.steps
    assert (first.place, first.seconds) == ("1·1/1", 1.0)
    assert (second.place, second.seconds) == ("2·1/2", None)


def test_that_a_stage_is_done_takes_no_line() -> None:
    reader = ProgressReader()
    reader.feed(b"".join(LOG), 0)
    assert [stage.line_id for stage in reader.progress.stages] == [0, 7]
    assert told(b"".join(LOG)) == b"".join(LOG[:7] + LOG[8:])
    assert told(b"".join(LOG[:2])) == b"".join(LOG[:2])


def test_a_step_with_a_number_that_is_none_is_a_line_like_others() -> None:
    reader = ProgressReader()
    huge = "9" * 5000
    reader.feed(line(1, f"STEP {huge}/2: x") + line(2, f"[1/{huge}] STEP 1/2: x") + line(3, "STEP 1/2: y"), 0)
    assert [step.text for step in reader.progress.steps] == ["y"]
