"""Git, and folders without git: what is fetched, and what planning sees of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from runix_tui.core.models import Commit
from runix_tui.core.ports.log import LogSink
from runix_tui.core.secret import Secret

MAX_TEXT = 256 * 1024  # bytes of a file that planning reads


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository to reach. ``credential`` is the user info that came with the URL (``user:password``), kept apart."""

    url: str  # normalised, without user info
    branch: str | None = None
    root_dir: str = ""
    credential: Secret | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    """A fetched tree on disk. ``root`` is the app's folder (``root_dir`` applied) inside ``top``, the whole checkout.

    ``tracked`` are the paths of the files that git tracks, relative to ``root`` (None for a folder without git).
    """

    top: Path
    root: Path
    commit: Commit | None
    branch: str | None
    tracked: frozenset[str] | None


class SourceTree(Protocol):
    """A read-only, bounded view of a checkout: what planning sees. Paths are relative, with ``/``."""

    def exists(self, path: str) -> bool:
        """Whether there is a file of this path."""
        ...

    def size(self, path: str) -> int | None:
        """A file's bytes, or None when there is no such file."""
        ...

    def text(self, path: str) -> str | None:
        """A file's text (UTF-8, at most :data:`MAX_TEXT` bytes, a byte order mark dropped), or None when there is no
        such text."""
        ...

    def head(self, path: str) -> str:
        """The first 4 KiB of a file of any size (what is no UTF-8 as U+FFFD); empty when there is none."""
        ...

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Paths of files that match, sorted, bounded; ``**`` as in pathlib. Never leaves the tree."""
        ...

    def entries(self) -> tuple[str, ...]:
        """Names at the top, folders with a trailing ``/``, sorted."""
        ...

    def through_link(self, path: str) -> bool:
        """Whether the path itself, or a folder on the way to it, is a symbolic link (also one that leads nowhere). What
        the engine would resolve on the host must not go through one (CVE-2024-1753)."""
        ...


class Source(Protocol):
    """Git, and folders without git."""

    def parse(self, repo_url: str) -> tuple[str, Secret | None]:
        """A user's ``repo_url`` as ``(normalised url without user info, user info)``. Pure.

        Raises ``InvalidRequest`` on ``repo_url`` for what is not https, ssh, scp-style, ``file://`` or an absolute
        folder (``ext::``, options, …)."""
        ...

    async def check(self, remote: Remote, *, timeout: float) -> None:
        """List the remote's refs within ``timeout`` seconds.

        Raises ``InvalidRequest`` on ``repo_url`` or ``branch`` (not found, needs credentials, empty, no such branch);
        returns silently on a time-out or network fault, which the stage ``fetching`` reports."""
        ...

    async def fetch(self, remote: Remote, into: Path, log: LogSink) -> Checkout:
        """Bring the branch's tree into ``into`` (which must not exist). Raises ``SourceError``."""
        ...

    def tree(self, root: Path) -> SourceTree:
        """The read-only view of a checkout's folder."""
        ...

    def forget(self, url: str) -> None:
        """Drop the cached mirror of a repository that no deployment uses any more."""
        ...
