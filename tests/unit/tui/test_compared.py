"""Which two versions are compared, and what is said of them."""

import pytest

from runix_tui.core.wire import OriginDetails
from runix_tui.tui.tabs.compared import Pair, Pane, about, compared, pair_of
from tests.unit.tui.versions import commit, config, version

HISTORY = [version(4), version(3), version(2), version(1)]


@pytest.mark.parametrize(
    ("at", "marked", "pair"),
    [
        (1, [], Pair(1, 3)),  # the one at the cursor with the live one
        (4, [], Pair(3, 4)),
        (3, [], Pair(2, 3)),  # the live one with the one before
        (4, [1], Pair(1, 3)),  # a marked one with the live one
        (1, [3], Pair(1, 3)),  # the live one is marked: with the cursor
        (3, [4, 2], Pair(2, 4)),
    ],
)
def test_pairs(at: int, marked: list[int], pair: Pair) -> None:
    assert pair_of(at, marked, 3, HISTORY) == pair


def test_the_oldest_is_compared_with_the_next_and_one_alone_with_none() -> None:
    assert pair_of(1, [], 1, HISTORY) == Pair(1, 2)
    assert pair_of(1, [], 1, [version(1)]) is None
    assert pair_of(None, [], None, []) is None


def test_what_is_said() -> None:
    old = version(1, config=config(env={"A": "*", "GONE": "*"}))
    new = version(
        2,
        plan={"runtime": "python", "version": "3.13"},
        origins={"version": OriginDetails(source=".python-version:1", reason="", confidence=1.0)},
        dockerfile="FROM b",
        config=config(env={"A": "*", "NEW": "*"}),
        commit=commit(2, "[bold]x[/]"),
    )
    said = {pane: compared(pane, old, new, [new, old], ("A",)).plain for pane in list(Pane)[:4]}
    assert "version  3.12 → 3.13   because .python-version:1" in said[Pane.PLAN]
    assert "-FROM scratch\n+FROM b" in said[Pane.DOCKERFILE]
    assert said[Pane.ENV].splitlines() == ["- GONE", "+ NEW", "~ A  has another value"]
    assert "[bold]x[/]  Ada" in said[Pane.COMMITS]
    assert compared(Pane.PLAN, old, old, [old], ()).plain.startswith("The plans are the same")


def test_everything_about_one() -> None:
    said = about(version(3, rollback_of=1, config=config(env={"B": "*", "A": "*"}))).plain
    assert f"{3:040x}" in said
    assert "A, B" in said
    assert "deploy to v1" in said
