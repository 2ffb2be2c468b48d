"""Lines on disk keep their ids, whatever comes before or behind them."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.tui.logs import spool as module
from runix_tui.tui.logs.spool import Spool

LINES = st.lists(st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"") + b"\n"), min_size=1, max_size=8)


@given(st.lists(st.tuples(st.booleans(), LINES), max_size=12), st.integers(16, 200))
def test_every_line_is_where_it_was_put(pages: list[tuple[bool, list[bytes]]], block: int) -> None:
    expected: dict[int, bytes] = {}
    low = high = 0
    with pytest.MonkeyPatch.context() as patch, closing(Spool()) as spool:
        patch.setattr(module, "BLOCK_BYTES", block)
        patch.setattr(module, "SEGMENT_BYTES", 3 * block)
        for older, lines in pages:
            if older:
                spool.prepend(b"".join(lines))
                low -= len(lines)
                expected |= dict(enumerate(lines, low))
            else:
                spool.append(b"".join(lines))
                expected |= dict(enumerate(lines, high))
                high += len(lines)
        assert (spool.first, spool.end, len(spool)) == (low, high, high - low)
        assert {line_id: spool.line(line_id) + b"\n" for line_id in range(low, high)} == expected
        found = [(first, data) for first, data in spool.blocks(low - 5, high + 5)]
        assert b"".join(data for _, data in found) == b"".join(expected[line_id] for line_id in range(low, high))
        at = low
        for first, data in found:
            assert first == at
            at += data.count(b"\n")


def test_a_line_that_is_not_there_is_not_made_up() -> None:
    with closing(Spool()) as spool:
        spool.append(b"a\n")
        for missing in (-1, 1):
            with pytest.raises(IndexError):
                spool.line(missing)


def test_the_file_has_no_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("spool")
    with closing(Spool(folder)) as spool:
        spool.append(b"secret\n")
        assert list(folder.iterdir()) == []


def test_what_is_being_read_is_there_although_the_log_was_left() -> None:
    spool = Spool()
    spool.append(b"one\ntwo\n")
    still, blocks = spool.still(), spool.blocks(0, 2)
    first = next(blocks)
    spool.close()
    assert first == (0, b"one\ntwo\n")
    assert still.lines(0, 2) == [b"one", b"two"]
    assert len(spool) == 0


def test_a_file_ends_with_its_last_reader(open_files: Callable[[], int]) -> None:
    before = open_files()
    spool = Spool()
    spool.append(b"one\n")
    spool.prepend(b"zero\n")
    still = spool.still()
    spool.close()
    assert open_files() > before
    del still
    assert open_files() == before


@pytest.fixture
def open_files() -> Callable[[], int]:
    return lambda: len(list(Path("/proc/self/fd").iterdir()))


def test_the_end_of_before_is_the_same_line_while_more_come() -> None:
    """A thread that goes up to an end reads nothing of what came behind it."""
    with closing(Spool()) as spool:
        spool.append(b"a\nb\n")
        blocks = spool.blocks(0, spool.end)
        spool.append(b"c\n")
        assert list(blocks) == [(0, b"a\nb\n")]


def test_the_oldest_lines_go_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEGMENT_BYTES", 100)
    with closing(Spool(most=250)) as spool:
        for number in range(100):
            spool.append(b"line %04d\n" % number)
            assert len(spool) * 10 <= 260
        assert spool.first == spool.dropped == 80
        assert spool.lines(0, 82) == [b"line 0080", b"line 0081"]
        assert spool.line(99) == b"line 0099"
        assert b'"dropped":1' in spool.line(5), "it may be on the screen still"
        spool.prepend(b"older\n")
        assert spool.first == 80, "lines before a gap are not wanted"


def test_older_lines_are_left_out_once_it_is_full_and_newer_ones_are_not() -> None:
    with closing(Spool(most=20)) as spool:
        spool.append(b"line 3\n")
        spool.prepend(b"line 1\nline 2\n")
        assert spool.full
        spool.prepend(b"line 0\n")
        assert spool.lines(-9, 9) == [b"line 1", b"line 2", b"line 3"]
        assert spool.dropped == 0, "what never came in did not go"
        spool.append(b"line 4\n")
        assert spool.line(1) == b"line 4"


def test_where_there_is_no_room_nothing_is_half_there(tmp_path: Path) -> None:
    with closing(Spool(tmp_path / "none")) as spool:
        with pytest.raises(OSError, match="No such file"):
            spool.append(b"a\n")
        assert len(spool) == 0
