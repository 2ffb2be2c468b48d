"""A source with a home of its own, and where its log lines go."""

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

    async def refused(self, url: str, code: str, branch: str | None = None, root_dir: str = "") -> SourceError:
        with pytest.raises(SourceError) as caught:
            await self(url, branch, root_dir)
        assert (caught.value.code, bool(caught.value.hint)) == (code, True), caught.value
        return caught.value

    def _log(self, stream: str, line: str) -> None:
        assert stream == "runix"
        assert line.isprintable()
        self.lines.append(line)


@pytest.fixture
def fetch(tmp_path: Path) -> Fetcher:
    environ = {"HOME": str(tmp_path / "user"), "USER": "ada"}
    home = tmp_path / "runix"
    locations = Locations(home, home, home / "cache", home / "run")
    locations.prepare()
    return Fetcher(locations, environ)
