"""A bare repository of our own for each address, so that the next fetch brings only what is new. Blocking.

A mirror holds objects and nothing that could be run or shown: no remote, no credential, no hook. It is a cache: broken
or overgrown it is thrown away and made anew. A lock file serialises all who use one, threads and processes alike.
What may be deployed is never decided by what a mirror holds, but by what the server shows to this user now.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pygit2

from runix_tui.errors import SourceError
from runix_tui.source import faults
from runix_tui.source.libgit2 import Access
from runix_tui.source.objects import GIT_ERRORS, read_commit
from runix_tui.source.places import mirror_name
from runix_tui.source.refs import Choice, choose
from runix_tui.source.remote import Connection
from runix_tui.source.urls import Address
from runix_tui.source.worker import Stop

MAX_PACKS = 40  # libgit2 never repacks: beyond this a fresh shallow clone is cheaper to read
UNSHALLOW = 2**31 - 1  # GIT_FETCH_DEPTH_UNSHALLOW
KEPT = "refs/runix/"
LOCK = "lock"
LOCK_POLL = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Fetched:
    """A commit in a mirror. ``received`` is how many bytes came over the network."""

    repository: pygit2.Repository
    commit: pygit2.Commit
    choice: Choice
    received: int


@contextmanager
def locked(folder: Path, stop: Stop) -> Iterator[None]:
    """Nobody else uses this folder meanwhile. Waits, stoppable, for who does. Abandoned work loses the lock."""
    while True:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / LOCK).open("ab")
        try:
            while not _try_lock(lock.fileno()):
                stop.pause(LOCK_POLL)
            if _still_there(lock.fileno(), folder / LOCK):
                stop.holding(lock.close)
                yield
                return
        finally:
            lock.close()


def clear(folder: Path) -> None:
    """Throw all mirrors of a locked folder away."""
    for mirror in folder.glob("*.git"):
        shutil.rmtree(mirror, ignore_errors=True)


def branch_commit(folder: Path, access: Access, branch: str | None, stop: Stop) -> Fetched:
    """The newest commit of a branch, as the server shows it now, with its tree. The folder must be locked."""

    def bring(repository: pygit2.Repository) -> Fetched:
        connection = Connection(repository, access, stop)
        choice = choose(connection.listing(), branch, access.address)
        received = 0
        if choice.sha not in repository:
            source = f"refs/heads/{choice.branch}" if choice.branch else "HEAD"
            received = connection.fetch([f"+{source}:{KEPT}{_safe(source)}"], depth=1)
        return Fetched(repository, _commit(repository, choice.sha, access.address), choice, received)

    return _with_mirror(folder / mirror_name(access.address), access, stop, bring)


def exact_commit(folder: Path, access: Access, sha: str, stop: Stop) -> Fetched:
    """A certain commit, as submodules name them. Servers that don't give single commits are asked for all branches."""

    def bring(repository: pygit2.Repository) -> Fetched:
        received = 0
        if sha not in repository:
            received = _bring_exact(repository, access, sha, stop)
        return Fetched(repository, _commit(repository, sha, access.address), Choice(None, sha), received)

    return _with_mirror(folder / mirror_name(access.address), access, stop, bring)


def _bring_exact(repository: pygit2.Repository, access: Access, sha: str, stop: Stop) -> int:
    connection = Connection(repository, access, stop)
    listing = connection.listing()
    tip = next((name for name, head in sorted(listing.branches.items()) if head == sha), None)
    if tip is not None:
        return connection.fetch([f"+refs/heads/{tip}:{KEPT}{sha}"], depth=1)
    with suppress(SourceError):
        return connection.fetch([f"+{sha}:{KEPT}{sha}"], depth=1)
    stop.check()
    everything = UNSHALLOW if repository.is_shallow else 0
    again = Connection(repository, access, stop)
    again.listing()
    return again.fetch([f"+refs/heads/*:{KEPT}all/*", f"+refs/tags/*:{KEPT}tags/*"], depth=everything)


def _with_mirror(path: Path, access: Access, stop: Stop, bring: Callable[[pygit2.Repository], Fetched]) -> Fetched:
    """What ``bring`` gives with the mirror at ``path``; when that is broken, with a fresh one."""
    if repository := _open(path, access.max_bytes):
        try:
            return bring(repository)
        except SourceError as error:
            if error.code != faults.BROKEN or stop.abandoned:
                raise
        repository.free()
        shutil.rmtree(path, ignore_errors=True)
    try:
        return bring(pygit2.init_repository(str(path), bare=True))
    except SourceError:
        if not stop.abandoned:
            shutil.rmtree(path, ignore_errors=True)
        raise


def _open(path: Path, max_bytes: int) -> pygit2.Repository | None:
    """The mirror at ``path`` if it is there, whole at first sight and not overgrown; else the place is cleared."""
    packs = path / "objects/pack"
    with suppress(*GIT_ERRORS):
        repository = pygit2.Repository(str(path), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        for leftover in [*packs.glob("pack_git2_*"), *packs.glob("*.lock"), *path.glob("*.lock")]:
            leftover.unlink(missing_ok=True)
        sizes = [file.stat().st_size for file in packs.glob("*.pack")]
        if len(sizes) <= MAX_PACKS and sum(sizes) <= max_bytes:
            return repository
    shutil.rmtree(path, ignore_errors=True)
    return None


def _commit(repository: pygit2.Repository, sha: str, address: Address) -> pygit2.Commit:
    try:
        return read_commit(repository, sha)
    except GIT_ERRORS:
        raise faults.broken(address) from None


def _safe(ref: str) -> str:
    """A ref name of our own for theirs: names may clash on disk (``a`` and ``a/b`` at different times)."""
    return hashlib.sha256(ref.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_there(descriptor: int, path: Path) -> bool:
    """Whether the file that was locked is the one at ``path``: it may have been removed while we waited."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
