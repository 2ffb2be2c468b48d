import pytest

from runix_tui.plan.images import normalise

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("reference", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("python:3.11-slim", "docker.io/library/python:3.11-slim"),
        ("bitnami/redis:7", "docker.io/bitnami/redis:7"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/library/nginx:1", "docker.io/library/nginx:1"),
        ("ghcr.io/owner/app", "ghcr.io/owner/app:latest"),
        ("localhost:5000/app:dev", "localhost:5000/app:dev"),
        ("localhost/app", "localhost/app:latest"),
        (f"nginx:1@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
        ("containers-storage:x", "docker.io/library/containers-storage:x"),  # a name like any other, never a transport
        ("0123456789ab", "docker.io/library/0123456789ab:latest"),
    ],
)
def test_a_name_becomes_fully_qualified(reference: str, full: str) -> None:
    assert normalise(reference) == full


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "docker://nginx",
        "docker-archive:/etc/passwd",
        "oci:/var/lib/x",
        "dir:/etc",
        "/etc/passwd",
        "../x",
        "Nginx:latest",
        "nginx:",
        "nginx@sha256:short",
        "a b",
        "nginx:ta g",
        "-x",
        "x/../y",
    ],
)
def test_what_is_no_name_at_a_registry_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        normalise(reference)
