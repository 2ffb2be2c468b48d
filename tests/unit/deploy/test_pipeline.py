"""The story of a deploy, its failures, and what they leave behind: nothing."""

import asyncio
from dataclasses import replace

import pytest

from runix_tui.core.models import Kind
from runix_tui.core.ports import Listener, Page
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, Status, VersionStatus
from runix_tui.errors import BuildError, Conflict, NotFound, SourceError
from tests.world import FILES, REPO, World, ended, until


async def test_a_deploy_walks_every_stage_and_serves(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        version = view.serving
        assert version
        assert (view.status, version.status, version.served) == (Status.RUNNING, VersionStatus.RUNNING, True)
        assert [time.stage for time in version.stages] == [
            Stage.FETCHING,
            Stage.PLANNING,
            Stage.BUILDING,
            Stage.STARTING,
            Stage.CHECKING,
            Stage.ROUTING,
        ]
        assert all(time.result == "done" for time in version.stages)
        assert world.gateway.routes[view.deployment.subdomain].port == world.port
        assert view.url == f"http://{view.deployment.subdomain}.localhost:8080"


async def test_its_build_log_is_complete_and_ends(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        lines = [line async for batch in runix.build_log(view.deployment.id) for line in batch.ndjson().splitlines()]
        text = b"\n".join(lines).decode()
        assert '"stage":"fetching"' in text.replace(" ", "")
        assert "STEP 1/1" in text
        assert '"status":"running"' in lines[-1].decode().replace(" ", "")


async def test_the_service_gets_its_env_byte_for_byte_and_its_port(world: World) -> None:
    value = "a'b\"c$HOME\n\tü" + "x" * 65000
    async with world.runix() as runix:
        view = await world.deployed(runix, env={"ODD": Secret(value), "HOST": Secret("::")})
        assert view.serving
        env = world.engine.specs[view.serving.container_id or ""].env
        assert env["ODD"] == value
        assert env["HOST"] == "::"
        assert env["PORT"] == str(world.port)
        assert env["RUNIX_VERSION"] == "1"


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ("fetch", SourceError("no such repository", code="repository_not_found", hint="Look.")),
        ("build", BuildError("step 3 failed", code="build_failed", hint="Look.")),
    ],
)
async def test_a_failure_is_told_and_leaves_nothing(world: World, effect: str, error: SourceError) -> None:
    world.engine.faults.fail = world.source.faults.fail = {effect: error}
    async with world.runix() as runix:
        view = await world.deployed(runix)
        assert view.status is Status.FAILED
        assert view.error
        assert (view.error.code, view.error.hint) == (error.code, "Look.")
        assert not world.engine.made
        assert world.gateway.pages[view.deployment.subdomain] is Page.FAILED


async def test_a_process_that_exits_fails_with_its_code_and_the_old_version_serves(world: World) -> None:
    async with world.runix() as runix:
        first = await world.deployed(runix)
        serving = first.serving
        world.engine.exits = lambda spec: 3
        await runix.redeploy(first.deployment.id)
        view = await ended(runix, first.deployment.id)
        assert view.status is Status.RUNNING
        assert view.serving == serving
        assert view.error
        assert view.error.code == "exited"
        assert "3" in view.error.message
        assert list(world.engine.made) == [serving.container_id if serving else ""]
        assert [v.status for v in runix.history(first.deployment.id)] == [VersionStatus.FAILED, VersionStatus.RUNNING]


async def test_one_that_never_listens_fails(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix, port=1)
        assert view.error
        assert view.error.code == "not_listening"


async def test_one_that_listens_on_loopback_alone_is_told_where(world: World) -> None:
    world.engine.listening = lambda spec: [Listener(3000, "127.0.0.1", loopback=True)]
    async with world.runix() as runix:
        view = await world.deployed(runix, port=1)
        assert view.error
        assert view.error.code == "loopback_bind"
        assert "127.0.0.1:3000" in view.error.message


async def test_one_whose_own_port_cannot_be_reached_is_told_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.health.ELSEWHERE_AFTER", 0.05)
    world.engine.listening = lambda spec: [Listener(1, "::", loopback=False)]  # for IPv6 alone
    async with world.runix() as runix:
        view = await world.deployed(runix, port=1)
        assert view.error
        assert view.error.code == "not_reachable"
        assert "[::]:1" in view.error.message
        assert len(world.engine.specs) == 1


async def test_a_service_on_another_port_is_found_and_routed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.deploy.health.ELSEWHERE_AFTER", 0.05)
    world.engine.listening = lambda spec: [Listener(world.port, "0.0.0.0", loopback=False)]
    async with world.runix() as runix:
        view = await world.deployed(runix, port=1)
        assert view.status is Status.RUNNING
        assert world.gateway.routes[view.deployment.subdomain].port == world.port
        assert view.serving
        assert view.serving.release
        assert view.serving.release.routed_port == world.port


async def test_redeploy_replaces_drains_and_removes_the_old_one(world: World) -> None:
    async with world.runix() as runix:
        first = await world.deployed(runix)
        await runix.redeploy(first.deployment.id)
        second = await ended(runix, first.deployment.id)
        assert second.serving
        assert second.serving.number == 2
        await until(lambda: list(world.engine.made) == [second.serving and second.serving.container_id])
        assert len(world.gateway.drained) == 1
        assert [v.status for v in runix.history(first.deployment.id)] == [VersionStatus.RUNNING, VersionStatus.REPLACED]


async def test_rollback_starts_the_stored_image_without_building(world: World) -> None:
    async with world.runix() as runix:
        first = await world.deployed(runix, env={"A": Secret("1")})
        image = first.serving and first.serving.release and first.serving.release.image_id
        world.source.push(REPO, FILES)
        await runix.redeploy(first.deployment.id)
        await ended(runix, first.deployment.id)
        builds = len(world.engine.builds)
        view = await runix.rollback(first.deployment.id)
        assert len(world.engine.builds) == builds
        assert view.serving
        assert view.serving.release
        assert (view.serving.number, view.serving.kind, view.serving.rollback_of) == (3, Kind.ROLLBACK, 1)
        assert view.serving.release.image_id == image
        statuses = [v.status.value for v in runix.history(first.deployment.id)]
        assert statuses == ["running", "replaced", "replaced"]


async def test_rollback_without_a_way_back_is_refused_and_changes_nothing(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        with pytest.raises(Conflict) as refused:
            await runix.rollback(view.deployment.id)
        assert refused.value.code == "no_previous_version"
        world.engine.stored.clear()
        await_again = runix.rollback(view.deployment.id, 1)
        with pytest.raises(Conflict) as gone:
            await await_again
        assert gone.value.code == "image_gone"
        assert len(runix.history(view.deployment.id)) == 1


async def test_a_rollback_that_is_not_healthy_leaves_what_serves(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.redeploy(view.deployment.id)
        before = await ended(runix, view.deployment.id)
        world.engine.exits = lambda spec: 1
        with pytest.raises(Conflict) as refused:
            await runix.rollback(view.deployment.id)
        assert refused.value.code == "not_healthy"
        after = runix.get(view.deployment.id)
        assert after.serving == before.serving
        assert after.status is Status.RUNNING


@pytest.mark.parametrize("ask", ["get", "redeploy"])
async def test_who_asks_for_none_is_told_where_all_are_listed(world: World, ask: str) -> None:
    async with world.runix() as runix:
        with pytest.raises(NotFound) as unknown:
            await getattr(runix, ask)("no-such-id")
        assert "`runix status`" in unknown.value.hint
        assert "GET /deployments" in unknown.value.hint


async def test_cancel_really_stops_a_first_build(world: World) -> None:
    world.engine.may_build.clear()
    async with world.runix() as runix:
        created = await runix.create(world.request())
        await world.engine.building.wait()
        view = await runix.cancel(created.deployment.id)
        assert view.status is Status.STOPPED
        assert runix.history(created.deployment.id)[0].status is VersionStatus.CANCELLED
        assert world.gateway.pages[view.deployment.subdomain] is Page.STOPPED
        with pytest.raises(Conflict) as nothing:
            await runix.cancel(created.deployment.id)
        assert nothing.value.code == "nothing_to_cancel"


async def test_a_newer_redeploy_supersedes_the_queued_one(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        world.engine.may_build.clear()
        world.engine.building.clear()
        await runix.redeploy(view.deployment.id)
        await world.engine.building.wait()
        await runix.redeploy(view.deployment.id)
        await runix.redeploy(view.deployment.id)
        world.engine.may_build.set()
        await ended(runix, view.deployment.id)
        statuses = [v.status.value for v in runix.history(view.deployment.id)]
        assert statuses == ["running", "superseded", "replaced", "replaced"]


async def test_env_changes_replace_what_runs_as_a_config_version(world: World) -> None:
    from runix_tui.core.requests import ChangeRequest

    async with world.runix() as runix:
        view = await world.deployed(runix, env={"A": Secret("1"), "B": Secret("2")})
        await runix.change(view.deployment.id, ChangeRequest(env={"A": None, "C": Secret("3")}))
        after = await ended(runix, view.deployment.id)
        assert after.serving
        assert (after.serving.kind, after.serving.number) == (Kind.CONFIG, 2)
        env = world.engine.specs[after.serving.container_id or ""].env
        assert "A" not in env
        assert (env["B"], env["C"]) == ("2", "3")
        assert len(world.engine.builds) == 1
        await runix.change(view.deployment.id, ChangeRequest(fields={"branch": "next"}))
        assert runix.get(view.deployment.id).deployment.latest_version == 2


async def test_stop_and_start(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        stopped = await runix.stop(view.deployment.id)
        assert (stopped.status, stopped.serving) == (Status.STOPPED, None)
        assert stopped.current
        assert stopped.current.status is VersionStatus.STOPPED
        assert not world.engine.made
        started = await runix.start(view.deployment.id)
        assert started.status is Status.RUNNING
        assert started.serving
        assert started.serving.number == 1
        assert world.gateway.routes


async def test_delete_leaves_nothing(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.delete(view.deployment.id)
        assert not world.engine.made
        assert not world.engine.stored
        assert not world.engine.nets
        assert not world.gateway.routes
        assert not world.gateway.pages
        assert not runix.deployments()
        assert not [path for path in world.home.rglob("*") if view.deployment.id in str(path)]
        assert world.source.forgotten == [REPO]


async def test_images_beyond_the_last_five_that_ran_are_pruned(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        for _ in range(6):
            await runix.redeploy(view.deployment.id)
            await ended(runix, view.deployment.id)
        await until(lambda: len(world.engine.stored) == 5)
        newest = {v.release.image_id for v in runix.history(view.deployment.id)[:5] if v.release}
        assert set(world.engine.stored) == newest


async def test_builds_of_several_services_are_bounded(world: World) -> None:
    world.engine.may_build.clear()
    async with world.runix() as runix:
        ids = [(await runix.create(world.request(f"s{n}"))).deployment.id for n in range(4)]
        await until(lambda: len(world.engine.builds) >= world.config.build.concurrent)
        await asyncio.sleep(0.05)
        assert len(world.engine.builds) == world.config.build.concurrent
        world.engine.may_build.set()
        for identity in ids:
            assert (await ended(runix, identity)).status is Status.RUNNING


async def test_a_crashed_service_is_started_again_and_given_up_in_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runix_tui.deploy.recovery.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("runix_tui.deploy.recovery.LONGEST_PAUSE", 0.01)
    async with world.runix() as runix:
        view = await world.deployed(runix)
        identity = view.serving.container_id if view.serving and view.serving.container_id else ""
        world.engine.crash(identity, 1)
        await until(lambda: world.engine.made[identity].state == "running")
        assert runix.get(view.deployment.id).status is Status.RUNNING
        world.engine.exits = lambda spec: 1
        world.engine.made[identity] = replace(world.engine.made[identity], state="exited", exit_code=1)
        async with asyncio.timeout(20):
            while runix.get(view.deployment.id).status is not Status.FAILED:
                if identity in world.engine.made:  # given up, it is removed
                    world.engine.crash(identity, 1)
                await asyncio.sleep(0.02)
        error = runix.get(view.deployment.id).error
        assert error
        assert error.code == "crashed"
        assert world.gateway.pages[view.deployment.subdomain] is Page.FAILED
