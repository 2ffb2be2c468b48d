"""What planning may see of a checkout."""

from pathlib import Path

import pytest

from runix_tui.core.ports import MAX_TEXT
from runix_tui.source.tree import MAX_MATCHES, FolderTree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    for path in (
        "a.py",
        "src/b.py",
        "src/deep/c.py",
        "src/deep/d.txt",
        ".hidden/e.py",
        "node_modules/x/f.py",
        ".git/g.py",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"text of {path}\n")
    (tmp_path / "secret.py").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/o.py").write_text("secret")
    return folder


def test_texts(root: Path) -> None:
    tree = FolderTree(root)
    (root / "bom").write_bytes(b"\xef\xbb\xbfhello")
    (root / "latin").write_bytes(b"caf\xe9")
    (root / "large").write_text("x" * (MAX_TEXT + 1))
    (root / "full").write_text("x" * MAX_TEXT)
    (root / "empty").write_text("")
    assert tree.text("a.py") == "text of a.py\n"
    assert tree.text("src/../a.py") == "text of a.py\n"
    assert tree.text("bom") == "hello"
    assert tree.text("empty") == ""
    assert len(tree.text("full") or "") == MAX_TEXT
    for nothing in ("latin", "large", "src", "absent", "", "a.py/x", "\0", "x" * 5000):
        assert tree.text(nothing) is None
    assert [tree.size(path) for path in ("large", "empty", "absent", "src", "\0")] == [
        MAX_TEXT + 1,
        0,
        None,
        None,
        None,
    ]


def test_links_are_followed_within_the_tree_only(root: Path) -> None:
    (root / "in").symlink_to("src/b.py")
    (root / "out").symlink_to("../secret.py")
    (root / "absolute").symlink_to(root.parent / "secret.py")
    (root / "loop").symlink_to("loop")
    (root / "dir").symlink_to("../outside")
    (root / "indir").symlink_to("src")
    tree = FolderTree(root)
    assert tree.text("in") == "text of src/b.py\n"
    assert tree.text("indir/b.py") == "text of src/b.py\n"
    for path in (
        "out",
        "absolute",
        "loop",
        "dir/o.py",
        "../secret.py",
        str(root.parent / "secret.py"),
        "../app/../secret.py",
    ):
        assert tree.text(path) is None
        assert not tree.exists(path)
    assert tree.glob("*.py") == ("a.py",)
    assert tree.glob("o*") == ()
    assert tree.glob("in*") == ("in",)
    assert "dir/o.py" not in tree.glob("**/*.py")


def test_a_root_that_is_reached_by_a_link(root: Path) -> None:
    (root.parent / "alias").symlink_to(root)
    assert FolderTree(root.parent / "alias").text("a.py")


def test_a_pipe_does_not_hold_the_reader(root: Path) -> None:
    import os

    os.mkfifo(root / "pipe")
    tree = FolderTree(root)
    assert tree.text("pipe") is None
    assert not tree.exists("pipe")
    assert tree.glob("p*") == ()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.py", ("a.py",)),
        ("**/*.py", (".hidden/e.py", "a.py", "src/b.py", "src/deep/c.py")),
        ("src/**/*.py", ("src/b.py", "src/deep/c.py")),
        ("src/**", ("src/b.py", "src/deep/c.py", "src/deep/d.txt")),
        ("*/b.py", ("src/b.py",)),
        ("**/deep/*", ("src/deep/c.py", "src/deep/d.txt")),
        ("src/deep/[cd].*", ("src/deep/c.py", "src/deep/d.txt")),
        ("node_modules/*/f.py", ("node_modules/x/f.py",)),
        ("src", ()),
        ("", ()),
        ("../*", ()),
        ("src/../../*", ()),
        ("/etc/*", ()),
    ],
)
def test_globs(root: Path, pattern: str, found: tuple[str, ...]) -> None:
    assert FolderTree(root).glob(pattern) == found


def test_globs_agree_with_pathlib(root: Path) -> None:
    for pattern in ("*.py", "**/*.py", "src/**/*.py", "*/*.py", "**/deep/*.txt", "**/c.py"):
        theirs = {path.relative_to(root).as_posix() for path in root.glob(pattern) if path.is_file()}
        assert set(FolderTree(root).glob(pattern)) == {
            path for path in theirs if not path.startswith((".git/", "node_"))
        }


def test_globs_are_bounded(root: Path) -> None:
    for number in range(MAX_MATCHES + 10):
        (root / f"{number:05}.txt").touch()
    assert len(FolderTree(root).glob("*.txt")) == MAX_MATCHES
    assert len(FolderTree(root).glob("**/" * 50 + "*.txt")) == MAX_MATCHES


def test_entries_are_sorted_and_text(root: Path) -> None:
    (root / "file").write_text("")
    (root / "link").symlink_to("src")
    (root / "caf\udce9").write_text("")
    assert FolderTree(root).entries() == (".git/", ".hidden/", "a.py", "file", "link", "node_modules/", "src/")
    assert FolderTree(root / "absent").entries() == ()


def test_paths_through_links(root: Path) -> None:
    (root / "src/l").symlink_to("deep")
    (root / "dangling").symlink_to("nowhere")
    tree = FolderTree(root)
    assert not tree.through_link("src/deep/c.py")
    assert not tree.through_link("./absent/x")
    for path in ("src/l", "src/l/c.py", "dangling", "../x", "/etc", "a\0b"):
        assert tree.through_link(path)


def test_the_head_of_a_file_of_any_size(root: Path) -> None:
    tree = FolderTree(root)
    (root / "large").write_text("x" * (MAX_TEXT + 1))
    (root / "cut").write_bytes(b"\xef\xbb\xbf" + b"x" * 4092 + "é".encode())
    assert tree.head("large") == "x" * 4096
    assert tree.head("cut") == "x" * 4092 + "\ufffd"
    assert tree.head("missing") == ""
    assert tree.head("../secret.py") == ""
