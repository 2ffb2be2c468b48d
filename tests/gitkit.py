"""Git repositories for tests, made with pygit2: ordinary ones, and such as no git would make."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType

ZERO_TIME = 1_700_000_000


@dataclass(frozen=True)
class Link:
    """A symlink's target."""

    target: str


@dataclass(frozen=True)
class Program:
    """A file that may be executed."""

    text: str


@dataclass(frozen=True)
class Submodule:
    """A gitlink: the commit that a submodule is at."""

    sha: str


Content = str | bytes | Link | Program | Submodule


def git(folder: Path, *argv: str) -> str:
    """What git itself says, run in ``folder``; for what only a real git does."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.test")
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(folder), *who, *argv]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environ, timeout=60).stdout


class GitRepo:
    """A bare repository at ``path``, or with a work tree. ``commit`` takes a whole tree: path → content."""

    def __init__(self, path: Path, *, bare: bool = True, head: str = "main") -> None:
        self.path = path
        self.git = pygit2.init_repository(str(path), bare=bare, initial_head=head)
        self.url = str(path)

    def commit(
        self, files: Mapping[str, Content], message: str = "a commit", *, branch: str = "main", check_out: bool = False
    ) -> str:
        """A commit on top of ``branch``; its sha."""
        index = pygit2.Index()
        for path, content in files.items():
            index.add(pygit2.IndexEntry(path, self._object(content), _mode(content)))
        sha = self.commit_tree(index.write_tree(self.git), message, branch=branch)
        if check_out:
            self.git.checkout(f"refs/heads/{branch}", strategy=pygit2.enums.CheckoutStrategy.FORCE)
        return sha

    def commit_tree(self, tree: pygit2.Oid, message: str = "a commit", *, branch: str = "main") -> str:
        """A commit of a tree that is in the object database already."""
        who = pygit2.Signature("Ada", "ada@example.test", ZERO_TIME, 0)
        name = f"refs/heads/{branch}"
        old = self.git.references.get(name)
        # The object is written raw: libgit2 refuses to make a commit of a tree that it finds wrong
        lines = [f"tree {tree}", *([f"parent {old.target}"] if old else [])]
        lines += [f"{role} {who.name} <{who.email}> {who.time} +0000" for role in ("author", "committer")]
        oid = self.git.odb.write(ObjectType.COMMIT, ("\n".join(lines) + f"\n\n{message}\n").encode())
        self.git.references.create(name, oid, force=True)
        return str(oid)

    def blob(self, data: str | bytes) -> pygit2.Oid:
        """A blob in the object database."""
        return self.git.create_blob(data.encode() if isinstance(data, str) else data)

    def raw_tree(self, entries: Sequence[tuple[int, bytes, pygit2.Oid]]) -> pygit2.Oid:
        """A tree of exactly these entries, in this order, however wrong."""
        data = b"".join(b"%o %s\0" % (mode, name) + oid.raw for mode, name, oid in entries)
        return self.git.odb.write(ObjectType.TREE, data)

    def _object(self, content: Content) -> pygit2.Oid:
        match content:
            case Submodule(sha):
                return pygit2.Oid(hex=sha)
            case Link(text) | Program(text):
                return self.blob(text)
            case _:
                return self.blob(content)


def _mode(content: Content) -> FileMode:
    match content:
        case Submodule():
            return FileMode.COMMIT
        case Link():
            return FileMode.LINK
        case Program():
            return FileMode.BLOB_EXECUTABLE
        case _:
            return FileMode.BLOB
