import pytest

from runix_tui.plan.ranges import accepts, is_range


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=3.11", ["3.11", "3.13"], ["3.10"]),
        (">=3.9,<3.12", ["3.9", "3.11"], ["3.8", "3.12", "3.13"]),
        ("^3.11", ["3.11", "3.13"], ["3.10", "4.0"]),
        ("~3.11", ["3.11"], ["3.12"]),
        ("~=3.11", ["3.11", "3.13"], ["3.10", "4.0"]),
        ("~=3.11.2", ["3.11"], ["3.12"]),
        ("==3.11.*", ["3.11"], ["3.12"]),
        (">=3.10,!=3.12.*", ["3.11", "3.13"], ["3.12"]),
        ("<=3.11", ["3.11", "3.10"], ["3.12"]),
        (">3.10", ["3.11"], ["3.10"]),
        (">=3.11.4", ["3.11"], ["3.10"]),
        (">=18", ["18", "22"], ["16"]),
        ("18.x || 20.x", ["18", "20"], ["19", "22"]),
        ("^20.11.0", ["20"], ["18", "21", "22"]),
        ("~20.1", ["20"], ["21"]),
        (">=18 <23", ["18", "22"], ["23"]),
        ("18 - 20", ["18", "20"], ["21"]),
        ("20", ["20"], ["21"]),
        ("*", ["18", "24"], []),
        (">=20.0.0-rc.1", ["20"], ["19"]),
        ("^0.2", ["0.2"], ["0.3", "1.0"]),
    ],
)
def test_a_range_accepts_versions_that_have_a_release_in_it(text: str, inside: list[str], outside: list[str]) -> None:
    assert [version for version in inside if not accepts(text, version)] == []
    assert [version for version in outside if accepts(text, version)] == []


@pytest.mark.parametrize("text", ["three", ">=", "github:x/y", "@latest"])
def test_what_cannot_be_read_accepts_nothing(text: str) -> None:
    assert not is_range(text)
    assert not accepts(text, "3.11")
