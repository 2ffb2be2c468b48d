"""Which rows the list has, in which order, and which a filter leaves."""

from datetime import timedelta

import pytest

from runix_tui.core.stages import Stage, Status
from runix_tui.tui.fleet import Fleet
from runix_tui.tui.listing import Entry, Order, arrange
from runix_tui.tui.looks import Look
from tests.unit.tui.entries import NOW, deployment, entry, fault, usage


def lines(entries: list[Entry], order: Order = Order.NAME, text: str = "", fleet: Fleet | None = None) -> list[str]:
    """Headings in brackets, rows by name."""
    found = arrange(entries, order, text, (fleet or Fleet()).series)
    return [f"[{line}]" if isinstance(line, str) else line.name for line in found]


def test_the_default_project_alone_has_no_heading():
    assert lines([entry("b"), entry("a")]) == ["a", "b"]


def test_projects_are_headings_and_the_default_one_is_first():
    found = lines([entry("z"), entry("db", "shop"), entry("api", "shop"), entry("x", "alpha")])
    assert found == ["[default]", "z", "[alpha]", "x", "[shop]", "api", "db"]


def test_a_single_named_project_has_its_heading():
    assert lines([entry("api", "shop")]) == ["[shop]", "api"]


def test_by_status_what_needs_a_person_is_first_and_there_are_no_headings():
    every = [entry(look.name.lower(), "p" if at % 2 else "default", look) for at, look in enumerate(Look)]
    assert lines(every, Order.STATUS) == ["failed", "live_last_failed", "working", "live", "stopped"]


def test_by_age_the_newest_change_is_first():
    old, new = entry("old", changed_at=NOW - timedelta(days=2)), entry("new", changed_at=NOW)
    assert lines([old, new], Order.AGE) == ["new", "old"]


@pytest.mark.parametrize(("order", "first"), [(Order.CPU, "busy"), (Order.MEMORY, "big")])
def test_by_figures_the_largest_is_first_and_what_has_none_is_last(order, first):
    fleet = Fleet()
    fleet.replace([deployment(name) for name in ("busy", "big", "idle")], [])
    fleet.figures([usage("id-busy", 90, 1024**2), usage("id-big", 1, 1024**3)], ["id-busy", "id-big"])
    found = lines(fleet.entries(), order, fleet=fleet)
    assert (found[0], found[-1]) == (first, "idle")


def test_differences_too_small_to_see_change_no_places():
    fleet = Fleet()
    fleet.replace([deployment("a"), deployment("b")], [])
    fleet.figures([usage("id-a", 1.1), usage("id-b", 1.3)], ["id-a", "id-b"])
    assert lines(fleet.entries(), Order.CPU, fleet=fleet) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sho", ["shop"]),
        ("FAILED", ["web"]),
        ("tools", ["web"]),
        ("web static", ["web"]),
        ("x7kf", ["shop", "web"]),
        ("localhost", []),
        ("nothing of it", []),
    ],
)
def test_a_filter_finds_words_in_all_that_a_row_says(text, left):
    every = [entry("shop"), entry("web", "tools", Look.FAILED, kind="static")]
    assert [name for name in lines(every, text=text) if name[0] != "["] == left


def test_a_failed_redeploy_is_live_and_says_why():
    fleet = Fleet()
    fleet.replace([deployment(error=fault())], [])
    (found,) = fleet.entries()
    assert (found.look, found.reason) == (Look.LIVE_LAST_FAILED, "exits with 1 at start")


def test_what_is_on_its_way_says_the_stage():
    fleet = Fleet()
    fleet.replace([deployment(status=Status.BUILDING, phase=Stage.CHECKING)], [])
    assert fleet.entries()[0].word == "checking"
    fleet.doing["id-shop"] = "stopping"
    assert (fleet.entries()[0].word, fleet.entries()[0].look) == ("stopping", Look.WORKING)


def test_figures_of_rows_that_were_not_asked_for_stay():
    fleet = Fleet()
    fleet.replace([deployment("a"), deployment("b")], [])
    fleet.figures([usage("id-a"), usage("id-b")], ["id-a", "id-b"])
    fleet.figures([usage("id-a")], ["id-a"])
    assert fleet.series("id-b") is not None
    fleet.figures([], ["id-b"])
    assert fleet.series("id-b") is None


def test_a_name_with_its_project_is_found_before_one_without():
    fleet = Fleet()
    fleet.replace([deployment("api"), deployment("api", id="other", project_id="p")], [])
    fleet.projects = {"p": "shop"}
    assert (fleet.named("shop/api") or deployment()).id == "other"
    assert (fleet.named("api") or deployment()).id == "id-api"
    assert fleet.named("none") is None
