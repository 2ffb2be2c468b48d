"""Regular expressions that would take for ever are refused; those that people write are not."""

import time

import pytest

from runix_tui.tui.logs.costs import endless
from runix_tui.tui.logs.search import BadPattern, Query


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$", r"(a*)*b", r"([a-z]+)*\d", r"(a|aa)+$", r"(.*,){30}x", r"((ab)+c?)+", r"(?:x+y?){20,}", r".*.*.*.*=",
        r"(?=(a+)+$)", r"a*a*$", r".*.*x",
    ],
)  # fmt: skip
def test_one_that_never_ends_is_refused(pattern: str) -> None:
    assert endless(pattern)
    with pytest.raises(BadPattern, match="for ever"):
        Query(pattern, regex=True)
    assert Query(pattern).passes(f"it says {pattern}"), "as a text it is harmless"


@pytest.mark.parametrize(
    "pattern",
    [
        "error", r"error|warn(ing)?", r"GET /api/\w+ .* 5\d\d", r"^\[.*\] (ERROR|FATAL)", r"\d+\.\d+ ms",
        r"(a{1,3}){2}",         r"([0-9a-f]{2}:){5}[0-9a-f]{2}", r"status=(4|5)\d+", "(", "[",
    ],
)  # fmt: skip
def test_what_people_write_is_not(pattern: str) -> None:
    assert not endless(pattern)


def test_what_is_allowed_is_quick() -> None:
    line = "= " * 500 + "!"
    began = time.perf_counter()
    Query(r"^\w* = .*= .*\d$", regex=True).passes(line)
    assert time.perf_counter() - began < 5
