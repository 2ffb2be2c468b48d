"""What is swept up: this home's leftovers, and nobody else's."""

import os
import tempfile
from pathlib import Path

import pytest

from runix_tui.engine.sweep import _folders

MARK, DOCKERFILE = "12ab34cd", ".runix-12ab34cd-Dockerfile"


def context(temporary: Path, name: str, dockerfile: str) -> Path:
    """A build's context, as the engine unpacks it."""
    folder = temporary / f"libpod_builder{name}"
    (folder / "build").mkdir(parents=True)
    (folder / "build" / dockerfile).touch()
    return folder


def test_finds_contexts_of_this_home_alone(tmp_path: Path) -> None:
    mine = context(tmp_path, "1", DOCKERFILE)
    context(tmp_path, "2", ".runix-99999999-Dockerfile")
    context(tmp_path, "3", "Dockerfile")
    assert _folders(tmp_path, MARK, DOCKERFILE) == [mine]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user for a moment")
def test_passes_over_what_another_user_builds() -> None:
    with tempfile.TemporaryDirectory(prefix="rx-") as name:  # pytest's own folders are closed to others
        temporary = Path(name)
        temporary.chmod(0o755)
        context(temporary, "1", DOCKERFILE).chmod(0o700)
        os.seteuid(65534)
        try:
            assert list(temporary.iterdir())
            assert _folders(temporary, MARK, DOCKERFILE) == []
        finally:
            os.seteuid(0)
