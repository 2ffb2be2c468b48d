"""Names of images, as people write them, made fully qualified: what is pulled must not depend on the host."""

import re

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# The grammar of references in the distribution project (reference/regexp.go), without what engines do not pull.


def normalise(reference: str) -> str:
    """``nginx`` as ``docker.io/library/nginx:latest``. A tag beside a digest is dropped: engines refuse both together.

    Raises ``ValueError`` for what is no name at a registry: a transport (``oci:``, ``docker-archive:``), an id, a path.
    """
    name, at, digest = reference.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise ValueError(f"{reference} has no sha256 digest after @")
    name, tag = _split_tag(name)
    domain, path = _split_domain(name)
    if not _DOMAIN.fullmatch(domain) or not _PATH.fullmatch(path) or (tag is not None and not _TAG.fullmatch(tag)):
        raise ValueError(f"{reference} is not the name of an image")
    return f"{domain}/{path}@{digest}" if at else f"{domain}/{path}:{tag or 'latest'}"


def _split_tag(name: str) -> tuple[str, str | None]:
    head, colon, tag = name.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (name, None)


def _split_domain(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        return "docker.io", name if slash else f"library/{name}"
    if first == "index.docker.io":
        first = "docker.io"
    return first, rest if "/" in rest or first != "docker.io" else f"library/{rest}"
