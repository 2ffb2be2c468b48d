"""Which branch is taken."""

import pytest

from runix_tui.errors import SourceError
from runix_tui.source.refs import Choice, Listing, choose, listing_of
from runix_tui.source.urls import parse

ADDRESS = parse("https://host/a")[0]
A, B, C = "a" * 40, "b" * 40, "c" * 40


def take(branch: str | None = None, **listing: object) -> Choice:
    return choose(Listing(**listing), branch, ADDRESS)  # type: ignore[arg-type]


def test_main_is_taken_unless_another_is_named() -> None:
    branches = {"main": A, "dev": B}
    assert take(branches=branches, default="dev", head=B) == Choice("main", A)
    assert take("dev", branches=branches) == Choice("dev", B)
    assert take("refs/heads/dev", branches=branches) == Choice("dev", B)


def test_without_main_the_repositorys_default_is_taken_and_said() -> None:
    choice = take(branches={"trunk": A, "dev": B}, default="trunk", head=A)
    assert (choice.branch, choice.sha) == ("trunk", A)
    assert "trunk" in choice.note


def test_an_old_server_does_not_say_which_branch_head_is() -> None:
    assert take(branches={"x": A, "y": B}, head=B).branch == "y"
    assert take(branches={"only": A}, default="gone").branch == "only"
    detached = take(branches={"x": A, "y": B}, head=C)
    assert (detached.branch, detached.sha) == (None, C)


@pytest.mark.parametrize(
    "name", ["nope", "", "-x", "--upload-pack=x", "a b", "a/../b", "x" * 5000, "\udcff", "refs/tags/t"]
)
def test_a_branch_that_is_not_there(name: str) -> None:
    with pytest.raises(SourceError) as caught:
        take(name, branches={"main": A, "dev/x": B})
    assert caught.value.code == "branch_not_found"
    assert "dev/x, main" in caught.value.hint
    caught.value.message.encode()
    assert len(caught.value.message) < 200


def test_a_tag_is_no_branch() -> None:
    with pytest.raises(SourceError) as caught:
        take("v1", branches={"main": A}, tags=frozenset({"v1"}))
    assert "tag" in caught.value.hint


def test_a_tag_named_like_a_branch_changes_nothing() -> None:
    refs = {"HEAD": A, "refs/heads/main": A, "refs/tags/main": B, "refs/tags/main^{}": C, "refs/pull/1/head": B}
    listing = listing_of(refs, A, "refs/heads/main")
    assert listing == Listing({"main": A}, frozenset({"main"}), "main", A)
    assert choose(listing, "main", ADDRESS).sha == A


def test_empty_and_undecided_repositories() -> None:
    with pytest.raises(SourceError) as caught:
        take(branches={})
    assert caught.value.code == "repository_empty"
    with pytest.raises(SourceError) as caught:
        take(branches={"a": A, "b": B})
    assert caught.value.code == "branch_not_found"
    assert "a, b" in caught.value.hint
