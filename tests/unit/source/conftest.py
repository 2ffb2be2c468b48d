"""What tests of the source share."""

from pathlib import Path

import pytest

from tests.fetchkit import Fetcher, fetcher


@pytest.fixture
def fetch(tmp_path: Path) -> Fetcher:
    return fetcher(tmp_path)
