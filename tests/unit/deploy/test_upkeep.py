"""Start-up is no fault: what does not answer yet is starting, until the first try says otherwise."""

import asyncio

import pytest

from runix_tui.core.checkup import Condition
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import Unavailable
from tests.world import World

AWAY = Unavailable("The engine is away.")
OK, STARTING, UNAVAILABLE = Condition


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.upkeep.TRY_AGAIN", 0.001)


async def conditions(runix: Orchestrator) -> tuple[Condition, Condition]:
    found = await runix.health()
    return found.engine_is, found.gateway_is


async def becomes(runix: Orchestrator, engine: Condition, gateway: Condition) -> None:
    async with asyncio.timeout(5):
        while await conditions(runix) != (engine, gateway):
            await asyncio.sleep(0)


async def test_a_first_start_is_starting_until_all_is_set_up(world: World) -> None:
    faults = world.faults()
    may_set_up = faults.gate("ensure")
    faults.fail = {"info": AWAY}
    async with world.runix() as runix:
        await faults.reached["ensure"].wait()
        assert await conditions(runix) == (STARTING, STARTING)
        faults.fail = {}
        assert await conditions(runix) == (OK, STARTING)
        may_set_up.set()
        await becomes(runix, OK, OK)
        faults.fail = {"info": AWAY}
        assert await conditions(runix) == (UNAVAILABLE, UNAVAILABLE)


async def test_an_engine_that_was_away_starts_when_it_is_reached(world: World) -> None:
    faults = world.faults()
    may_set_up = faults.gate("ensure")
    faults.fail = {"open": AWAY, "info": AWAY}
    async with world.runix() as runix:
        await becomes(runix, UNAVAILABLE, UNAVAILABLE)
        faults.fail = {}
        await faults.reached["ensure"].wait()
        assert await conditions(runix) == (OK, STARTING)
        may_set_up.set()
        await becomes(runix, OK, OK)


async def test_a_gateway_that_cannot_be_set_up_is_not_starting_again_and_again(world: World) -> None:
    faults = world.faults()
    faults.fail = {"ensure": AWAY}
    async with world.runix() as runix:
        await becomes(runix, OK, UNAVAILABLE)
        faults.fail = {}
        may_set_up = faults.gate("ensure")
        await faults.reached["ensure"].wait()
        assert await conditions(runix) == (OK, UNAVAILABLE)
        may_set_up.set()
        await becomes(runix, OK, OK)
