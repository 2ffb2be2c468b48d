"""Reading single objects out of a repository whose content nobody vouches for. Blocking."""

import pygit2
from pygit2.enums import ObjectType

GIT_ERRORS = (pygit2.GitError, KeyError, ValueError, OSError)
"""Everything that pygit2 raises for a repository that is not there, not whole or not sound."""


def read_commit(repository: pygit2.Repository, sha: str) -> pygit2.Commit:
    """A commit whose tree is there (tags are peeled). Raises one of ``GIT_ERRORS``."""
    found = repository[sha].peel(ObjectType.COMMIT)
    if not isinstance(found, pygit2.Commit):
        raise KeyError(sha)
    found.tree  # noqa: B018 - reads it: a commit without its tree is no use
    return found


def blob_size(repository: pygit2.Repository, oid: pygit2.Oid) -> int:
    """A blob's size in bytes, by its header: a small pack can hold a blob that fills the memory. Raises ``KeyError``
    for an object that is no blob."""
    kind, size, *_ = repository.odb.read_header(oid)
    if kind != ObjectType.BLOB:
        raise KeyError(oid)
    return int(size)


def read_blob(repository: pygit2.Repository, oid: pygit2.Oid) -> bytes:
    """A blob's bytes. Ask :func:`blob_size` first."""
    return bytes(repository.odb.read(oid)[1])


def check_tree(repository: pygit2.Repository, oid: pygit2.Oid) -> None:
    """Raise ``KeyError`` for an object that is no tree: pygit2 would read it as an empty one."""
    if repository.odb.read_header(oid)[0] != ObjectType.TREE:
        raise KeyError(oid)
