"""Sizes for people."""

import pytest

from runix_tui.core.human import size, took


@pytest.mark.parametrize(("count", "shown"), [(None, "–"), (0, "0 MiB"), (2**29, "512 MiB"), (2**31, "2.0 GiB")])
def test_size(count: int | None, shown: str) -> None:
    assert size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, "–"), (0.04, "0.0 s"), (31, "31.0 s"), (125, "2 min 5 s"), (7380, "2 h 3 min")]
)
def test_took(seconds: float | None, shown: str) -> None:
    assert took(seconds) == shown
