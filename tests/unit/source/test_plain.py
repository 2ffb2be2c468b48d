"""Folders without git."""

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from runix_tui.config import Git
from runix_tui.core.ports import Remote
from runix_tui.errors import InvalidRequest, SourceError
from tests.fetchkit import Fetcher


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "app"
    (made / "src/deep").mkdir(parents=True)
    (made / "main.py").write_text("print()")
    (made / "src/deep/run").write_text("#!/bin/sh")
    (made / "src/deep/run").chmod(0o700)
    return made


async def test_copies_the_files_as_they_are(fetch: Fetcher, folder: Path) -> None:
    (folder / "src/link").symlink_to("deep/run")
    (folder / "empty").mkdir()
    (folder / ".env").write_text("A=1")
    checkout = await fetch(str(folder))
    assert (checkout.commit, checkout.branch, checkout.tracked) == (None, None, None)
    assert (checkout.root / "src/link").read_text() == "#!/bin/sh"
    assert stat.S_IMODE((checkout.root / "src/deep/run").stat().st_mode) == 0o755
    assert stat.S_IMODE((checkout.root / "main.py").stat().st_mode) == 0o644
    assert (checkout.root / "empty").is_dir()
    assert (checkout.root / ".env").read_text() == "A=1"
    assert fetch.lines[0].startswith("Copied 3 files of a folder without git (")
    again = await fetch(f"file://{folder}", root_dir="src")
    assert (again.root / "deep/run").exists()
    await fetch.refused(str(folder), "root_dir_not_found", root_dir="nope")


async def test_leaves_out_what_tools_make_again_and_says_so(fetch: Fetcher, folder: Path) -> None:
    for path in ("venv/pyvenv.cfg", "node_modules/x/y.js", "web/node_modules/z.js", "src/__pycache__/a.pyc"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    (folder / "venv/python").symlink_to("/usr/bin/python3")
    (folder / "package.json").write_text("{}")
    checkout = await fetch(str(folder))
    files = {path.relative_to(checkout.top).as_posix() for path in checkout.top.rglob("*") if path.is_file()}
    assert files == {"main.py", "package.json", "src/deep/run", "web/node_modules/z.js"}
    assert fetch.lines[0] == "Left out: node_modules/, venv/, src/__pycache__/"


async def test_leaves_out_what_is_no_file(fetch: Fetcher, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "s"))
        checkout = await fetch(str(folder))
    assert not (checkout.top / "pipe").exists()
    assert fetch.lines[0] == "Left out: pipe, s"


async def test_leaves_out_runixs_own_folders(fetch: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    fetch.locations.token_file.write_text("canary")
    checkout = await fetch(str(tmp_path))
    assert not list(checkout.top.rglob("token"))
    assert "Left out: runix/" in fetch.lines[0]


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret"])
async def test_refuses_links_that_leave(fetch: Fetcher, folder: Path, target: str) -> None:
    (folder / "src/bad").symlink_to(target if target[0] == "/" else f"../{target}")
    assert (await fetch.refused(str(folder), "unsafe_tree")).message.startswith("src/bad: ")


async def test_is_bounded(fetch: Fetcher, folder: Path) -> None:
    fetch.config = Git(max_bytes=1024**2)
    with (folder / "big").open("wb") as stream:
        stream.truncate(1024**2 + 1)
    await fetch.refused(str(folder), "too_large")


async def test_a_file_that_grows_is_copied_as_long_as_it_was(fetch: Fetcher, folder: Path) -> None:
    grows, done = folder / "grows", threading.Event()
    grows.write_bytes(b"x" * 1000)

    def write() -> None:
        while not done.is_set():
            with grows.open("ab") as stream:
                stream.write(b"x" * 1000)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            checkout = await fetch(str(folder))
            assert (checkout.top / "grows").stat().st_size >= 1000
    finally:
        done.set()
        writer.join()


async def test_a_file_that_cannot_be_read_is_named(
    fetch: Fetcher, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, opened = os.fsencode(folder / "src/deep/run"), os.open

    def open_(path: bytes | str, *more: int, **named: int) -> int:
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return opened(path, *more, **named)

    monkeypatch.setattr(os, "open", open_)
    assert (await fetch.refused(str(folder), "unreadable")).message == "src/deep/run cannot be read: Permission denied"


@pytest.mark.parametrize("path", ["/proc", "/proc/self", "/sys/kernel", "/dev"])
async def test_what_the_kernel_shows_is_no_app(fetch: Fetcher, path: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(path)
    for named in (path, str(tmp_path / "link")):
        error = await fetch.refused(named, "not_an_app")
        assert "shows the kernel's state" in error.message
    with pytest.raises(InvalidRequest) as refused:
        await fetch.check(path)
    assert [one.path for one in refused.value.errors] == ["repo_url"]


async def test_places_that_are_no_folder_to_deploy(fetch: Fetcher, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    await fetch.refused(str(tmp_path / "absent"), "repository_not_found")
    await fetch.refused(str(folder / "main.py"), "repository_not_found")
    await fetch.refused(str(tmp_path / "empty"), "repository_empty")
    await fetch.refused(str(folder), "branch_not_found", "main")
    await fetch.refused("/" + "x" * 300, "unreadable")


async def test_into_must_not_exist(fetch: Fetcher, folder: Path) -> None:
    (fetch.locations.checkouts / "1").mkdir()
    (fetch.locations.checkouts / "1/kept").write_text("")
    with pytest.raises(SourceError) as caught:
        await fetch.source.fetch(Remote(str(folder)), fetch.locations.checkouts / "1", print)
    assert caught.value.code == "disk"
    assert (fetch.locations.checkouts / "1/kept").exists()
