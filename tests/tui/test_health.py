"""The Health tab: how it is probed, where it listens, and whether requests get there."""

from runix_tui.core.ports import Listener
from runix_tui.core.stages import Stage
from runix_tui.core.wire import StageDetails
from runix_tui.errors import StartError
from runix_tui.tui.tabs.health import ports
from tests.tui.conftest import opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.unit.tui.versions import BEGAN, config, version


async def test_tells_the_probe_the_port_and_the_route(server: Served, link: ServedLink) -> None:
    server.deploy("shop", health_path="/ready")
    async with opened(link) as pilot:
        await pilot.press("7")
        await sees(pilot, lambda: "● healthy" in text_of(pilot.app) and "GET /ready" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert f"{server.world.port}, by the request" in shown
        assert "leads to v1" in shown
        assert "v1: healthy after" in shown
        await sees(pilot, lambda: "● ok" in text_of(pilot.app))


async def test_a_port_where_nothing_listens(server: Served, link: ServedLink) -> None:
    server.world.engine.listening = lambda _: [Listener(server.world.port, "0.0.0.0", loopback=False)]
    server.deploy("shop", port=9)
    async with opened(link) as pilot:
        await pilot.press("7")
        await sees(pilot, lambda: "Nothing listens on port 9" in text_of(pilot.app))
        await sees(pilot, lambda: "not found out" in text_of(pilot.app))
        assert "e set PORT" in text_of(pilot.app)


def test_another_port_than_asked_for_is_said() -> None:
    checked = StageDetails(
        stage=Stage.CHECKING, started_at=BEGAN, finished_at=BEGAN, duration_seconds=0.0, result="done"
    )
    asked, listens = ports(version(port=3000, config=config(port=8000), stages=[checked]))
    assert str(asked.value) == "8000, by the request"
    assert "3000  another one than asked for" in str(listens.value)
    by_plan = version(plan={"port": 5000}, stages=[checked], port=5000)
    assert [str(fact.value) for fact in ports(by_plan)] == ["5000, by the plan", "5000"]


async def test_what_failed_and_which_key_helps(server: Served, link: ServedLink) -> None:
    server.world.faults().fail["start"] = StartError(
        "It listens on loopback.", code="loopback_bind", hint="Use 0.0.0.0."
    )
    server.deploy("shop")
    async with opened(link) as pilot:
        await pilot.press("7")
        await sees(pilot, lambda: "It listens on loopback." in text_of(pilot.app))
        assert "e set HOST=0.0.0.0" in text_of(pilot.app)
        await sees(pilot, lambda: "nothing runs, so nothing is probed" in text_of(pilot.app))
        assert "no route leads to it now" in text_of(pilot.app)
