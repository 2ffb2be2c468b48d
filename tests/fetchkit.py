"""A source with a home of its own, for tests: fetches into fresh folders and keeps what the log said."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runix_tui.config import Git
from runix_tui.core.ports import Checkout, Remote
from runix_tui.errors import SourceError
from runix_tui.locations import Locations
from runix_tui.source.source import GitSource


@dataclass
class Fetcher:
    """Fetches into fresh folders, keeping what the log said."""

    locations: Locations
    environ: dict[str, str]
    config: Git = field(default_factory=Git)
    lines: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def source(self) -> GitSource:
        return GitSource(self.locations, self.config, self.environ)

    async def __call__(self, url: str, branch: str | None = None, root_dir: str = "") -> Checkout:
        normal, secret = self.source.parse(url)
        self.count += 1
        into = self.locations.checkouts / str(self.count)
        self.lines.clear()
        try:
            return await self.source.fetch(Remote(normal, branch, root_dir, secret), into, self._log)
        except BaseException:
            assert not into.exists()  # a fetch that failed leaves nothing
            raise

    async def check(self, url: str, branch: str | None = None, timeout: float = 10) -> None:  # noqa: ASYNC109 - the port's
        normal, secret = self.source.parse(url)
        await self.source.check(Remote(normal, branch, "", secret), timeout=timeout)

    async def refused(self, url: str, code: str, branch: str | None = None, root_dir: str = "") -> SourceError:
        with pytest.raises(SourceError) as caught:
            await self(url, branch, root_dir)
        assert (caught.value.code, bool(caught.value.hint)) == (code, True), caught.value
        return caught.value

    def _log(self, stream: str, line: str) -> None:
        assert stream == "runix"
        assert line.isprintable()
        self.lines.append(line)


def fetcher(home: Path, **environ: str) -> Fetcher:
    """A source whose home, and whose user's home, are in the folder ``home``."""
    state = home / "runix"
    locations = Locations(state, state, state / "cache", state / "run")
    locations.prepare()
    (home / "user").mkdir(exist_ok=True)
    return Fetcher(locations, {"HOME": str(home / "user"), "USER": "ada", **environ})
