"""Sizes for people."""

import pytest

from runix_tui.core.human import size


@pytest.mark.parametrize(("count", "shown"), [(None, "–"), (0, "0 MiB"), (2**29, "512 MiB"), (2**31, "2.0 GiB")])
def test_size(count: int | None, shown: str) -> None:
    assert size(count) == shown
