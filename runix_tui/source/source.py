"""``core.ports.Source`` over git and plain folders. Light to import: libgit2 loads at the first fetch, in a thread."""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runix_tui.config import Git
from runix_tui.core.activity import UNTOLD, Activity, ActivitySource, Note
from runix_tui.core.ports import Checkout, LogSink, Remote, SourceTree
from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest, SourceError
from runix_tui.locations import Locations
from runix_tui.source.places import mirror_folder
from runix_tui.source.said import plain
from runix_tui.source.tree import FolderTree
from runix_tui.source.urls import FIELD, Address, parse
from runix_tui.source.worker import Stop, Threads

if TYPE_CHECKING:
    from runix_tui.source.fetching import Fetching

STREAM = "runix"
MAX_LINE = 1000  # characters of a log line


class GitSource:
    """Repositories and folders. ``ca_bundle`` is trusted beside what the environment names (``SSL_CERT_FILE``)."""

    def __init__(
        self,
        locations: Locations,
        config: Git,
        environ: Mapping[str, str] = os.environ,
        *,
        ca_bundle: Path | None = None,
        activity: Activity = UNTOLD,
    ) -> None:
        self._activity = activity
        self._locations = locations
        self._config = config
        self._environ = environ
        self._ca_bundle = ca_bundle
        self._threads = Threads()

    def parse(self, repo_url: str) -> tuple[str, Secret | None]:
        """``(normalised url, user info)``; an ssh user name without a password stays in the URL. Raises
        ``InvalidRequest``."""
        address, secret = parse(repo_url)
        return str(address), secret

    async def check(self, remote: Remote, *, timeout: float) -> None:  # noqa: ASYNC109 - the port's signature
        """Raise ``InvalidRequest`` on ``repo_url`` or ``branch`` when this can't be deployed; a passing fault of the
        network, or no answer within ``timeout`` seconds, is no answer."""
        address, _ = parse(remote.url)
        stop = Stop(timeout)

        def work() -> None:
            self._fetching(address, remote, stop, lambda _: None).check()

        try:
            with self._doing("list refs", address):
                await self._threads.run(work, stop)
        except SourceError as error:
            if error.transient:
                return
            field = "branch" if error.code == "branch_not_found" else FIELD
            raise InvalidRequest.of(field, error.message, hint=error.hint, code=error.code) from error

    async def fetch(self, remote: Remote, into: Path, log: LogSink) -> Checkout:
        """Bring the branch's tree into ``into`` (which must not exist). Raises ``SourceError``."""
        try:
            address, _ = parse(remote.url)
        except InvalidRequest as error:
            raise SourceError(error.message, hint=error.hint, code="repository_not_found") from error
        _must_be_new(into)
        stop = Stop(self._config.timeout)
        loop = asyncio.get_running_loop()

        def say(line: str) -> None:
            if not stop.asked:
                loop.call_soon_threadsafe(log, STREAM, plain(line, MAX_LINE))

        def work() -> Checkout:
            return self._fetching(address, remote, stop, say).fetch(into)

        try:
            with self._doing("fetch", address) as note:
                found = await self._threads.run(work, stop)
                note(f"{found.commit.short} {plain(found.commit.subject, MAX_LINE)}" if found.commit else "")
                return found
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, into, ignore_errors=True)
            raise

    def tree(self, root: Path) -> SourceTree:
        """The read-only view of a checkout's folder."""
        return FolderTree(root)

    def forget(self, url: str) -> None:
        """Drop the cached mirror of a repository that no deployment uses any more."""
        with suppress(InvalidRequest):
            shutil.rmtree(mirror_folder(self._locations.mirrors, parse(url)[0]), ignore_errors=True)

    def _doing(self, action: str, address: Address) -> AbstractContextManager[Note]:
        return self._activity.doing(ActivitySource.GIT, action, str(address))

    def _fetching(self, address: Address, remote: Remote, stop: Stop, say: Callable[[str], None]) -> "Fetching":
        from runix_tui.source.fetching import Fetching

        own = self._locations
        return Fetching(
            address=address,
            remote=remote,
            config=self._config,
            environ=self._environ,
            mirrors=own.mirrors,
            skip=frozenset(folder.resolve() for folder in (own.config, own.state, own.cache, own.runtime)),
            stop=stop,
            say=say,
            ca_bundle=self._ca_bundle,
        )


def _must_be_new(into: Path) -> None:
    if into.exists():
        raise SourceError(f"{into} is there already", hint="Fetch into a new folder.", code="disk")
