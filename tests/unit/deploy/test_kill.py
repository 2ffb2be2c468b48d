"""``kill -9`` at every effect of everything, start-up included: the next start finds and leaves order."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from runix_tui.core.requests import ChangeRequest
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import Conflict, NotFound, Unavailable
from tests.fakes import Faults, Killed
from tests.world import World, disorder, ended, orderly, until

Act = Callable[[World, Orchestrator, str], Awaitable[object]]


@dataclass(frozen=True)
class Scene:
    """What is done, on what: a service that was deployed and ``redeployed``, and perhaps ``stopped``; or nothing."""

    name: str
    act: Act
    there: bool = True
    stopped: bool = False


async def _redeploy(world: World, runix: Orchestrator, identity: str) -> None:
    await runix.redeploy(identity)
    await ended(runix, identity)
    await _quiet(world)


async def _rollback(world: World, runix: Orchestrator, identity: str) -> None:
    await runix.rollback(identity)
    await _quiet(world)


async def _change(world: World, runix: Orchestrator, identity: str) -> None:
    await runix.change(identity, ChangeRequest(env={"A": Secret("1")}))
    await ended(runix, identity)
    await _quiet(world)


async def _create(world: World, runix: Orchestrator, _: str) -> None:
    created = await runix.create(world.request("fresh"))
    await ended(runix, created.deployment.id)
    await _quiet(world)


async def _recover(world: World, runix: Orchestrator, identity: str) -> None:
    before = world.engine.faults.seen.count("switched")
    world.engine.crash(next(iter(world.engine.made)), 1)
    await until(lambda: world.engine.faults.seen.count("switched") > before)


async def _make_again(world: World, runix: Orchestrator, identity: str) -> None:
    world.engine.vanish(next(iter(world.engine.made)))
    await until(lambda: runix.get(identity).health == "unhealthy" or bool(world.engine.made))
    await until(lambda: bool(world.engine.made) and runix.get(identity).health == "healthy")


async def _quiet(world: World) -> None:
    """Drained and pruned, after the newest switch; a look of the supervisor may have followed."""
    telling = ("switched", "prune_layers")

    def pruned() -> bool:
        return next((each for each in reversed(world.engine.faults.seen) if each in telling), "") == "prune_layers"

    await until(pruned)


SCENES = (
    Scene("create", _create, there=False),
    Scene("redeploy", _redeploy),
    Scene("rollback", _rollback),
    Scene("change", _change),
    Scene("stop", lambda _, runix, identity: runix.stop(identity)),
    Scene("start", lambda _, runix, identity: runix.start(identity), stopped=True),
    Scene("delete", lambda _, runix, identity: runix.delete(identity)),
    Scene("recover", _recover),
    Scene("make again", _make_again),
)

INTERRUPTED = {"redeploy": "interrupted", "rollback": "rollback_interrupted"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.recovery.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("runix_tui.deploy.supervisor.LOOK_EVERY", 0.2)


async def _set(world: World, runix: Orchestrator, scene: Scene) -> str:
    """Set the scene; gives the deployment's id."""
    if not scene.there:
        return ""
    view = await world.deployed(runix)
    await runix.redeploy(view.deployment.id)
    await ended(runix, view.deployment.id)
    await until(lambda: len(world.engine.made) == 1)
    await _quiet(world)
    if scene.stopped:
        await runix.stop(view.deployment.id)
    return view.deployment.id


async def _count(world: World, scene: Scene) -> int:
    """How many effects the act has when nobody kills it."""
    async with world.runix() as runix:
        identity = await _set(world, runix, scene)
        faults = world.kill_at(None)
        await scene.act(world, runix, identity)
        await _emptied(runix)
        return len(faults.seen) - faults.seen[::-1].index("remove_deployment") - 1


async def _emptied(runix: Orchestrator) -> None:
    for found in runix.deployments():
        await runix.delete(found.deployment.id)


async def _killed(world: World, scene: Scene, number: int) -> None:
    """Do it and die at its ``number``-th effect."""
    with suppress(Killed):
        async with world.runix() as runix:
            identity = await _set(world, runix, scene)
            faults = world.kill_at(number)
            doing = asyncio.ensure_future(scene.act(world, runix, identity))
            try:
                while not faults.dead and not doing.done():
                    await asyncio.sleep(0.001)
            finally:
                doing.cancel()
                await asyncio.gather(doing, return_exceptions=True)
            raise Killed


async def _killed_at(world: World, scene: Scene, effect: str) -> None:
    """Do it and die at the first effect of this name."""
    async with world.runix() as runix:
        identity = await _set(world, runix, scene)
        effects = world.kill_at(None).seen
        await scene.act(world, runix, identity)
        await _emptied(runix)
    await _killed(world, scene, effects.index(effect))


async def _started_and_killed(world: World, number: int) -> bool:
    """Start, and die at the ``number``-th effect of starting; whether there were that many."""
    faults = world.dying_at = Faults(at=number)
    with suppress(Killed):
        async with world.runix() as runix:
            seen = -1
            while not faults.dead and (seen != len(faults.seen) or disorder(world, runix)):
                seen = len(faults.seen)
                await asyncio.sleep(0.04)
            raise Killed
    world.dying_at = None
    return faults.dead


async def _recovered(world: World, why: str) -> None:
    world.faults()
    async with world.runix() as runix:
        await orderly(world, runix, why)
        for view in runix.deployments():
            await _logs_end(runix, view.deployment.id, why)
            assert not [v for v in runix.history(view.deployment.id) if v.stage is Stage.BUILDING], why
        await _emptied(runix)
        assert not world.engine.made, why
        assert not world.engine.stored, why
        assert not world.engine.nets, why
        assert not world.gateway.routes, why
        assert not [path for path in (world.home / "state").rglob("*") if path.is_file() and "logs" in str(path)], why


async def _logs_end(runix: Orchestrator, identity: str, why: str) -> None:
    """Every build log that was begun has an end, so that its readers have one too."""
    for version in runix.history(identity):
        with suppress(NotFound):
            async with asyncio.timeout(2):
                text = [batch.ndjson() async for batch in runix.build_log(identity, version=version.number)]
            last = json.loads(text[-1].splitlines()[-1])
            assert last.keys() == {"seq", "status"}, f"{why}: {last}"
            assert runix.build_log_ended(identity, version=version.number, after=last["seq"]), why


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_order_is_restored_after_kill_at_any_effect(world: World, scene: Scene) -> None:
    effects = await _count(world, scene)
    assert effects > 3
    for number in range(effects):
        await _killed(world, scene, number)
        await _recovered(world, f"{scene.name} killed at effect {number}")


@pytest.mark.parametrize("scene", [SCENES[1], SCENES[2]], ids=lambda scene: scene.name)
@pytest.mark.parametrize("dies_at", ["start", "switch", "switched"])
async def test_what_came_of_it_is_what_requests_reach(world: World, scene: Scene, dies_at: str) -> None:
    await _killed_at(world, scene, dies_at)
    world.faults()
    async with world.runix() as runix:
        await orderly(world, runix)
        view = runix.deployments()[0]
        newest, before, *_ = runix.history(view.deployment.id)
        serving, told = (newest, None) if dies_at == "switched" else (before, INTERRUPTED[scene.name])
        assert view.deployment.serving_version == serving.number
        assert (view.error.code if view.error else None) == told
        assert newest.served is (serving is newest)
        assert {stage.result for stage in newest.stages if stage.stage is Stage.ROUTING} <= {
            "done" if serving is newest else "failed"
        }


@pytest.mark.parametrize("scene", [SCENES[1], SCENES[2]], ids=lambda scene: scene.name)
async def test_what_is_changed_before_a_switch_is_settled_stays_so(world: World, scene: Scene) -> None:
    """Neither while the engine is away, nor while the gateway is asked, is an accepted change lost."""
    await _killed_at(world, scene, "switched")
    faults = world.faults()
    faults.fail = {"open": Unavailable("away")}
    async with world.runix() as runix:
        identity = runix.deployments()[0].deployment.id
        with pytest.raises(Conflict, match="no build to cancel") as caught:
            await runix.cancel(identity)
        assert "as soon as the engine is there" in caught.value.hint
        await runix.change(identity, ChangeRequest(env={"A": Secret("1")}))
        asked = faults.gate("leads")
        faults.fail = {}
        async with asyncio.timeout(5):
            await faults.reached["leads"].wait()
        await runix.change(identity, ChangeRequest(env={"A": Secret("1"), "B": Secret("2")}))
        asked.set()
        await orderly(world, runix)
        assert runix.get(identity).deployment.config.env.keys() == {"A", "B"}


async def test_a_settled_switch_ends_its_log_as_switches_do(world: World) -> None:
    await _killed_at(world, SCENES[1], "switched")
    world.faults()
    async with world.runix() as runix:
        await orderly(world, runix)
        newest = runix.history(runix.deployments()[0].deployment.id)[0]
        text = [batch.ndjson() async for batch in runix.build_log(newest.deployment_id, version=newest.number)]
        *_, line, mark, end = [json.loads(each) for each in b"".join(text).splitlines()]
        assert "requests reach this version" in line["line"]
        assert (mark["stage"], mark["status"], end["status"]) == ("routing", "done", "running")


@pytest.mark.parametrize("at", [4, 12])
async def test_order_is_restored_after_kill_at_any_effect_of_the_start_that_restores_it(world: World, at: int) -> None:
    number = 0
    while True:
        await _killed(world, SCENES[1], at)
        world.faults()
        more = await _started_and_killed(world, number)
        await _recovered(world, f"redeploy killed at {at}, then the start at effect {number}")
        if not more:
            break
        number += 1
    assert number > 5
