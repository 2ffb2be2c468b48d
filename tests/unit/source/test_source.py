"""The room's front door."""

import subprocess
import sys
from pathlib import Path

import pytest

from runix_tui.core.ports import Remote, Source, SourceTree
from runix_tui.errors import InvalidRequest, SourceError
from runix_tui.source.source import GitSource
from tests.fetchkit import Fetcher


def test_is_light_to_import() -> None:
    program = "import sys, runix_tui.source.source as s; print('pygit2' in sys.modules, 'podman' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]


def test_keeps_to_the_ports(fetch: Fetcher, tmp_path: Path) -> None:
    source: Source = fetch.source
    tree: SourceTree = source.tree(tmp_path)
    assert isinstance(source, GitSource)
    assert tree.entries() == ("runix/", "user/")


def test_parses_to_a_url_and_a_secret(fetch: Fetcher) -> None:
    url, secret = fetch.source.parse("https://u:p@Host/a/")
    assert url == "https://host/a"
    assert secret is not None
    assert secret.reveal() == "u:p"
    assert fetch.source.parse(url) == (url, None)


async def test_an_address_that_is_none(fetch: Fetcher, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        await fetch.source.check(Remote("ext::sh"), timeout=1)
    with pytest.raises(SourceError):
        await fetch.source.fetch(Remote("ext::sh"), tmp_path / "into", print)
    fetch.source.forget("ext::sh")
