"""Records of what was taken: after a crash each file stands exactly where the journal does."""

import json
from pathlib import Path

import pytest

from runix_tui.deploy.taken import COMPACT_BYTES, Place, Taken

HEAD = "2026-11-24T02:06:31.123456789+00:00"
FIRST = Place(HEAD, 100, 0, {"stdout": ("2026-11-24T02:06:31.123456789Z", 'caf\xc3\xa9 "\\')})
SECOND = Place(HEAD, 200)


@pytest.mark.parametrize(
    ("recovered", "place"),
    [
        (0, Place()),
        (4, Place(skip=4)),
        (10, FIRST),
        (13, Place(HEAD, 100, 3, FIRST.held)),
        (15, SECOND),
        (99, SECOND),
    ],
)
def test_the_journal_decides_what_arrived(tmp_path: Path, recovered: int, place: Place) -> None:
    taken = Taken(tmp_path, 0)
    taken.plan("a.log", FIRST, 0, 10)
    taken.plan("a.log", SECOND, 10, 5)
    assert taken.place("a.log") == SECOND
    assert Taken(tmp_path, recovered).place("a.log") == place
    # What was found holds from then on, whatever entries take those seqs now.
    assert Taken(tmp_path, 1000).place("a.log") == place


def test_files_of_one_deployment_are_apart(tmp_path: Path) -> None:
    taken = Taken(tmp_path, 0)
    taken.plan("a.log", FIRST, 0, 10)
    taken.plan("b.log", SECOND, 10, 5)
    again = Taken(tmp_path, 12)
    assert again.place("a.log") == FIRST
    assert again.place("b.log") == Place(skip=2)
    assert again.place("c.log") == Place()


def test_a_skip_goes_on_over_a_second_crash(tmp_path: Path) -> None:
    Taken(tmp_path, 0).plan("a.log", FIRST, 0, 10)
    again = Taken(tmp_path, 4)
    again.plan("a.log", FIRST, 4, 6)
    assert Taken(tmp_path, 7).place("a.log") == Place(skip=7)


def test_a_record_torn_at_any_byte(tmp_path: Path) -> None:
    taken = Taken(tmp_path, 0)
    taken.plan("a.log", FIRST, 0, 10)
    whole = (tmp_path / "taken").read_bytes()
    taken.plan("a.log", SECOND, 10, 5)
    data = (tmp_path / "taken").read_bytes()
    for cut in range(len(whole), len(data)):
        (tmp_path / "taken").write_bytes(data[:cut])
        again = Taken(tmp_path, 10)
        assert again.place("a.log") == FIRST
        again.plan("a.log", SECOND, 10, 5)
        assert Taken(tmp_path, 15).place("a.log") == SECOND


def test_records_stay_short(tmp_path: Path) -> None:
    taken = Taken(tmp_path / "new", 0)
    for seq in range(2000):
        taken.plan("a.log", Place(HEAD, seq), seq, 1)
        taken.plan("gone.log", Place(HEAD, seq), seq, 0)
        taken.compact({"a.log"})
        assert (tmp_path / "new" / "taken").stat().st_size < COMPACT_BYTES + 1000
    assert taken.place("a.log") == Place(HEAD, 1999)
    assert Taken(tmp_path / "new", 2000).place("a.log") == Place(HEAD, 1999)
    assert (tmp_path / "new" / "taken").stat().st_mode & 0o777 == 0o600
    names = {json.loads(line)["file"] for line in (tmp_path / "new" / "taken").read_text().splitlines()}
    assert names <= {"a.log", "gone.log"}
