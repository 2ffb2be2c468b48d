"""Times before lines."""

import time
from collections.abc import Iterator

import pytest

from runix_tui.tui.logs.stamps import Stamps, stamp

AT = "2026-11-26T10:00:01.123456789Z"


@pytest.fixture(autouse=True)
def _a_zone() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "<+02>-2")  # as POSIX writes it: needs no zone files
        time.tzset()
        yield
    time.tzset()


def test_local_time() -> None:
    assert stamp(Stamps.TIME, AT, "") == "12:00:01.123 "


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("2026-11-26T10:00:01.000000000Z", "  +0.123s "),
        ("2026-11-26T10:00:02.123456000Z", "  -1.000s "),
        ("2026-11-26T09:50:01.123456000Z", "   +10.0m "),
        ("2026-11-25T10:00:01.123456000Z", "   +24.0h "),
        ("", "          "),
    ],
)
def test_how_long_after_the_line_above(before: str, expected: str) -> None:
    assert stamp(Stamps.DELTA, AT, before) == expected


@pytest.mark.parametrize("kind", list(Stamps))
@pytest.mark.parametrize("at", [AT, ""])
def test_every_line_gives_the_same_room(kind: Stamps, at: str) -> None:
    assert len(stamp(kind, at, AT)) == kind.width


def test_round_and_round() -> None:
    assert Stamps.OFF.next.next.next is Stamps.OFF
