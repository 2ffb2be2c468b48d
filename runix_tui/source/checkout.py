"""A commit's tree, read for a checkout: files as they are in git, and nothing that could act or lead away. Blocking.

No ``.git``, no hooks, no filters: line endings and LFS pointers stay what they are in the objects. Names that are no
names are refused with their path. How things get to disk, and the bounds, are :mod:`.writer`'s business.
"""

import os
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pygit2
from pygit2.enums import FileMode

from runix_tui.source import faults
from runix_tui.source.objects import GIT_ERRORS, blob_size, check_tree, read_blob
from runix_tui.source.urls import Address
from runix_tui.source.writer import Writer

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
LFS_SIZE = 200  # bytes: a pointer is about 130
MAX_TARGET = 4096  # bytes of a symlink's target: Linux' PATH_MAX


@dataclass(frozen=True, slots=True)
class Gitlink:
    """Where a submodule belongs: its path from the checkout's top, and the commit that it is at."""

    path: str
    sha: str


@dataclass(slots=True)
class Written:
    """What one tree came to: paths from the checkout's top."""

    files: list[str] = field(default_factory=list)
    submodules: list[Gitlink] = field(default_factory=list)
    lfs: list[str] = field(default_factory=list)


def write_tree(
    writer: Writer, repository: pygit2.Repository, tree: pygit2.Tree, address: Address, under: str = ""
) -> Written:
    """Write a tree's files into the folder ``under``, which is there. Raises ``SourceError``."""
    written = Written()
    try:
        for path, entry in _walk(writer, tree, os.fsencode(under)):
            _entry(writer, repository, path, entry, written)
    except GIT_ERRORS:
        raise faults.broken(address) from None
    return written


def _walk(writer: Writer, tree: pygit2.Tree, under: bytes) -> Iterator[tuple[bytes, pygit2.Object]]:
    """Every entry, a folder before what is in it. Without recursion: the depth is the stranger's choice."""
    pending = [(under, tree)]
    while pending:
        folder, current = pending.pop()
        seen: set[bytes] = set()
        for entry in current:
            name = entry.raw_name or b""
            path = folder + b"/" + name if folder else name
            _check_name(name, path, seen)
            yield path, entry
            if entry.filemode == FileMode.TREE:
                pending.append((path, _as_tree(entry)))


def _entry(writer: Writer, repository: pygit2.Repository, path: bytes, entry: pygit2.Object, written: Written) -> None:
    mode = entry.filemode
    if mode in {FileMode.TREE, FileMode.COMMIT}:
        if mode == FileMode.TREE:
            check_tree(repository, entry.id)
        writer.expect(path, 0)
        writer.folder(path)
        if mode == FileMode.COMMIT:
            written.submodules.append(Gitlink(os.fsdecode(path), str(entry.id)))
        return
    size = blob_size(repository, entry.id)
    writer.expect(path, size)
    if mode == FileMode.LINK:
        if size > MAX_TARGET:
            raise faults.unsafe(path, "the symlink's target is no path")
        writer.link(path, read_blob(repository, entry.id))
        return
    data = read_blob(repository, entry.id)
    writer.file(path, (data,), executable=mode == FileMode.BLOB_EXECUTABLE)
    name = os.fsdecode(path)
    written.files.append(name)
    if size < LFS_SIZE and data.startswith(LFS_POINTER):
        written.lfs.append(name)


def _as_tree(entry: pygit2.Object) -> pygit2.Tree:
    if not isinstance(entry, pygit2.Tree):
        raise KeyError(entry.id)
    return entry


def _check_name(name: bytes, path: bytes, seen: set[bytes]) -> None:
    """Refuse names that git itself never writes, and twins, of which one would be written through the other."""
    if not name or name in {b".", b".."} or b"/" in name or b"\0" in name:
        raise faults.unsafe(path, "is no name of a file")
    if name.rstrip(b" .").lower() == b".git":
        raise faults.unsafe(path, "a tree may not bring a .git of its own")
    if name in seen:
        raise faults.unsafe(path, "is in its folder twice")
    seen.add(name)


def inside(root: str, paths: Iterable[str]) -> frozenset[str]:
    """Those of ``paths`` that are under the folder ``root``, relative to it. Names that are not UTF-8 are left out."""
    prefix = "" if root in {"", "."} else f"{posixpath.normpath(root)}/"
    kept = (path.removeprefix(prefix) for path in paths if path.startswith(prefix))
    return frozenset(path for path in kept if is_text(path))


def is_text(path: str) -> bool:
    """Whether a file's name is UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
