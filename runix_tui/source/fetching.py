"""The story of a fetch: where it comes from, which commit, its files on disk, its submodules, what the log says of it.

Blocking, and heavy to import (libgit2): :mod:`.source` runs it in a thread.
"""

import posixpath
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pygit2

from runix_tui.config import Git
from runix_tui.core.models import Commit
from runix_tui.core.ports import Checkout, Remote
from runix_tui.errors import SourceError
from runix_tui.source import faults, libgit2, local, mirror, plain
from runix_tui.source.checkout import Written, inside, write_tree
from runix_tui.source.credentials import Credentials, Userinfo
from runix_tui.source.libgit2 import Access
from runix_tui.source.objects import GIT_ERRORS, read_commit
from runix_tui.source.places import mirror_folder
from runix_tui.source.refs import Choice, choose
from runix_tui.source.remote import Connection
from runix_tui.source.said import describe, some
from runix_tui.source.submodules import Parent, Submodules
from runix_tui.source.urls import Address
from runix_tui.source.worker import Stop
from runix_tui.source.writer import Writer


@dataclass(frozen=True, slots=True)
class Found:
    """The commit to deploy, where it can be read. ``prefix`` is the folder within a local work tree that was named."""

    repository: pygit2.Repository
    commit: pygit2.Commit
    choice: Choice
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Fetching:
    """One look at, or fetch of, one repository. ``skip`` are folders that no copy of a plain folder takes along."""

    address: Address
    remote: Remote
    config: Git
    environ: Mapping[str, str] = field(repr=False)
    mirrors: Path
    skip: frozenset[Path]
    stop: Stop
    say: Callable[[str], None]
    ca_bundle: Path | None = None
    started: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Raise ``SourceError`` when there is nothing to deploy at this address."""
        self._configure()
        if self.address.local:
            place = local.look(self.address)
            self._branch_of(place)
            return
        with tempfile.TemporaryDirectory(prefix="runix-refs-") as folder:
            nowhere = pygit2.init_repository(folder, bare=True)
            shown = Connection(nowhere, self._access(), self.stop).listing()
            choose(shown, self.remote.branch, self.address)

    def fetch(self, into: Path) -> Checkout:
        """Write the branch's tree to ``into``; after a fault the caller clears what is there."""
        self._configure()
        return self._fetch_local(into) if self.address.local else self._fetch_remote(into)

    def _configure(self) -> None:
        libgit2.configure(self.environ, timeout=self.config.timeout, ca_bundle=self.ca_bundle)

    # --- a server ---

    def _fetch_remote(self, into: Path) -> Checkout:
        folder = mirror_folder(self.mirrors, self.address)
        with mirror.locked(folder, self.stop):
            try:
                return self._from_mirror(folder, into)
            except SourceError as error:
                if error.code != faults.BROKEN or not into.exists() or self.stop.abandoned:
                    raise
            # The mirror was whole at first sight only: once more, from nothing
            mirror.clear(folder)
            shutil.rmtree(into, ignore_errors=True)
            return self._from_mirror(folder, into)

    def _from_mirror(self, folder: Path, into: Path) -> Checkout:
        fetched = mirror.branch_commit(folder, self._access(), self.remote.branch, self.stop)
        return self._write(into, Found(fetched.repository, fetched.commit, fetched.choice))

    def _access(self) -> Access:
        credentials = Credentials(self.config, self.environ)
        return Access(self.address, credentials, self.environ, self._userinfo(), self.config.max_bytes, say=self.say)

    def _userinfo(self) -> Userinfo | None:
        return Userinfo(self.address, self.remote.credential) if self.remote.credential else None

    # --- this machine ---

    def _fetch_local(self, into: Path) -> Checkout:
        place = local.look(self.address)
        choice = self._branch_of(place)
        if place.repository is None or choice is None:
            return self._copy(place, into)
        if remark := local.remark(place, local.listing(place.repository), choice.branch):
            self.say(remark)
        try:
            commit = read_commit(place.repository, choice.sha)
        except GIT_ERRORS:
            raise faults.broken(self.address) from None
        with mirror.locked(mirror_folder(self.mirrors, self.address), self.stop):  # its submodules may need mirrors
            return self._write(into, Found(place.repository, commit, choice, place.prefix))

    def _branch_of(self, place: local.Place) -> Choice | None:
        if place.repository is not None:
            return choose(local.listing(place.repository), self.remote.branch, self.address)
        if self.remote.branch is not None:
            branch = self.remote.branch
            raise faults.not_committed(branch) if place.untracked else faults.no_git(branch)
        return None

    def _copy(self, place: local.Place, into: Path) -> Checkout:
        writer = Writer(into, self.config.max_bytes, self.stop)
        copied = plain.copy(place.folder, writer, self.skip, self.stop)
        writer.finish()
        root = self._root(into, "")
        if copied.left_out:
            self.say(f"Left out: {some(copied.left_out)}")
        kind = "that its repository does not track" if place.untracked else "without git"
        self.say(f"Copied {copied.files} files of a folder {kind} ({self._took()})")
        return Checkout(into, root, None, None, None)

    # --- both ---

    def _write(self, into: Path, found: Found) -> Checkout:
        if found.choice.note:
            self.say(found.choice.note)
        self.stop.check()
        writer = Writer(into, self.config.max_bytes, self.stop)
        written = write_tree(writer, found.repository, found.commit.tree, self.address)
        more = self._submodules(writer, found, written)
        writer.finish()
        root = self._root(into, found.prefix)
        shown = describe(found.commit)
        self._report(shown, found.choice, [*written.lfs, *more.lfs])
        tracked = inside(root.relative_to(into).as_posix(), [*written.files, *more.files])
        return Checkout(into, root, shown, found.choice.branch, tracked)

    def _submodules(self, writer: Writer, found: Found, written: Written) -> Written:
        credentials = Credentials(self.config, self.environ)
        mirrors = mirror_folder(self.mirrors, self.address)
        submodules = Submodules(self.config, credentials, self.environ, mirrors, writer, self.stop, self.say)
        return submodules.bring(Parent(found.repository, found.commit.tree, self.address, self._userinfo(), written))

    def _took(self) -> str:
        return f"{time.monotonic() - self.started:.2f} s"

    def _report(self, commit: Commit, choice: Choice, lfs: list[str]) -> None:
        self.say(f"Fetched {commit.short} {commit.subject} ({choice.branch or 'HEAD'}, {self._took()})")
        if lfs:
            self.say(f"{len(lfs)} Git LFS pointers are deployed as they are, without what they point to: {some(lfs)}")

    def _root(self, top: Path, prefix: str) -> Path:
        """The app's folder in the checkout. Raises ``SourceError`` when ``root_dir`` is none of its folders."""
        if not _is_folder(top / prefix, top):
            raise faults.no_root_dir(prefix, [])
        wanted = self.remote.root_dir.strip("/")
        root = top / posixpath.normpath(posixpath.join(prefix, wanted))
        if ".." in wanted.split("/") or not _is_folder(root, top):
            folders = [entry.name for entry in (top / prefix).iterdir() if entry.is_dir()]
            raise faults.no_root_dir(wanted, folders)
        return root


def _is_folder(place: Path, top: Path) -> bool:
    """Whether ``place`` is a folder that is really inside ``top``."""
    try:
        return place.is_dir() and place.resolve().is_relative_to(top.resolve())
    except (OSError, ValueError):  # a name too long, or with a NUL
        return False
