"""The cursor of the list, whatever a filter leaves of the rows."""

import pytest

from runix_tui.tui.fleet import Fleet
from runix_tui.tui.roster import Roster
from tests.unit.tui.entries import deployment


@pytest.fixture
def roster() -> Roster:
    fleet = Fleet()
    fleet.replace([deployment(name) for name in ("alpha", "buzz", "zebra")], [])
    found = Roster(fleet)
    found.lay_out()
    return found


def typed(roster: Roster, *texts: str) -> str | None:
    """Filter by each of ``texts`` in turn; where the cursor is then."""
    for text in texts:
        roster.text = text
        roster.lay_out()
    return roster.cursor


def test_a_filter_moves_to_what_it_leaves_and_stays_there(roster: Roster) -> None:
    assert typed(roster, "zeb") == "id-zebra"
    assert typed(roster, "") == "id-zebra"


def test_one_that_leaves_nothing_gives_the_row_back_that_was_chosen_before_it(roster: Roster) -> None:
    roster.go("id-alpha")
    assert typed(roster, "z", "zz", "zzz#") is None
    assert typed(roster, "") == "id-alpha"


def test_a_row_that_is_chosen_under_a_filter_counts(roster: Roster) -> None:
    typed(roster, "z")
    roster.go("id-zebra")
    assert typed(roster, "z#", "") == "id-zebra"


def test_who_is_gone_leaves_the_cursor_to_its_neighbour(roster: Roster) -> None:
    roster.go("id-buzz")
    roster._fleet.drop("id-buzz")
    roster.lay_out()
    assert roster.cursor == "id-zebra"
