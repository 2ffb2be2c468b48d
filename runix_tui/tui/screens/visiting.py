"""From the last visit to this one, and from this one to the next: what of the main screen is remembered."""

from dataclasses import replace
from typing import TYPE_CHECKING

from runix_tui.tui.state import Visit
from runix_tui.tui.widgets.deployments_pane import DeploymentsPane
from runix_tui.tui.widgets.detail import TITLES, DetailPane

if TYPE_CHECKING:
    from runix_tui.tui.screens.main import MainScreen


def restore(screen: "MainScreen", visit: Visit) -> None:
    """The deployments as they were at the last visit. It begins with them, whatever was shown in their place then."""
    screen.rows.sort(visit.order)
    if visit.filter:
        screen.query_one(DeploymentsPane).filter(visit.filter)
    screen.rows.choose(visit.selected)
    if visit.tab in TITLES:
        screen.query_one(DetailPane).show_tab(visit.tab)


def as_it_is(screen: "MainScreen", visit: Visit) -> Visit:
    """``visit`` with what it looks like now."""
    return replace(
        visit,
        selected=screen.chosen or "",
        tab=screen.query_one(DetailPane).tab_name,
        order=screen.rows.roster.order,
        filter=screen.rows.roster.text,
        fleet=tuple(replace(each, reason="") for each in screen.fleet.entries()),
    )
