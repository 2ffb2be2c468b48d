"""Two things at once: each pair in the order that hurts most, and all of them in many orders."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from runix_tui.core.models import Kind
from runix_tui.core.ports import Page
from runix_tui.core.requests import ChangeRequest
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.deploy.orchestrator import Orchestrator
from runix_tui.errors import Conflict, NotFound, RunixError
from tests.world import World, ended, orderly, until


async def settled(*tasks: asyncio.Future[object]) -> list[object]:
    """Results, or errors of ours, of tasks that must end."""
    async with asyncio.timeout(10):
        found = await asyncio.gather(*tasks, return_exceptions=True)
    for each in found:
        assert not isinstance(each, BaseException) or isinstance(each, RunixError), each
    return list(found)


def begin(work: Awaitable[object]) -> asyncio.Future[object]:
    return asyncio.ensure_future(work)


async def test_two_starts_at_once_start_once(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.stop(view.deployment.id)
        made = len(world.engine.specs)
        await settled(*(begin(runix.start(view.deployment.id)) for _ in range(3)))
        assert len(world.engine.specs) == made + 1
        await orderly(world, runix)


async def test_two_starts_of_a_changed_configuration_make_one_version(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.stop(view.deployment.id)
        await runix.change(view.deployment.id, ChangeRequest(env={"A": Secret("1")}))
        await settled(*(begin(runix.start(view.deployment.id)) for _ in range(3)))
        assert [v.kind for v in runix.history(view.deployment.id)] == [Kind.CONFIG, Kind.DEPLOY]
        await orderly(world, runix)


async def test_cancelling_again_while_the_first_cancel_cleans_up(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        starting, removing = faults.gate("start"), faults.gate("remove")
        await runix.redeploy(view.deployment.id)
        await faults.reached["start"].wait()
        first = begin(runix.cancel(view.deployment.id))
        await faults.reached["remove"].wait()
        others = [begin(runix.cancel(view.deployment.id)), begin(runix.stop(view.deployment.id))]
        await asyncio.sleep(0.02)
        removing.set()
        starting.set()
        await settled(first, *others)
        newest = runix.history(view.deployment.id)[0]
        assert newest.status is VersionStatus.CANCELLED
        await orderly(world, runix)


async def test_a_cancel_during_the_switch_comes_too_late_however_often(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        switching = faults.gate("switch")
        await runix.redeploy(view.deployment.id)
        await faults.reached["switch"].wait()
        cancels = [begin(runix.cancel(view.deployment.id)) for _ in range(3)]
        await asyncio.sleep(0.02)
        switching.set()
        results = await settled(*cancels)
        assert all(isinstance(result, Conflict) and result.code == "nothing_to_cancel" for result in results)
        await orderly(world, runix)
        assert runix.get(view.deployment.id).deployment.serving_version == 2


async def test_a_patch_while_a_redeploy_asks_the_engine_is_kept(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        asking = faults.gate("info")
        redeploy = begin(runix.redeploy(view.deployment.id))
        await faults.reached["info"].wait()
        change = begin(runix.change(view.deployment.id, ChangeRequest(env={"A": Secret("1")}, fields={"branch": "b"})))
        await asyncio.sleep(0)
        asking.set()
        await settled(redeploy, change)
        after = await ended(runix, view.deployment.id)
        assert after.deployment.config.branch == "b"
        assert after.deployment.config.env == {"A": Secret("1")}
        assert after.serving
        assert world.engine.specs[after.serving.container_id or ""].env["A"] == "1"
        await orderly(world, runix)


async def test_a_redeploy_that_asked_before_a_delete_is_refused_and_harms_nobody(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        other = await world.deployed(runix, "other")
        faults = world.faults()
        asking, removing = faults.gate("info"), faults.gate("remove")
        redeploy = begin(runix.redeploy(view.deployment.id))
        await faults.reached["info"].wait()
        delete = begin(runix.delete(view.deployment.id))
        asking.set()
        del faults.gates["info"]
        await faults.reached["remove"].wait()
        late = begin(runix.redeploy(view.deployment.id))
        await asyncio.sleep(0.01)
        removing.set()
        results = await settled(redeploy, delete, late)
        assert isinstance(results[2], Conflict | NotFound)
        await runix.redeploy(other.deployment.id)
        await ended(runix, other.deployment.id)
        await orderly(world, runix)
        assert len(runix.deployments()) == 1


@pytest.mark.parametrize("second", ["stop", "delete"])
async def test_a_start_is_cut_short_by_what_is_weightier(world: World, second: str) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.stop(view.deployment.id)
        faults = world.faults()
        faults.gate("inspect")  # the health check never ends
        start = begin(runix.start(view.deployment.id))
        await faults.reached["inspect"].wait()
        faults.gates.clear()
        world.engine.listening = lambda spec: []
        results = await settled(start, begin(getattr(runix, second)(view.deployment.id)))
        assert isinstance(results[0], Conflict)
        assert results[0].code == "cut_short"
        await orderly(world, runix)
        assert not world.engine.made


async def test_a_delete_cuts_a_stop_short(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.gate("stop")  # it ignores SIGTERM
        stop = begin(runix.stop(view.deployment.id))
        await faults.reached["stop"].wait()
        await settled(stop, begin(runix.delete(view.deployment.id)))
        assert not world.engine.made
        assert not runix.deployments()


async def test_a_restart_that_comes_too_late_takes_no_route(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.recovery.FIRST_PAUSE", 0.0)
    async with world.runix() as runix:
        view = await world.deployed(runix)
        assert view.serving
        world.engine.may_build.clear()
        await runix.redeploy(view.deployment.id)
        await until(lambda: runix.get(view.deployment.id).phase is Stage.BUILDING)
        faults = world.faults()
        starting = faults.gate("start")
        world.engine.crash(view.serving.container_id or "", 1)
        await faults.reached["start"].wait()  # the old one is being started again …
        del faults.gates["start"]
        world.engine.may_build.set()
        await until(lambda: runix.get(view.deployment.id).deployment.serving_version == 2)
        starting.set()  # … and comes up when the new one serves already
        await orderly(world, runix)


async def test_a_gateway_that_is_mended_does_not_go_back_to_an_old_route(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runix_tui.deploy.supervisor.LOOK_EVERY", 0.01)
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        world.gateway.ready = False
        ensuring = faults.gate("ensure")
        await faults.reached["ensure"].wait()  # it is about to be told of version 1
        await runix.redeploy(view.deployment.id)
        await asyncio.sleep(0.1)
        ensuring.set()
        await until(lambda: runix.get(view.deployment.id).deployment.serving_version == 2)
        await orderly(world, runix)


async def test_a_patch_during_a_rollback_comes_on_top_of_it(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix, env={"A": Secret("1"), "B": Secret("1")})
        await runix.change(view.deployment.id, ChangeRequest(env={"A": Secret("2"), "B": Secret("2")}))
        await ended(runix, view.deployment.id)
        faults = world.faults()
        switching = faults.gate("switch")
        rollback = begin(runix.rollback(view.deployment.id))
        await faults.reached["switch"].wait()
        await runix.change(view.deployment.id, ChangeRequest(env={"C": Secret("3"), "B": None}))
        switching.set()
        await settled(rollback)
        after = await ended(runix, view.deployment.id)
        assert after.serving
        assert (after.serving.number, after.serving.kind) == (4, Kind.CONFIG)
        assert after.deployment.config.env == {"A": Secret("1"), "C": Secret("3")}
        assert after.serving.config == after.deployment.config
        env = world.engine.specs[after.serving.container_id or ""].env
        assert (env["A"], env.get("B"), env["C"]) == ("1", None, "3")


async def test_a_redeploy_behind_a_rollback_builds_with_its_configuration(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix, env={"A": Secret("1")})
        await runix.change(view.deployment.id, ChangeRequest(env={"A": Secret("2")}))
        await ended(runix, view.deployment.id)
        faults = world.faults()
        switching = faults.gate("switch")
        rollback = begin(runix.rollback(view.deployment.id))
        await faults.reached["switch"].wait()
        await runix.redeploy(view.deployment.id)
        switching.set()
        await settled(rollback)
        after = await ended(runix, view.deployment.id)
        assert after.serving
        assert after.serving.kind is Kind.REDEPLOY
        assert world.engine.specs[after.serving.container_id or ""].env["A"] == "1"
        assert after.deployment.config.env == {"A": Secret("1")}


async def test_a_patch_during_the_first_build_follows_it(world: World) -> None:
    world.engine.may_build.clear()
    async with world.runix() as runix:
        created = await runix.create(world.request(env={"A": Secret("1")}))
        await world.engine.building.wait()
        changed = await runix.change(created.deployment.id, ChangeRequest(env={"A": Secret("2")}))
        assert changed.status is Status.BUILDING
        world.engine.may_build.set()
        after = await ended(runix, created.deployment.id)
        assert [(v.kind, v.status.value) for v in runix.history(created.deployment.id)] == [
            (Kind.CONFIG, "running"),
            (Kind.DEPLOY, "replaced"),
        ]
        assert after.serving
        assert world.engine.specs[after.serving.container_id or ""].env["A"] == "2"
        await orderly(world, runix)


async def test_a_patch_behind_a_first_build_that_fails_hides_no_reason(world: World) -> None:
    world.engine.may_build.clear()
    world.engine.exits = lambda spec: 3
    async with world.runix() as runix:
        created = await runix.create(world.request())
        await world.engine.building.wait()
        await runix.change(created.deployment.id, ChangeRequest(env={"A": Secret("2")}))
        world.engine.may_build.set()
        after = await ended(runix, created.deployment.id)
        assert [v.status.value for v in runix.history(created.deployment.id)] == ["superseded", "failed"]
        assert after.status is Status.FAILED
        assert after.error
        assert after.error.code == "exited"


async def test_a_rollback_cancels_the_build_and_what_is_queued_and_what_comes_meanwhile(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.redeploy(view.deployment.id)
        await ended(runix, view.deployment.id)
        world.engine.may_build.clear()
        world.engine.building.clear()
        await runix.redeploy(view.deployment.id)
        await world.engine.building.wait()
        await runix.redeploy(view.deployment.id)
        rollback = begin(runix.rollback(view.deployment.id))
        await asyncio.sleep(0)
        await runix.redeploy(view.deployment.id)
        async with asyncio.timeout(5):  # it waits for no build
            await rollback
        statuses = {v.number: v.status.value for v in runix.history(view.deployment.id)}
        assert statuses[3] == "cancelled"
        assert statuses[4] in ("cancelled", "superseded")
        serving = runix.get(view.deployment.id).serving
        assert serving
        assert serving.rollback_of == 1
        world.engine.may_build.set()
        await ended(runix, view.deployment.id)
        await orderly(world, runix)


async def test_the_build_stream_of_a_queued_version_ends_when_it_is_superseded(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        world.engine.may_build.clear()
        world.engine.building.clear()
        await runix.redeploy(view.deployment.id)
        await world.engine.building.wait()
        queued = await runix.redeploy(view.deployment.id)

        async def read() -> int:
            return len([batch async for batch in runix.build_log(view.deployment.id, version=3)])

        reading = begin(read())
        await asyncio.sleep(0.01)
        assert queued.latest
        await runix.redeploy(view.deployment.id)
        async with asyncio.timeout(2):
            assert await reading == 0
        world.engine.may_build.set()
        await ended(runix, view.deployment.id)


async def test_stop_ends_what_still_drains_gently(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.gate("drain")
        await runix.redeploy(view.deployment.id)
        await faults.reached["drain"].wait()
        assert len(world.engine.made) == 2
        await runix.stop(view.deployment.id)
        assert faults.seen.count("stop") == 2
        await orderly(world, runix)


async def test_delete_waits_for_no_drain(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.gate("drain")
        await runix.redeploy(view.deployment.id)
        await faults.reached["drain"].wait()
        async with asyncio.timeout(5):
            await runix.delete(view.deployment.id)
        assert not world.engine.made
        assert not world.engine.stored


async def test_a_cancelled_redeploy_of_a_stopped_service_leaves_it_stopped(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.stop(view.deployment.id)
        world.engine.may_build.clear()
        world.engine.building.clear()
        await runix.redeploy(view.deployment.id)
        await world.engine.building.wait()
        assert (await runix.cancel(view.deployment.id)).status is Status.STOPPED
        assert world.gateway.pages[view.deployment.subdomain] is Page.STOPPED


ACTS: dict[str, Callable[[World, Orchestrator, str], Awaitable[object]]] = {
    "redeploy": lambda _, runix, identity: runix.redeploy(identity),
    "rollback": lambda _, runix, identity: runix.rollback(identity),
    "patch": lambda _, runix, identity: runix.change(
        identity,
        ChangeRequest(env={"N": Secret(str(random.random()))}),
    ),
    "stop": lambda _, runix, identity: runix.stop(identity),
    "start": lambda _, runix, identity: runix.start(identity),
    "cancel": lambda _, runix, identity: runix.cancel(identity),
    "delete": lambda _, runix, identity: runix.delete(identity),
    "crash": lambda world, _, identity: _harm(world, world.engine.crash, 1),
    "vanish": lambda world, _, identity: _harm(world, world.engine.vanish),
}


async def _harm(world: World, how: Callable[..., None], *more: object) -> None:
    running = [each.id for each in world.engine.made.values() if each.state == "running"]
    if running:
        how(random.choice(running), *more)


@pytest.mark.parametrize("seed", range(40))
async def test_any_order_of_anything_ends_in_order(world: World, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.recovery.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("runix_tui.deploy.recovery.LONGEST_PAUSE", 0.002)
    monkeypatch.setattr("runix_tui.deploy.supervisor.LOOK_EVERY", 0.02)
    random.seed(seed)
    names = [name for name in ACTS if name != "delete" or seed % 4 == 0]
    chosen = [random.choice(names) for _ in range(8)]
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.redeploy(view.deployment.id)
        await ended(runix, view.deployment.id)
        tasks = []
        for name in chosen:
            tasks.append(begin(ACTS[name](world, runix, view.deployment.id)))
            for _ in range(random.choice((0, 1, 3, 10, 30))):
                await asyncio.sleep(random.choice((0, 0.001)))
        await settled(*tasks)
        await orderly(world, runix, f"seed {seed}: {chosen}")
        for found in runix.deployments():
            await runix.delete(found.deployment.id)
        assert not world.engine.made
        assert not world.engine.stored
        assert not world.engine.nets
        assert not world.gateway.routes
        assert not world.gateway.pages
