"""The engine's format in bulk gives the same as line by line, however it is cut into chunks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.deploy.entries import LINE_MAX
from runix_tui.deploy.k8s import K8sLines

UTC = b"2026-11-24T02:06:31.123456789+00:00"
ENTRY = b"2026-11-24T02:06:31.123456789Z"

raw = st.binary(max_size=40).map(lambda data: data.replace(b"\n", b" "))
source = st.tuples(
    st.sampled_from([UTC, b"2026-11-24T03:06:31.123456789+01:00", b"2026-11-23T20:36:31.123456789-05:30"]),
    st.sampled_from([b"stdout", b"stderr"]),
    st.sampled_from([b"F", b"F", b"F", b"P"]),
    raw,
).map(lambda parts: b"%b %b %b %b\n" % parts)


def converted(*chunks: bytes) -> list[bytes]:
    lines = K8sLines()
    out = []
    for chunk in chunks:
        data, count = lines.entries(chunk)
        assert data.count(b"\n") == count
        out += data.split(b"\n")[:-1]
    return out


@given(st.lists(source, max_size=30), st.integers(1, 10))
def test_chunks_do_not_matter(written: list[bytes], size: int) -> None:
    chunks = [b"".join(written[start : start + size]) for start in range(0, len(written), size)]
    assert converted(*chunks) == converted(*written) == converted(b"".join(written))


@pytest.mark.parametrize(
    "stamp",
    [UTC, b"2026-11-24T03:06:31.123456789+01:00", b"2026-11-23T20:36:31.123456789-05:30", ENTRY],
)
def test_stamps_become_utc(stamp: bytes) -> None:
    assert converted(stamp + b" stderr F hello  world\n") == [ENTRY + b" stderr hello  world"]


@given(raw)
def test_text_is_untouched(text: bytes) -> None:
    for tail in (b"", UTC + b" stdout P x\n"):  # in bulk, and line by line
        assert converted(UTC + b" stdout F " + text + b"\n" + tail)[0] == ENTRY + b" stdout " + text


def test_text_that_looks_like_a_line_is_text() -> None:
    text = UTC + b" stdout F " + UTC + b" stderr P x"
    assert converted(text + b"\n" + text + b"\n") == [ENTRY + b" stdout " + UTC + b" stderr P x"] * 2


def test_partial_lines_are_joined_within_their_stream() -> None:
    later = UTC.replace(b":31.", b":32.")
    assert converted(
        UTC + b" stdout P one \n",
        later + b" stderr F between\n" + later + b" stdout P two \n",
        later + b" stdout F three\n",
    ) == [ENTRY.replace(b":31.", b":32.") + b" stderr between", ENTRY + b" stdout one two three"]


@pytest.mark.parametrize("pieces", [1, 5])
def test_an_endless_line_takes_bounded_memory(pieces: int) -> None:
    lines = K8sLines()
    sent = b"".join(b"%b stdout P %b\n" % (UTC, b"x" * 8000) for _ in range(5))
    out = b""
    for start in range(0, len(sent), len(sent) // pieces):
        out += lines.entries(sent[start : start + len(sent) // pieces])[0]
        assert len(lines.partial[b"stdout"][1]) <= LINE_MAX
    out += lines.release(b"stdout")
    texts = [line.removeprefix(ENTRY + b" stdout ") for line in out.split(b"\n")[:-1]]
    assert b"".join(text.removesuffix("…".encode()) for text in texts) == b"x" * 40_000
    assert lines.partial == {}


def test_a_long_whole_line_is_cut_like_a_partial_one() -> None:
    found = converted(UTC + b" stdout F " + b"y" * (2 * LINE_MAX) + b"\n")
    assert len(found) == 3
    assert all(len(line) <= LINE_MAX + 38 for line in found)


@pytest.mark.parametrize(
    "line",
    [b"", b"garbage", b"2026-13-45T99:99:31.123456789+01:00 stdout F x", UTC + b" stdin F x", UTC + b" stdout X x"],
)
def test_what_is_not_of_the_format_is_kept(line: bytes) -> None:
    good = UTC + b" stdout F good\n"
    assert converted(good + line + b"\n" + good) == [
        ENTRY + b" stdout good",
        ENTRY + b" stdout " + line,
        ENTRY + b" stdout good",
    ]
