"""Folders as they are typed, and what becomes of them."""

from pathlib import Path

import pytest

from runix_tui.errors import InvalidRequest
from runix_tui.tui import paths


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a repository, a plain folder, a hidden one and a file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for folder in ("src/my-api/.git", "src/my-site", "src/other", "src/.cache"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "src/my-api/.git/HEAD").write_text("ref: refs/heads/feature/cart\n")
    (tmp_path / "src/my-file").touch()
    return tmp_path


def test_folders_are_offered_as_one_would_type_them(home: Path) -> None:
    assert [each.text for each in paths.completions("~/src/my", home)] == ["~/src/my-api", "~/src/my-site"]
    assert [each.text for each in paths.completions("src/", home)] == ["src/my-api", "src/my-site", "src/other"]
    assert [each.text for each in paths.completions(f"{home}/src/O", home)] == [f"{home}/src/other"]
    assert [each.text for each in paths.completions("~", home)] == ["~/src"]


def test_what_begins_so_comes_before_what_only_has_it(home: Path) -> None:
    (home / "src/an-other").mkdir()
    assert [each.text for each in paths.completions("src/other", home)] == ["src/other", "src/an-other"]


def test_repositories_are_marked_with_their_branch(home: Path) -> None:
    api, site = paths.completions("~/src/my", home)
    assert (api.git, api.branch) == (True, "feature/cart")
    assert (site.git, site.branch) == (False, None)


def test_hidden_folders_are_offered_when_asked_for(home: Path) -> None:
    assert [each.text for each in paths.completions("src/.c", home)] == ["src/.cache"]


def test_where_one_stands_is_offered_when_it_is_a_repository(home: Path) -> None:
    assert paths.completions("", home / "src/my-api") == [paths.Folder(".", git=True, branch="feature/cart")]
    assert paths.completions("", home / "src") == []


@pytest.mark.parametrize("typed", ["https://git.example/x", "/nowhere/x", "~nobody-here/x", "a\0b"])
def test_nothing_to_offer(home: Path, typed: str) -> None:
    assert paths.completions(typed, home) == []


def test_files_are_offered_where_a_file_is_wanted(home: Path) -> None:
    (home / "src/.env").touch()
    assert paths.files("src/", home)[0].text == "src/.env"
    assert "src/my-api/" in [each.text for each in paths.files("src/my", home)]


def test_a_folder_becomes_absolute_with_its_branch(home: Path) -> None:
    found = paths.source_of("~/src/my-api", home)
    assert (found.repo_url, found.branch) == (str((home / "src/my-api").resolve()), "feature/cart")
    assert paths.source_of("src/my-site", home).branch is None


def test_the_variables_beside_a_folders_code_are_found(home: Path) -> None:
    (home / "src/my-site/.env").touch()
    assert paths.source_of("src/my-site", home).env_file == (home / "src/my-site/.env").resolve()
    assert paths.source_of("src/my-api", home).env_file is None


@pytest.mark.parametrize("typed", ["https://git.example/x.git", "git@git.example:x/y.git", "file:///x"])
def test_addresses_stay_as_they_are(home: Path, typed: str) -> None:
    assert paths.source_of(f" {typed} ", home) == paths.Source(typed)


@pytest.mark.parametrize("typed", ["src/nothing", "", "src/my-file"])
def test_what_is_neither_folder_nor_address(home: Path, typed: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        paths.source_of(typed, home)
    assert caught.value.errors[0].path == "repo_url"


def test_the_branch_of_a_folder_below_a_work_tree(home: Path) -> None:
    main = home / "src/my-api/.git"
    (main / "worktrees/fix").mkdir(parents=True)
    (main / "worktrees/fix/HEAD").write_text("ref: refs/heads/fix\n")
    tree = home / "src/fix/deep"
    tree.mkdir(parents=True)
    (tree.parent / ".git").write_text(f"gitdir: {main}/worktrees/fix\n")
    assert paths.checked_out(tree) == "fix"
    (main / "HEAD").write_text("c0ffee1\n")
    assert paths.checked_out(home / "src/my-api") is None


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("https://git", False),
        ("https://git.example/", False),
        ("https://git.example/x", True),
        ("~/x", True),
        ("", False),
    ],
)
def test_an_address_is_asked_about_when_it_may_be_whole(typed: str, whole: bool) -> None:
    assert paths.looks_whole(typed) is whole


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("~/src/my-a", "~/src/my-api"),
        ("~/src/api", "~/src/my-api"),
        ("~/src/my-", None),
        ("~/src/my-api", None),
        ("~/src", None),
        (".", None),
        ("https://git.example/x", None),
    ],
)
def test_the_only_folder_that_can_be_meant(home: Path, typed: str, one: str | None) -> None:
    found = paths.only_one(typed, home)
    assert (found.text if found else None) == one


def test_where_one_stands_is_meant_before_anything_is_typed(home: Path) -> None:
    found = paths.only_one("", home / "src/my-api")
    assert found is not None
    assert found.text == "."
    assert paths.only_one("", home) is None
