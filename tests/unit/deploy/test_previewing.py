"""A plan that is only looked at: nothing is stored, built or left behind, and no engine is needed."""

import asyncio
from dataclasses import replace

import pytest

from runix_tui.core.models import ServiceConfig, ServiceType
from runix_tui.core.requests import PreviewRequest
from runix_tui.core.secret import Secret
from runix_tui.deploy import previewing
from runix_tui.errors import InvalidRequest, PlanError, Unavailable
from runix_tui.locations import locate
from tests.world import REPO, World

AWAY = Unavailable("The engine is away.")


def asked(**changes: object) -> PreviewRequest:
    return PreviewRequest(None, None, None, replace(ServiceConfig(REPO), **changes))


def left_over(world: World) -> list[str]:
    return [path.name for path in locate({"RUNIX_HOME": str(world.home)}).checkouts.iterdir()]


async def test_what_would_be_built(world: World) -> None:
    async with world.runix() as runix:
        world.faults().fail = {"info": AWAY, "ensure_base": AWAY, "resolve": AWAY}
        found = await runix.preview(asked())
        assert (found.name, found.service_type, found.branch) == ("shop", ServiceType.WEB_SERVICE, "main")
        assert found.commit
        assert found.commit.author == "Ada"
        assert found.plan.start[-1] == "main.py"
        assert found.plan.origins["start"].source
        assert "FROM python:3" in found.dockerfile
        assert runix.deployments() == []
        assert left_over(world) == []
        assert world.engine.builds == []


async def test_a_repository_with_its_own_dockerfile(world: World) -> None:
    world.source.push(REPO, {"Dockerfile": '# escape=\\\nFROM debian:12\nEXPOSE 80\nCMD ["true"]\n'})
    async with world.runix() as runix:
        world.faults().fail = {"info": AWAY, "resolve": AWAY}
        found = await runix.preview(asked())
        assert found.plan.runtime == "dockerfile"
        assert "docker.io/library/debian:12" in found.dockerfile


async def test_files_alone_are_a_static_site_by_a_name_that_is_free(world: World) -> None:
    async with world.runix() as runix:
        await world.deployed(runix, "shop")
        world.source.push(REPO, {"index.html": "hello"})
        found = await runix.preview(asked())
        assert (found.name, found.service_type) == ("shop-2", ServiceType.STATIC_SITE)
        assert (await runix.preview(asked(root_dir="apps/My Front_End"))).name == "my-front-end"
        taken = await runix.preview(replace(asked(), name="shop"))
        assert (taken.name, "shop already" in taken.notes[-1]) == ("shop", True)


async def test_what_cannot_be_planned_says_why(world: World) -> None:
    world.source.push(REPO, {"README": "nothing"})
    async with world.runix() as runix:
        with pytest.raises(PlanError) as failed:
            await runix.preview(asked())
        assert failed.value.code == "nothing_detected"
        assert failed.value.evidence
        world.faults().fail = {"check": InvalidRequest.of("branch", "there is no such branch")}
        with pytest.raises(InvalidRequest):
            await runix.preview(asked(branch="x"))
        assert left_over(world) == []


async def test_cancelling_ends_the_fetch(world: World) -> None:
    async with world.runix() as runix:
        faults = world.faults()
        faults.gates = {"fetch": asyncio.Event()}
        faults.reached = {"fetch": asyncio.Event()}
        looking = asyncio.create_task(runix.preview(asked(env={"A": Secret("1")})))
        await faults.reached["fetch"].wait()
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert left_over(world) == []


async def test_more_than_can_be_looked_at_soon_is_refused_at_once(world: World) -> None:
    async with world.runix() as runix:
        faults = world.faults()
        faults.gates = {"check": asyncio.Event()}
        faults.reached = {"check": asyncio.Event()}
        looking = [asyncio.create_task(runix.preview(asked())) for _ in range(previewing.ADMITTED)]
        await faults.reached["check"].wait()
        with pytest.raises(Unavailable) as refused:
            await runix.preview(asked())
        assert (refused.value.code, refused.value.hint) == ("busy", "Try again in a few seconds.")
        assert faults.seen.count("check") <= previewing.AT_ONCE
        looking.pop().cancel()  # who hangs up makes room
        await asyncio.sleep(0)
        more = asyncio.create_task(runix.preview(asked()))
        faults.gates["check"].set()
        assert {found.name for found in await asyncio.gather(more, *looking)} == {"shop"}


async def test_mirrors_of_what_nobody_deployed_go(world: World) -> None:
    async with world.runix() as runix:
        await world.deployed(runix)
        await runix.preview(asked())
        others = [f"https://git.example/{number}.git" for number in range(previewing.REMEMBERED + 1)]
        for url in others:
            world.source.push(url, {"index.html": ""})
            await runix.preview(asked(repo_url=url))
        assert world.source.forgotten == others[:1]
