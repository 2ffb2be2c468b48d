import pytest

from runix_tui.engine.registry import qualified


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.11-slim", "docker.io/library/python:3.11-slim"),
        ("bitnami/redis:7", "docker.io/bitnami/redis:7"),
        ("docker.io/python:3", "docker.io/library/python:3"),
        ("docker.io/library/python:3", "docker.io/library/python:3"),
        ("ghcr.io/a/b", "ghcr.io/a/b:latest"),
        ("localhost:5000/x", "localhost:5000/x:latest"),
        ("localhost/x:1", "localhost/x:1"),
        ("python@sha256:" + "0" * 64, "docker.io/library/python@sha256:" + "0" * 64),
    ],
)
def test_names_are_made_whole_as_dockerfiles_mean_them(written: str, whole: str) -> None:
    assert qualified(written) == whole
    assert qualified(whole) == whole
