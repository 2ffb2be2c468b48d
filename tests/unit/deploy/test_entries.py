"""Any line comes back as it was, and the wire shapes are the contract's."""

import json

from hypothesis import given
from hypothesis import strategies as st

from runix_tui.core.events import End, Gap, LogLine, StageMark
from runix_tui.deploy.entries import LINE_MAX, Batch, end_entry, gap_entry, log_entries, pieces_of, stage_entry

AT = "2026-11-24T02:06:31.123456789Z"

lines = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=60)
streams = st.sampled_from(["stdout", "stderr", "runix"])


def batch(*entries: bytes, first: int = 1, dropped: int = 0) -> Batch:
    return Batch(first, first + len(entries) - 1, dropped, b"".join(entries))


def sse_events(data: bytes) -> list[tuple[int, str, dict]]:
    events = []
    for block in data.decode().split("\n\n")[:-1]:
        identity, name, value = block.split("\n")
        found = json.loads(value.removeprefix("data: "))
        events.append((int(identity.removeprefix("id: ")), name.removeprefix("event: "), found))
    return events


@given(st.lists(st.tuples(streams, lines), min_size=1, max_size=20), st.integers(1, 2**53))
def test_lines_come_back(written: list[tuple[str, str]], first: int) -> None:
    made = batch(*(log_entries(AT, stream, line)[0] for stream, line in written), first=first)
    expected = [LogLine(seq, AT, stream, line) for seq, (stream, line) in enumerate(written, first)]
    assert list(made.events()) == expected
    objects = [{"seq": e.seq, "ts": e.at, "stream": e.stream, "line": e.line} for e in expected]
    assert [json.loads(line) for line in made.ndjson().decode().splitlines()] == objects
    assert sse_events(made.sse()) == [(e["seq"], "log", e) for e in objects]


def test_other_entries_between_lines() -> None:
    made = batch(
        stage_entry(AT, "building", "started"),
        log_entries(AT, "stdout", 'RUN echo "a\tb"\r')[0],
        stage_entry(AT, "building", "cached"),
        gap_entry(AT, 17),
        end_entry(AT, "running"),
        first=7,
    )
    assert list(made.events()) == [
        StageMark(7, "building", "started"),
        LogLine(8, AT, "stdout", 'RUN echo "a\tb"\r'),
        StageMark(9, "building", "cached"),
        Gap(10, 17),
        End(11, "running"),
    ]
    objects = [
        ("stage", {"seq": 7, "stage": "building", "status": "started"}),
        ("log", {"seq": 8, "ts": AT, "stream": "stdout", "line": 'RUN echo "a\tb"\r'}),
        ("stage", {"seq": 9, "stage": "building", "status": "cached"}),
        ("gap", {"seq": 10, "dropped": 17}),
        ("end", {"seq": 11, "status": "running"}),
    ]
    assert sse_events(made.sse()) == [(value["seq"], name, value) for name, value in objects]
    assert [json.loads(line) for line in made.ndjson().splitlines()] == [value for _, value in objects]


def test_what_was_dropped_comes_first_and_can_be_resumed_after() -> None:
    made = batch(log_entries(AT, "stdout", "x")[0], first=100, dropped=60)
    assert next(made.events()) == Gap(99, 60)
    assert sse_events(made.sse())[0] == (99, "gap", {"seq": 99, "dropped": 60})
    assert json.loads(made.ndjson().splitlines()[0]) == {"seq": 99, "dropped": 60}


@given(st.binary(max_size=100).filter(lambda data: b"\n" not in data))
def test_raw_bytes_become_text_and_never_eat_the_next_line(raw: bytes) -> None:
    made = batch(AT.encode() + b" stdout " + raw + b"\n", log_entries(AT, "stdout", "next")[0])
    first, second = made.events()
    assert first == LogLine(1, AT, "stdout", raw.decode("utf-8", "replace"))
    assert second == LogLine(2, AT, "stdout", "next")
    assert len(made.ndjson().decode().splitlines()) == 2  # also for clients that split at U+2028 and U+0085
    assert len(made.sse().decode().splitlines()) == 8


@given(st.binary(max_size=60).filter(lambda data: b"\n" not in data))
def test_damaged_entries_are_shown(raw: bytes) -> None:
    made = batch(raw + b"\n", log_entries(AT, "stdout", "next")[0])
    damaged, line = made.events()
    assert line == LogLine(2, AT, "stdout", "next")
    assert damaged.seq == 1
    assert [json.loads(line)["seq"] for line in made.ndjson().decode().splitlines()] == [1, 2]


def test_newlines_make_several_entries() -> None:
    data, count = log_entries(AT, "stderr", "one\ntwo\n\nfour")
    assert [event.line for event in Batch(1, count, 0, data).events()] == ["one", "two", "", "four"]  # type: ignore[union-attr]


def test_a_long_line_among_others_is_cut_alone() -> None:
    data, count = log_entries(AT, "stdout", "\n".join(("one", "x" * (LINE_MAX + 1), "", "four")))
    found = [event.line for event in Batch(1, count, 0, data).events()]  # type: ignore[union-attr]
    assert [found[0], *found[3:]] == ["one", "", "four"]
    assert found[1].removesuffix("…") + found[2] == "x" * (LINE_MAX + 1)


def test_an_unknown_stream_is_our_own() -> None:
    assert next(batch(log_entries(AT, "end", "running")[0]).events()) == LogLine(1, AT, "runix", "running")


def test_an_undecodable_line_stops_nothing() -> None:
    (event,) = batch(log_entries(AT, "stdout", "a\udce9b")[0]).events()
    assert isinstance(event, LogLine)
    assert set(event.line) == {"a", "b", "\ufffd"}


@given(st.integers(0, 3 * LINE_MAX), st.sampled_from(["x", "é", "☃", "\U0001f600"]), st.integers(0, 3))
def test_long_lines_go_on_in_whole_characters(length: int, char: str, shift: int) -> None:
    text = "a" * shift + char * (length // len(char.encode()))
    pieces = [piece.decode() for piece in pieces_of(text.encode())]
    assert all(len(piece.encode()) <= LINE_MAX for piece in pieces)
    assert all(piece.endswith("…") for piece in pieces[:-1])
    assert "".join(piece.removesuffix("…") for piece in pieces[:-1]) + pieces[-1] == text


def test_through_end() -> None:
    entries = (
        log_entries(AT, "stdout", "Z end running")[0],
        end_entry(AT, "failed"),
        log_entries(AT, "stdout", "y")[0],
    )
    cut, ended = batch(*entries, first=5).through_end()
    assert ended
    assert list(cut.events()) == [LogLine(5, AT, "stdout", "Z end running"), End(6, "failed")]
    whole = batch(entries[0], entries[2])
    assert whole.through_end() == (whole, False)
