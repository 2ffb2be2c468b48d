import pytest

from runix_tui.engine.build import _left_out, bind_mounts_safe


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((4, 3, 1), False),
        ((4, 9, 3), False),
        ((4, 9, 4), True),
        ((4, 9, 5), True),
        ((5, 0, 0), False),
        ((5, 0, 1), True),
        ((5, 4, 2), True),
        ((6,), True),
    ],
)
def test_bind_mounts_keep_to_the_build_from_the_fixed_versions_on(version: tuple[int, ...], safe: bool) -> None:
    assert bind_mounts_safe(version) is safe


def test_plain_names_at_the_top_need_not_be_sent() -> None:
    assert _left_out((".git", "/node_modules/", ".env", "*.pem", "a/b", "# why", "")) == {
        ".git",
        "node_modules",
        ".env",
    }


def test_what_an_exception_may_bring_back_is_sent() -> None:
    assert _left_out((".git", "docs", "!docs/README.md")) == {".git"}
    assert _left_out((".git", "!*.md")) == set()
    assert _left_out((".git", "!**/keep")) == set()
