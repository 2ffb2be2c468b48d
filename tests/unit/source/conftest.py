"""What tests of the source share."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.fetchkit import Fetcher, fetcher

settings.register_profile("source", deadline=None)  # a busy machine is slow now and then
settings.load_profile("source")


@pytest.fixture
def fetch(tmp_path: Path) -> Fetcher:
    return fetcher(tmp_path)
