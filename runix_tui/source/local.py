"""Repositories and folders on this machine: which of the two a path is, its branches, what is uncommitted. Blocking.

A repository here is read where it is: no copy of its objects is made. A folder inside a work tree is that repository,
seen from this folder; one that the repository knows nothing of is a folder without git.
"""

from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import BranchType, FileStatus, RepositoryOpenFlag

from runix_tui.errors import SourceError
from runix_tui.source import faults
from runix_tui.source.objects import GIT_ERRORS
from runix_tui.source.plain import unreadable
from runix_tui.source.refs import HEADS, Listing
from runix_tui.source.said import plain, some
from runix_tui.source.urls import Address

_KERNEL = (Path("/proc"), Path("/sys"), Path("/dev"))
_MEMORY = Path("/dev/shm")  # noqa: S108 - the one folder below them that holds people's files
_UNCHANGED = FileStatus.CURRENT | FileStatus.IGNORED


@dataclass(frozen=True, slots=True)
class Place:
    """A folder on this machine. ``repository`` is None without git; ``prefix`` is the folder within its work tree.

    ``untracked``: there is a repository around the folder, which does not have it.
    """

    folder: Path
    repository: pygit2.Repository | None = None
    prefix: str = ""
    untracked: bool = False


def look(address: Address) -> Place:
    """What is at a local address. Raises ``SourceError`` when there is no folder, or an empty one."""
    folder = Path(address.path)
    try:
        if not folder.is_dir():
            raise faults.no_folder(folder.exists())
        if kernels := _of_the_kernel(folder.resolve()):
            raise faults.not_on_disk(kernels)
        empty = next(folder.iterdir(), None) is None
    except OSError as error:
        raise unreadable(address.path, error) from error
    place = _in_git(folder)
    if place.repository is None and empty:
        raise faults.empty(address)
    return place


def _of_the_kernel(folder: Path) -> Path | None:
    """Which of the kernel's own folders this is in."""
    if folder.is_relative_to(_MEMORY):
        return None
    return next((kernels for kernels in _KERNEL if folder.is_relative_to(kernels)), None)


def listing(repository: pygit2.Repository) -> Listing:
    """The branches, and what HEAD is. Raises ``SourceError`` for a repository that is damaged."""
    try:
        return _listing(repository)
    except GIT_ERRORS as error:
        raise _unsound(Path(repository.path), error) from None


def _listing(repository: pygit2.Repository) -> Listing:
    branches: dict[str, str] = {}
    for raw in repository.raw_listall_branches(BranchType.LOCAL):
        name = raw.decode("utf-8", "surrogateescape")
        try:
            branches[name] = str(repository.lookup_reference(HEADS + name).resolve().target)
        except (*GIT_ERRORS, UnicodeError):
            continue  # a ref that is broken, or that Python can't name
    tags = frozenset(name.removeprefix("refs/tags/") for name in repository.references if name.startswith("refs/tags/"))
    if repository.head_is_unborn:
        return Listing(branches, tags)
    head = str(repository.head.target)
    return Listing(branches, tags, None if repository.head_is_detached else repository.head.shorthand, head)


def uncommitted(place: Place) -> list[str]:
    """Files under the folder that differ from the checked-out commit, or are new, and are not ignored."""
    repository = place.repository
    if repository is None or repository.is_bare:
        return []
    under = f"{place.prefix}/" if place.prefix else ""
    try:
        found = repository.status(untracked_files="all").items()
    except GIT_ERRORS:
        return []
    return sorted(path.removeprefix(under) for path, flags in found if path.startswith(under) and flags & ~_UNCHANGED)


def remark(place: Place, shown: Listing, branch: str | None) -> str:
    """What of the folder is not deployed, for the log; empty when all of it is."""
    if place.repository is None or place.repository.is_bare:
        return ""
    if shown.default != branch:
        return f"The folder has {shown.default or 'no branch'} checked out; what is deployed is {branch}, as committed"
    files = uncommitted(place)
    if not files:
        return ""
    are = "file is" if len(files) == 1 else "files are"
    return f"{len(files)} uncommitted {are} not deployed: {some(files)}"


def _in_git(folder: Path) -> Place:
    try:
        found = pygit2.discover_repository(str(folder))
        repository = pygit2.Repository(found, RepositoryOpenFlag.NO_SEARCH) if found else None
    except GIT_ERRORS as error:
        raise _unsound(folder, error) from None
    if repository is None:
        return Place(folder)
    if repository.is_bare:
        inside = Path(repository.path).resolve() != folder.resolve()
        return Place(folder) if inside else Place(folder, repository)
    workdir = Path(repository.workdir).resolve()
    if not folder.resolve().is_relative_to(workdir):  # core.worktree names another place
        return Place(folder)
    prefix = folder.resolve().relative_to(workdir).as_posix()
    if prefix == "." or _tracked(repository, prefix):
        return Place(folder, repository, "" if prefix == "." else prefix)
    return Place(folder, untracked=True)


def _tracked(repository: pygit2.Repository, prefix: str) -> bool:
    """Whether the checked-out commit has this folder."""
    try:
        entry = repository.revparse_single("HEAD").peel(pygit2.Tree)[prefix]
    except GIT_ERRORS:
        return False
    return isinstance(entry, pygit2.Tree)


def _unsound(folder: Path, error: Exception) -> SourceError:
    return SourceError(
        f"the git repository of {plain(str(folder))} cannot be opened: {plain(str(error))}",
        hint="Run `git status` there and mend what it says.",
        code=faults.BROKEN,
    )
