"""Steps are read out of a build's log as the API sends it."""

import json
from datetime import UTC, datetime, timedelta

from runix_tui.tui.steps import Steps

BEGAN = datetime(2026, 2, 25, 10, tzinfo=UTC)


def lines(*texts: str, stream: str = "stdout") -> bytes:
    """A line a second."""
    found = []
    for seq, text in enumerate(texts):
        at = BEGAN + timedelta(seconds=seq)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"
        found.append(json.dumps({"seq": seq, "ts": stamp, "stream": stream, "line": text}, separators=(",", ":")))
    return "\n".join(found).encode() + b"\n"


def test_steps_with_their_times() -> None:
    steps = Steps()
    assert steps.feed(lines("STEP 1/2: FROM a", "--> Using cache 00ff", 'STEP 2/2: RUN say "hi"', "hi"))
    first, second = steps.found
    assert (first.number, first.total, first.text, first.cached) == (1, 2, "FROM a", True)
    assert second.text == 'RUN say "hi"'
    assert second.ended is None
    assert second.seconds(BEGAN + timedelta(seconds=10)) == 8
    assert steps.progress == "2/2"
    steps.close(BEGAN + timedelta(seconds=5))
    assert steps.found[-1].seconds(BEGAN + timedelta(hours=1)) == 3


def test_a_commit_ends_the_last_step() -> None:
    steps = Steps()
    steps.feed(lines("STEP 1/1: FROM a", "COMMIT localhost/x", "--> 00ff"))
    assert steps.found[-1].seconds(BEGAN + timedelta(hours=1)) == 1


def test_several_images() -> None:
    steps = Steps()
    steps.feed(lines("[1/2] STEP 1/1: FROM a", "[2/2] STEP 1/3: FROM b", "[2/2] STEP 2/3: COPY . ."))
    assert [(step.stage, step.number) for step in steps.found] == [(1, 1), (2, 1), (2, 2)]
    assert steps.progress == "2/2 2/3"


def test_other_lines_are_no_steps() -> None:
    steps = Steps()
    assert not steps.feed(lines("say STEP 1/2: no", "COPY", "running"))
    assert not steps.feed(lines("STEP 1/2: FROM a", stream="runix"))
    assert steps.progress == ""
