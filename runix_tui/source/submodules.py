"""Submodules of a checkout: our own walk over ``.gitmodules``, bounded in depth and number. Blocking.

libgit2's own update follows any address, ``file:///`` too; it is never called.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pygit2
from pygit2.enums import FileMode

from runix_tui.config import Git
from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest, SourceError
from runix_tui.source import faults, gitmodules, mirror
from runix_tui.source.checkout import Gitlink, Written, write_tree
from runix_tui.source.credentials import Credentials, Userinfo
from runix_tui.source.gitmodules import Module
from runix_tui.source.libgit2 import Access
from runix_tui.source.objects import GIT_ERRORS, blob_size, read_blob, read_commit
from runix_tui.source.said import plain
from runix_tui.source.urls import Address, parse
from runix_tui.source.worker import Stop
from runix_tui.source.writer import Writer

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Parent:
    """A tree that was written, whose submodules are wanted. ``under`` is its folder from the checkout's top."""

    repository: pygit2.Repository
    tree: pygit2.Tree
    address: Address
    userinfo: Userinfo | None
    written: Written
    under: str = ""
    depth: int = 0


@dataclass(slots=True)
class Submodules:
    """Brings the submodules of one checkout. ``mirrors`` is a locked folder for their mirrors."""

    config: Git
    credentials: Credentials
    environ: Mapping[str, str] = field(repr=False)
    mirrors: Path
    writer: Writer
    stop: Stop
    say: Say
    count: int = 0

    def bring(self, parent: Parent) -> Written:
        """Write all submodules of ``parent``, and theirs. Gives what was written beside the parent's own files."""
        together = Written()
        if not parent.written.submodules:
            return together
        modules = _modules_of(parent)
        for link in sorted(parent.written.submodules, key=lambda each: each.path):
            module = modules.get(link.path.removeprefix(f"{parent.under}/" if parent.under else ""))
            if module is None or module.skipped:
                self.say(f"Submodule {plain(link.path)} is left empty: .gitmodules has no address to fetch it from")
                continue
            brought = self._one(parent, link, module)
            together.files += brought.files
            together.lfs += brought.lfs
        return together

    def _one(self, parent: Parent, link: Gitlink, module: Module) -> Written:
        self._count(parent, link)
        repository, commit, address, userinfo = self._commit(parent, link, module)
        written = write_tree(self.writer, repository, commit.tree, address, link.path)
        self.say(f"Fetched submodule {plain(link.path)} at {str(commit.id)[:7]}")
        child = Parent(repository, commit.tree, address, userinfo, written, link.path, parent.depth + 1)
        deeper = self.bring(child)
        return Written([*written.files, *deeper.files], [], [*written.lfs, *deeper.lfs])

    def _count(self, parent: Parent, link: Gitlink) -> None:
        self.stop.check()
        self.count += 1
        if self.count > self.config.max_submodules:
            raise _bounded(link, f"there are more than {self.config.max_submodules}", "git.max_submodules")
        if parent.depth >= self.config.submodule_depth:
            deep = f"they are nested deeper than {self.config.submodule_depth}"
            raise _bounded(link, deep, "git.submodule_depth")

    def _commit(
        self, parent: Parent, link: Gitlink, module: Module
    ) -> tuple[pygit2.Repository, pygit2.Commit, Address, Userinfo | None]:
        if parent.address.local and (kept := _checked_out(parent.repository, module, link.sha)):
            return *kept, _beside(parent, module)[0], None
        address, secret = _beside(parent, module)
        userinfo = Userinfo(address, secret) if secret else parent.userinfo
        if address.local:
            return *_local_commit(address, link), address, None
        strangers = address.origin != parent.address.origin and not parent.address.local
        access = Access(address, self.credentials, self.environ, userinfo, self.config.max_bytes, strangers, self.say)
        try:
            fetched = mirror.exact_commit(self.mirrors, access, link.sha, self.stop)
        except SourceError as error:
            raise _named(error, link) from None
        return fetched.repository, fetched.commit, address, userinfo


def _modules_of(parent: Parent) -> dict[str, Module]:
    try:
        entry = parent.tree[gitmodules.NAME]
    except KeyError:
        return {}
    if entry.filemode not in {FileMode.BLOB, FileMode.BLOB_EXECUTABLE}:
        raise faults.unsafe(gitmodules.NAME, "is no plain file")
    try:
        if blob_size(parent.repository, entry.id) > gitmodules.MAX_FILE:
            raise faults.unsafe(gitmodules.NAME, f"is larger than {gitmodules.MAX_FILE // 1024} KiB")
        return gitmodules.read(read_blob(parent.repository, entry.id))
    except GIT_ERRORS:
        raise faults.broken(parent.address) from None


def _beside(parent: Parent, module: Module) -> tuple[Address, Secret | None]:
    """A submodule's address. A relative one in a clone on this machine is relative to where the clone came from."""
    base = parent.address
    if base.local and module.url.startswith(("./", "../")):
        base = _origin_of(parent) or base
    return gitmodules.address_of(module, base)


def _origin_of(parent: Parent) -> Address | None:
    try:
        return parse(str(parent.repository.config["remote.origin.url"]))[0]
    except (*GIT_ERRORS, InvalidRequest):
        return None


def _checked_out(
    repository: pygit2.Repository, module: Module, sha: str
) -> tuple[pygit2.Repository, pygit2.Commit] | None:
    """The submodule's commit in ``.git/modules``, where git keeps those of a local clone."""
    modules = Path(repository.path) / "modules"
    place = (modules / module.name).resolve()
    if not place.is_relative_to(modules.resolve()):
        return None
    try:
        kept = pygit2.Repository(str(place), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        return kept, read_commit(kept, sha)
    except GIT_ERRORS:
        return None


def _local_commit(address: Address, link: Gitlink) -> tuple[pygit2.Repository, pygit2.Commit]:
    try:
        repository = pygit2.Repository(address.path)
        return repository, read_commit(repository, link.sha)
    except GIT_ERRORS:
        raise _named(faults.not_found(address), link) from None


def _bounded(link: Gitlink, what: str, setting: str) -> SourceError:
    return SourceError(
        f"{plain(link.path)}: the submodules are refused: {what}",
        hint=f"Raise {setting} in config.toml if that is meant.",
        code="submodule_refused",
    )


def _named(error: SourceError, link: Gitlink) -> SourceError:
    """The same error, with the submodule that it is about."""
    return SourceError(
        f"submodule {plain(link.path)}: {error.message}",
        hint=error.hint,
        code=error.code,
        transient=error.transient,
        evidence=error.evidence,
    )
