"""Trees become files on disk, and hostile trees do not."""

import os
import stat
from pathlib import Path

import pygit2
import pytest
from pygit2.enums import FileMode

from runix_tui.config import Git
from runix_tui.source import writer
from runix_tui.source.checkout import inside
from tests.fetchkit import Fetcher
from tests.gitkit import GitRepo, Link, Program

FILE, TREE, LINK = FileMode.BLOB, FileMode.TREE, FileMode.LINK


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo.git")


async def test_writes_what_git_has(fetch: Fetcher, repo: GitRepo) -> None:
    os.umask(0o077)
    try:
        repo.commit(
            {
                "run.sh": Program("#!/bin/sh\n"),
                "src/a.txt": "a\r\nb\n",
                "src/binary": bytes(range(256)),
                "src/link": Link("a.txt"),
                "src/deep/up": Link("../../run.sh"),
                "dangling": Link("nowhere"),
                ".gitattributes": "*.txt text eol=lf ident\nbig filter=lfs\n",
                "big": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
                "empty": "",
            },
            "first\nbody",
        )
        checkout = await fetch(repo.url)
    finally:
        os.umask(0o022)
    top = checkout.top
    assert checkout.root == top
    assert (top / "src/a.txt").read_bytes() == b"a\r\nb\n"
    assert (top / "src/binary").read_bytes() == bytes(range(256))
    assert (top / "src/link").readlink() == Path("a.txt")
    assert (top / "src/deep/up").read_text() == "#!/bin/sh\n"
    assert stat.S_IMODE((top / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((top / "src/a.txt").stat().st_mode) == 0o644
    assert stat.S_IMODE((top / "src").stat().st_mode) == 0o755
    assert not (top / ".git").exists()
    assert checkout.tracked == {"run.sh", "src/a.txt", "src/binary", ".gitattributes", "big", "empty"}
    assert checkout.commit is not None
    assert fetch.lines[0].startswith(f"Fetched {checkout.commit.short} first (main, ")
    assert "1 Git LFS pointers" in fetch.lines[1]


@pytest.mark.parametrize(
    "name",
    [b"..", b".", b"a/b", b"../../x", b"/etc/x", b".git", b".GIT", b".git.", b".Git "],
)
async def test_refuses_names_that_are_none(fetch: Fetcher, repo: GitRepo, name: bytes, tmp_path: Path) -> None:
    repo.commit_tree(repo.raw_tree([(FILE, name, repo.blob("x"))]))
    error = await fetch.refused(repo.url, "unsafe_tree")
    assert error.message.startswith(name.decode().strip())
    assert not (tmp_path / "x").exists()


async def test_refuses_twins_of_which_one_is_a_link(fetch: Fetcher, repo: GitRepo, tmp_path: Path) -> None:
    inner = repo.raw_tree([(FILE, b"planted", repo.blob("x"))])
    target = repo.blob(str(tmp_path))
    repo.commit_tree(repo.raw_tree([(LINK, b"a", target), (TREE, b"a", inner)]))
    assert (await fetch.refused(repo.url, "unsafe_tree")).message.startswith("a: ")
    repo.commit_tree(repo.raw_tree([(TREE, b"a", inner), (LINK, b"a", target)]), branch="two")
    await fetch.refused(repo.url, "unsafe_tree", "two")
    assert not (tmp_path / "planted").exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "sub/../../x", "../../../../../etc"])
async def test_refuses_links_that_leave_with_their_path(fetch: Fetcher, repo: GitRepo, target: str) -> None:
    repo.commit({"sub/ok": "x", "bad-link": Link(target)})
    error = await fetch.refused(repo.url, "unsafe_tree")
    assert error.message == "bad-link: the symlink leaves the repository"


async def test_a_link_may_leave_the_apps_folder_but_not_the_checkout(fetch: Fetcher, repo: GitRepo) -> None:
    repo.commit({"shared/x": "x", "app/x": Link("../shared/x")})
    checkout = await fetch(repo.url, root_dir="app")
    assert (checkout.root / "x").read_text() == "x"
    assert checkout.tracked == frozenset()
    assert fetch.source.tree(checkout.root).text("x") is None


async def test_links_do_not_make_a_root_dir_outside(fetch: Fetcher, repo: GitRepo) -> None:
    repo.commit({"app/main.py": "x", "alias": Link("app"), "file": "x"})
    assert (await fetch(repo.url, root_dir="/app/")).tracked == {"main.py"}
    assert (await fetch(repo.url, root_dir="alias")).root.resolve().name == "app"
    for wrong in ("nope", "file", "../x", "app/../..", "app/../app", "a\0b", "-x", "x" * 300):
        error = await fetch.refused(repo.url, "root_dir_not_found", root_dir=wrong)
        assert "app" in error.hint


async def test_bounds_the_size_before_it_is_in_memory(fetch: Fetcher, repo: GitRepo) -> None:
    fetch.config = Git(max_bytes=1024**2)
    repo.commit({"a": b"\0" * 600_000, "b": b"\0" * 600_001})
    assert "1 MiB" in (await fetch.refused(repo.url, "too_large")).message
    bomb = GitRepo(repo.path.with_name("bomb.git"))
    bomb.commit({"huge": b"\0" * 50_000_000})
    await fetch.refused(bomb.url, "too_large")
    links = GitRepo(repo.path.with_name("links.git"))
    links.commit_tree(links.raw_tree([(LINK, b"l", links.blob("x" * 5000))]))
    await fetch.refused(links.url, "unsafe_tree")


async def test_bounds_a_tree_that_holds_itself_many_times(
    fetch: Fetcher, repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MAX_ENTRIES", 2000)
    tree = repo.raw_tree([(FILE, b"f", repo.blob("x"))])
    for _ in range(10):
        tree = repo.raw_tree([(TREE, b"d%d" % n, tree) for n in range(10)])
    repo.commit_tree(tree)
    assert "2000" in (await fetch.refused(repo.url, "too_large")).message


async def test_bounds_the_depth(fetch: Fetcher, repo: GitRepo) -> None:
    tree = repo.raw_tree([(FILE, b"f", repo.blob("x"))])
    for _ in range(1500):
        tree = repo.raw_tree([(TREE, b"d", tree)])
    repo.commit_tree(tree)
    await fetch.refused(repo.url, "too_large")


async def test_a_name_too_long_for_the_disk(fetch: Fetcher, repo: GitRepo) -> None:
    repo.commit_tree(repo.raw_tree([(FILE, b"x" * 300, repo.blob("x"))]))
    await fetch.refused(repo.url, "disk")


async def test_names_that_are_not_utf8_and_names_with_control_characters(fetch: Fetcher, repo: GitRepo) -> None:
    entries = [(FILE, name, repo.blob("x")) for name in (b"\x1b[31mred\n", b"-rf", b"caf\xe9", b"ok")]
    repo.commit_tree(repo.raw_tree(entries), "sub\x1bject \xff")
    checkout = await fetch(repo.url)
    names = sorted(os.fsencode(path.name) for path in checkout.top.iterdir())
    assert names == [b"\x1b[31mred\n", b"-rf", b"caf\xe9", b"ok"]
    assert checkout.tracked == {"\x1b[31mred\n", "-rf", "ok"}
    assert checkout.commit is not None
    assert checkout.commit.subject.isprintable()


async def test_objects_that_are_missing_or_of_another_kind(fetch: Fetcher, repo: GitRepo) -> None:
    nowhere = pygit2.Oid(hex="12" * 20)
    wrong = [(FILE, nowhere), (TREE, nowhere), (TREE, repo.blob("x")), (FILE, repo.raw_tree([])), (LINK, nowhere)]
    for number, (mode, oid) in enumerate(wrong):
        repo.commit_tree(repo.raw_tree([(mode, b"f", oid)]), branch=f"b{number}")
        await fetch.refused(repo.url, "repository_broken", f"b{number}")


def test_paths_inside_a_folder() -> None:
    paths = ["a", "app/b", "app/c/d", "apple/e", "app/\udcff"]
    assert inside(".", paths) == {"a", "app/b", "app/c/d", "apple/e"}
    assert inside("app", paths) == {"b", "c/d"}
    assert inside("app/c", paths) == {"d"}
