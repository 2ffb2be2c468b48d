"""``kill -9`` at every effect of a redeploy, a rollback, a stop and a delete: the next start finds and leaves order."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from runix_tui.core.requests import DeploymentView
from runix_tui.core.stages import ENDED, Status, VersionStatus
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import NotFound
from tests.fakes import Faults, Killed
from tests.unit.deploy.conftest import World, ended, until

Act = Callable[[Orchestrator, str], Awaitable[object]]


async def _redeploy(runix: Orchestrator, identity: str) -> None:
    await runix.redeploy(identity)
    await ended(runix, identity)
    await asyncio.sleep(0.05)  # drain and prune


async def _rollback(runix: Orchestrator, identity: str) -> None:
    await runix.rollback(identity)
    await asyncio.sleep(0.05)


async def _stop(runix: Orchestrator, identity: str) -> None:
    await runix.stop(identity)


async def _delete(runix: Orchestrator, identity: str) -> None:
    await runix.delete(identity)


async def _count(world: World, act: Act) -> int:
    """How many effects ``act`` has when nobody kills it."""
    async with world.runix() as runix:
        view = await _ready(world, runix)
        faults = world.kill_at(None)
        await act(runix, view.deployment.id)
        return len(faults.seen)


async def _ready(world: World, runix: Orchestrator) -> DeploymentView:
    view = await world.deployed(runix)
    await runix.redeploy(view.deployment.id)
    view = await ended(runix, view.deployment.id)
    await until(lambda: len(world.engine.made) == 1)
    await asyncio.sleep(0.02)
    return view


async def _killed(world: World, act: Act, number: int) -> str:
    """Do ``act`` and die at its ``number``-th effect; gives the deployment's id."""
    identity = ""
    try:
        async with world.runix() as runix:
            view = await _ready(world, runix)
            identity = view.deployment.id
            faults = world.kill_at(number)
            doing = asyncio.ensure_future(act(runix, identity))
            try:
                while not faults.dead and not doing.done():
                    await asyncio.sleep(0.002)
            finally:
                doing.cancel()
                await asyncio.gather(doing, return_exceptions=True)
            raise Killed
    except Killed:
        pass
    world.engine.faults = world.gateway.faults = world.source.faults = Faults()
    return identity


@pytest.mark.parametrize("act", [_redeploy, _rollback, _stop, _delete], ids=lambda act: act.__name__.strip("_"))
async def test_order_is_restored_after_kill_at_any_effect(world: World, act: Act) -> None:
    effects = await _count(world, act)
    assert effects > 3
    async with world.runix() as runix:
        for found in runix.deployments():
            await runix.delete(found.deployment.id)
    for number in range(effects):
        identity = await _killed(world, act, number)
        async with world.runix() as runix:
            await _in_order(world, runix, identity, f"killed at effect {number}")
            for found in runix.deployments():
                await runix.delete(found.deployment.id)
            assert not world.engine.made
            assert not world.engine.stored


async def _in_order(world: World, runix: Orchestrator, identity: str, why: str) -> None:
    async with asyncio.timeout(5):
        while not world.engine.faults.seen.count("containers") > 1:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.03)
    try:
        view = runix.get(identity)
    except NotFound:
        assert not world.engine.made, why
        return
    history = runix.history(identity)
    assert all(version.stage in ENDED for version in history), why
    assert view.status is not Status.BUILDING, why
    running = [version for version in history if version.status is VersionStatus.RUNNING]
    if view.status is Status.STOPPED:
        assert not running, why
        assert not world.engine.made, why
        return
    assert view.status is Status.RUNNING, why
    assert len(running) == 1, why
    assert list(world.engine.made) == [running[0].container_id], why
    assert world.engine.made[running[0].container_id or ""].state == "running", why
    assert view.deployment.subdomain in world.gateway.routes, why
