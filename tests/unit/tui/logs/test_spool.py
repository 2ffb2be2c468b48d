"""Lines on disk keep their ids, whatever comes before or behind them."""

from contextlib import closing

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
