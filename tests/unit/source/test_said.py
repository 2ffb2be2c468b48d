"""Remote text is harmless before it is shown."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from runix_tui.source.said import describe, plain, some
from tests.gitkit import GitRepo


@given(st.text() | st.binary(), st.integers(5, 300))
def test_plain_text_is_one_printable_line(text: str | bytes, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    shown.encode()


def test_sequences_of_a_terminal_lose_their_power() -> None:
    assert plain("a\x1b[31mb\x1b]0;title\x07\r\nc\u202e\u200b") == "a[31mb]0;title c"


def test_some_names_of_many() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some([str(n) for n in range(9)], 2) == "0, 1 and 7 more"


def test_a_commit_as_history_shows_it(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "r")
    sha = repo.commit({"a": "a"}, "\n\nfix \x1b[1mcart\x07 total\n\nbody")
    shown = describe(repo.git[sha])
    assert (shown.sha, shown.subject, shown.author) == (sha, "fix [1mcart total", "Ada")
    assert shown.authored_at is not None
    assert shown.authored_at.isoformat() == "2023-11-14T22:13:20+00:00"


def test_a_commit_that_no_git_would_make(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "r")
    tree = repo.raw_tree([])
    raw = (
        b"tree %s\nauthor \xff\x1b <x> 99999999999999999 +9999\ncommitter y <y> 1 +0000\nencoding nope\n\n\xff\xfe"
        % str(tree).encode()
    )
    from pygit2.enums import ObjectType

    shown = describe(repo.git[repo.git.odb.write(ObjectType.COMMIT, raw)])
    assert shown.authored_at is None
    assert shown.subject == "\ufffd\ufffd"
    assert shown.author.isprintable()
