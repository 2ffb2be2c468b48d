"""A home for the bootstrap's tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from runix_tui.locations import Locations, locate


@pytest.fixture
def locations(tmp_path: Path) -> Iterator[Locations]:
    found = locate({"RUNIX_HOME": str(tmp_path / "home")})
    found.prepare()
    yield found
    shutil.rmtree(found.runtime, ignore_errors=True)
