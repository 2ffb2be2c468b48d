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


def size_of(repository: pygit2.Repository, oid: pygit2.Oid) -> int:
    """An object's size in bytes, by its header: a small pack can hold an object that fills the memory."""
    _, size, *_ = repository.odb.read_header(oid)
    return int(size)


def read_blob(repository: pygit2.Repository, oid: pygit2.Oid) -> bytes:
    """An object's bytes. Ask :func:`size_of` first."""
    return bytes(repository.odb.read(oid)[1])
