"""The engine goes away in the middle of anything, somebody else removes things, Runix ends: nothing is left undone."""

import asyncio
import time

import pytest

from runix_tui.core.ports import Page
from runix_tui.core.requests import ChangeRequest
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Status, VersionStatus
from runix_tui.engine.faults import Refused
from runix_tui.errors import Conflict, Unavailable
from tests.fakes import Faults
from tests.world import World, ended, orderly, until

AWAY = Unavailable("The engine is away.")
CALLS = (
    *("fetch", "ensure_base", "build", "image", "ensure_network", "create", "created", "start", "started", "inspect"),
    *("switch", "switched", "drain", "stop", "remove", "images", "remove_image", "containers", "prune_layers"),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.recovery.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("runix_tui.deploy.recovery.LONGEST_PAUSE", 0.002)
    monkeypatch.setattr("runix_tui.deploy.supervisor.LOOK_EVERY", 0.02)
    monkeypatch.setattr("runix_tui.deploy.retry.PAUSES", (0.01, 0.01))


@pytest.mark.parametrize("call", CALLS)
async def test_an_engine_that_goes_and_comes_back_leaves_order(world: World, call: str) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.fail = {call: AWAY}
        await runix.redeploy(view.deployment.id)
        await ended(runix, view.deployment.id)
        assert runix.get(view.deployment.id).status is Status.RUNNING
        await asyncio.sleep(0.03)
        faults.fail = {}
        await orderly(world, runix, call)
        await runix.redeploy(view.deployment.id)
        await ended(runix, view.deployment.id)
        await orderly(world, runix, call)


@pytest.mark.parametrize("call", ["create", "start", "inspect"])
async def test_a_short_absence_fails_no_deploy(world: World, call: str) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.fail = {call: AWAY}
        asyncio.get_running_loop().call_later(0.015, faults.fail.clear)
        await runix.redeploy(view.deployment.id)
        after = await ended(runix, view.deployment.id)
        assert after.deployment.serving_version == 2, after.error
        await orderly(world, runix)


@pytest.mark.parametrize("call", ["containers", "remove", "remove_images", "networks"])
async def test_a_delete_that_was_cut_off_is_finished_by_itself(world: World, call: str) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.fail = {call: AWAY}
        with pytest.raises(Unavailable):
            await runix.delete(view.deployment.id)
        faults.fail = {}
        await until(lambda: not runix.deployments())
        assert not world.engine.made
        assert not world.engine.stored


async def test_a_stop_that_was_cut_off_is_finished_by_itself(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.fail = {"stop": AWAY}
        with pytest.raises(Unavailable):
            await runix.stop(view.deployment.id)
        faults.fail = {}
        assert runix.get(view.deployment.id).status is Status.STOPPED
        await until(lambda: not world.engine.made)
        await orderly(world, runix)


async def test_a_gateway_that_is_away_keeps_nobody_from_deleting(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.fail = {"page": AWAY, "ensure": AWAY}
        await runix.delete(view.deployment.id)
        faults.fail = {}
        await until(lambda: not world.gateway.routes)


async def test_a_page_that_could_not_be_shown_is_shown_later(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.fail = {"page": AWAY}
        await runix.stop(view.deployment.id)
        faults.fail = {}
        await until(lambda: world.gateway.pages.get(view.deployment.subdomain) is Page.STOPPED)
        await orderly(world, runix)


async def test_what_the_engine_refuses_ends_no_server(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults = world.faults()
        faults.fail = {"drain": Refused("no"), "images": Refused("no"), "healthy": ZeroDivisionError()}
        await runix.redeploy(view.deployment.id)
        await ended(runix, view.deployment.id)
        await asyncio.sleep(0.1)
        faults.fail = {}
        await runix.redeploy(view.deployment.id)
        assert (await ended(runix, view.deployment.id)).deployment.serving_version == 3


async def test_a_network_that_is_still_used_disturbs_no_delete(world: World) -> None:
    async with world.runix() as runix:
        project = runix.create_project("shop")
        view = await world.deployed(runix)
        await runix.change(view.deployment.id, ChangeRequest(fields={"project_id": project.id}))
        await ended(runix, view.deployment.id)
        faults = world.faults()
        faults.fail = {"remove_network": Refused("it is used")}
        await runix.delete(view.deployment.id)
        faults.fail = {}
        await runix.delete_project(project.id)
        assert not world.engine.nets


async def test_a_container_that_somebody_removed_is_made_again(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        assert view.serving
        world.engine.vanish(view.serving.container_id or "")
        await until(lambda: bool(world.engine.made))
        await orderly(world, runix)
        assert len(runix.history(view.deployment.id)) == 1


async def test_a_container_is_made_again_also_while_a_build_runs(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        world.engine.may_build.clear()
        world.engine.building.clear()
        await runix.redeploy(view.deployment.id)
        await world.engine.building.wait()
        assert view.serving
        world.engine.vanish(view.serving.container_id or "")
        await until(lambda: any(each.state == "running" for each in world.engine.made.values()))
        await until(lambda: runix.get(view.deployment.id).health == "healthy")
        world.engine.may_build.set()
        await ended(runix, view.deployment.id)
        await orderly(world, runix)


async def test_a_container_and_its_image_gone_is_a_failure_with_a_reason(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        assert view.serving
        world.engine.stored.clear()
        world.engine.vanish(view.serving.container_id or "")
        await until(lambda: runix.get(view.deployment.id).status is Status.FAILED)
        error = runix.get(view.deployment.id).error
        assert error
        assert error.code == "image_gone"
        with pytest.raises(Exception, match="image of version 1 is gone"):
            await runix.start(view.deployment.id)
        await orderly(world, runix)


async def test_a_container_that_no_version_owns_is_removed_while_runix_runs(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        assert view.serving
        spec = world.engine.specs[view.serving.container_id or ""]
        stray = await world.engine.start((await world.engine.create(spec)).id)
        await until(lambda: stray.id not in world.engine.made)
        await orderly(world, runix)


async def test_a_service_that_was_given_up_and_started_has_all_its_restarts_again(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        world.engine.exits = lambda spec: 1
        assert view.serving
        world.engine.crash(view.serving.container_id or "", 1)
        await until(lambda: runix.get(view.deployment.id).status is Status.FAILED)
        assert world.engine.faults.seen.count("started") == 11
        world.engine.exits = lambda spec: None
        started = await runix.start(view.deployment.id)
        assert started.serving
        world.engine.crash(started.serving.container_id or "", 1)
        await until(lambda: world.engine.faults.seen.count("started") == 13)
        await orderly(world, runix)


async def test_a_service_that_is_down_is_running_but_unhealthy_and_has_no_route(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runix_tui.deploy.recovery.FIRST_PAUSE", 60)
    monkeypatch.setattr("runix_tui.deploy.recovery.LONGEST_PAUSE", 60)
    async with world.runix() as runix:
        view = await world.deployed(runix)
        assert view.serving
        world.engine.crash(view.serving.container_id or "", 1)
        await until(lambda: view.deployment.subdomain not in world.gateway.routes)
        down = runix.get(view.deployment.id)
        assert (down.status, down.health) == (Status.RUNNING, "unhealthy")
        stopped = await runix.stop(view.deployment.id)  # does not wait for the pause
        assert stopped.status is Status.STOPPED
        await orderly(world, runix)


async def test_a_failed_restart_of_a_long_lived_service_counts(world: World) -> None:
    from datetime import UTC, datetime, timedelta

    from runix_tui.core.ports import Container
    from runix_tui.deploy.recovery import Recovery

    ended_at = datetime.now(UTC)
    container = Container("c", "c", "exited", {}, started_at=ended_at - timedelta(days=1), finished_at=ended_at)
    recovery = object.__new__(Recovery)
    recovery._crashes = {}
    assert [recovery._count(container), recovery._count(container)] == [1, 1]
    recovery._crashes["c"].failed = True
    assert recovery._count(container) == 2


async def test_sweeping_never_meets_a_build(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.upkeep.TRY_AGAIN", 0.01)
    world.gateway.faults.fail = {"ensure": AWAY}
    async with world.runix() as runix:
        world.engine.may_build.clear()
        await runix.create(world.request())
        await world.engine.building.wait()
        tries = world.gateway.faults.seen.count("ensure")
        await until(lambda: world.gateway.faults.seen.count("ensure") > tries + 2)
        assert world.engine.faults.seen.count("sweep") == 1
        world.gateway.faults.fail = {}
        world.engine.may_build.set()


@pytest.mark.parametrize("at", ["build", "inspect", "switch", "drain", "stop"])
async def test_runix_ends_at_once_wherever_it_is_and_what_served_still_serves(
    world: World, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runix_tui.deploy.tasks.LETTING_GO", 0.1)
    monkeypatch.setattr("runix_tui.deploy.lanes.INTERRUPT_WITHIN", 0.1)
    async with world.runix() as runix:
        view = await world.deployed(runix)
        identity = view.deployment.id
        faults = world.faults()
        if at == "build":
            world.engine.may_build.clear()
            world.engine.building.clear()
        else:
            faults.gate(at)
        doing = asyncio.ensure_future(runix.stop(identity) if at == "stop" else runix.redeploy(identity))
        await (world.engine.building if at == "build" else faults.reached[at]).wait()
        began = time.monotonic()
    assert time.monotonic() - began < 2
    await asyncio.gather(doing, return_exceptions=True)
    serving = [each for each in world.engine.made.values() if each.state == "running"]
    # What drains keeps its connections until the next start; a gateway that hangs lets nobody clean up.
    assert len(serving) == (2 if at in ("drain", "switch") else 1)
    world.faults()
    world.engine.may_build.set()
    async with world.runix() as runix:
        await orderly(world, runix, at)
        newest = runix.history(identity)[0]
        if at in ("build", "inspect", "switch"):
            assert newest.failure
            assert newest.failure.code == "interrupted"
        elif at == "drain":
            assert newest.status is VersionStatus.RUNNING


async def test_usage_needs_no_engine_and_one_call(world: World) -> None:
    async with world.runix() as runix:
        assert await runix.usage() == {}
        first = (await world.deployed(runix, "one")).deployment.id
        second = (await world.deployed(runix, "two")).deployment.id
        assert set(await runix.usage()) == {first, second}
        assert set(await runix.usage([second, "unknown", second])) == {second}
        await runix.stop(first)
        assert set(await runix.usage()) == {second}
        assert await runix.usage([first]) == {}
        world.faults().fail = {"usage": AWAY}
        assert await runix.usage() == {}


async def test_a_shell_needs_a_container_that_runs(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        identity = view.deployment.id
        assert view.serving
        assert (await runix.shell(identity)).command[-2] == view.serving.container_id
        world.faults().fail = {"inspect": AWAY}
        with pytest.raises(Unavailable):
            await runix.shell(identity)
        world.faults()
        await runix.stop(identity)
        with pytest.raises(Conflict) as refused:
            await runix.shell(identity)
        assert refused.value.code == "not_running"


async def test_a_rollback_to_an_image_that_is_gone_cancels_nothing(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix, env={"A": Secret("1")})
        await runix.redeploy(view.deployment.id)
        await ended(runix, view.deployment.id)
        await until(lambda: len(world.engine.made) == 1)
        world.engine.stored.pop(min(world.engine.stored))
        world.engine.may_build.clear()
        world.engine.building.clear()
        await runix.redeploy(view.deployment.id)
        await world.engine.building.wait()
        with pytest.raises(Conflict) as gone:
            await runix.rollback(view.deployment.id)
        assert gone.value.code == "image_gone"
        assert runix.get(view.deployment.id).status is Status.BUILDING
        world.engine.may_build.set()
        await ended(runix, view.deployment.id)


async def test_a_patch_that_would_replace_what_runs_is_refused_while_the_engine_is_away(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        faults: Faults = world.faults()
        faults.fail = {"info": AWAY}
        with pytest.raises(Unavailable):
            await runix.change(view.deployment.id, ChangeRequest(env={"A": Secret("1")}))
        assert runix.get(view.deployment.id).deployment.config.env == {}
        branch = await runix.change(view.deployment.id, ChangeRequest(fields={"branch": "next"}))
        assert branch.deployment.config.branch == "next"
