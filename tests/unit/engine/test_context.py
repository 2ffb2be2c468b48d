import io
import os
import tarfile
from pathlib import Path

import pytest

from runix_tui.engine import context


def tar(folder: Path | None, files: dict[str, bytes] | None = None, leave_out: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    context.write(out, folder, files or {}, leave_out)
    return out.getvalue()


def members(data: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: member for member in archive}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "b/inner").mkdir(parents=True)
    (folder / "b/inner/file").write_bytes(b"x" * 3_000_000)
    (folder / "a.sh").write_text("#!/bin/sh\n")
    (folder / "a.sh").chmod(0o700)
    (folder / "c.txt").write_text("ü")
    (folder / "c.txt").chmod(0o600)
    (folder / "link").symlink_to("c.txt")
    (folder / "nowhere").symlink_to("gone")
    return folder


def test_the_same_tree_gives_the_same_bytes(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for path in sorted(tree.rglob("*"), reverse=True):  # another order on disk
        target = copy / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            target.symlink_to(path.readlink())
        elif path.is_file():
            target.write_bytes(path.read_bytes())
            target.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    for folder in (tree, copy):
        for path in (folder, *folder.rglob("*")):
            os.utime(path, (1, 1_700_000_000), follow_symlinks=False)
    assert tar(tree) == tar(copy)


def test_entries_are_sorted_owned_by_root_and_have_one_of_two_modes(tree: Path) -> None:
    found = members(tar(tree))
    assert list(found) == ["a.sh", "b", "b/inner", "b/inner/file", "c.txt", "link", "nowhere"]
    assert {(member.uid, member.gid, member.uname) for member in found.values()} == {(0, 0, "")}
    assert found["a.sh"].mode == 0o755
    assert found["c.txt"].mode == 0o644
    assert found["b"].mode == 0o755
    assert found["link"].issym()
    assert found["link"].linkname == "c.txt"
    assert found["b/inner/file"].size == 3_000_000


def test_times_are_kept_for_what_a_web_server_makes_of_them(tree: Path) -> None:
    os.utime(tree / "c.txt", (1, 1_700_000_000))
    assert members(tar(tree))["c.txt"].mtime == 1_700_000_000


def test_hard_links_are_files_of_their_own(tree: Path) -> None:
    os.link(tree / "c.txt", tree / "d.txt")
    assert members(tar(tree))["d.txt"].isreg()


def test_pipes_and_sockets_are_left_out(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    assert "pipe" not in members(tar(tree))


def test_names_are_left_out_at_the_top_alone(tree: Path) -> None:
    (tree / "b/c.txt").write_text("")
    found = members(tar(tree, leave_out=("c.txt", "inner")))
    assert "c.txt" not in found
    assert "b/c.txt" in found
    assert "b/inner/file" in found


def test_files_of_ours_lie_beside_the_tree(tree: Path) -> None:
    data = tar(tree, {"Dockerfile.ours": b"FROM x"})
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        content = archive.extractfile("Dockerfile.ours")
        assert content is not None
        assert content.read() == b"FROM x"
    assert list(members(tar(None, {"only": b""}))) == ["only"]


def test_long_and_odd_names_survive(tmp_path: Path) -> None:
    name = "ä" * 100 + "\n.txt"
    (tmp_path / name).write_text("")
    assert name in members(tar(tmp_path))


async def test_the_stream_is_the_whole_tar(tree: Path) -> None:
    chunks = [chunk async for chunk in context.stream(tree, {"f": b"1"}, ())]
    assert b"".join(chunks) == tar(tree, {"f": b"1"})
    assert len(chunks) > 1, "sent while it is made"


async def test_a_reader_that_stops_ends_the_writer(tree: Path) -> None:
    stream = context.stream(tree, {}, ())
    await anext(stream)
    await stream.aclose()  # hangs, or leaks the pipe, when the writer goes on


async def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        async for _ in context.stream(tmp_path / "nowhere", {}, ()):
            pass
