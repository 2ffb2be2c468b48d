"""What is done is told as it begins and as it ends, and reads only when they are worth it."""

import asyncio
from pathlib import Path

import pytest

from runix_tui.core.activity import ActivityEntry, ActivitySource
from runix_tui.deploy import diary as diaries
from runix_tui.deploy.diary import Diary
from runix_tui.errors import StoreError, Unavailable
from runix_tui.store.store import Store
from tests.fakes import FakeClock
from tests.world import World, ended

ENGINE, DEPLOY = ActivitySource.ENGINE, ActivitySource.DEPLOY


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def diary(tmp_path: Path, clock: FakeClock) -> Diary:
    store = Store.open(tmp_path / "runix.db")
    store.close()  # names cannot be had: nothing breaks
    with pytest.raises(StoreError):
        store.deployment("x")
    return Diary(store, clock)


async def told(diary: Diary, tail: int = 1000) -> list[ActivityEntry]:
    return [entry async for entry in diary.read(tail=tail, follow=False)]


async def test_it_begins_and_ends(diary, clock):
    reader = diary.read(tail=10, follow=True)
    with diary.doing(ENGINE, "build", "my-api v4", deployment_id="d", version=4) as note:
        begun = await anext(reader)
        await clock.sleep(8.25)
        note("first words")
        note("141 MiB")
    done = await anext(reader)
    assert (begun.status, begun.duration_seconds, begun.detail) == ("started", None, "")
    assert (done.status, done.duration_seconds, done.detail) == ("done", 8.25, "141 MiB")
    assert (done.id, done.at, done.subject, done.version) == (begun.id, begun.at, "my-api v4", 4)
    assert await told(diary) == [done]
    diary.close()
    with pytest.raises(StopAsyncIteration):
        await anext(reader)


async def test_ids_go_on_in_the_next_run(diary, clock):
    for _ in range(3):
        with diary.doing(ENGINE, "start"):
            pass
    last = (await told(diary))[-1].id
    await clock.sleep(1)
    again = Diary(diary._store, clock)
    with again.doing(ENGINE, "start"):
        pass
    assert (await told(again))[0].id > last


async def test_why_it_failed(diary):
    with pytest.raises(Unavailable), diary.doing(ENGINE, "start", "a"):
        raise Unavailable("The engine is away.")
    with pytest.raises(KeyError), diary.doing(ENGINE, "start", "b"):
        raise KeyError("a secret, maybe")
    with pytest.raises(asyncio.CancelledError), diary.doing(ENGINE, "start", "c"):
        raise asyncio.CancelledError
    assert [(entry.status, entry.detail) for entry in await told(diary)] == [
        ("failed", "The engine is away."),
        ("failed", "KeyError"),
        ("failed", "cancelled"),
    ]


async def test_what_is_done_inside_is_about_the_same(diary):
    async def inside() -> None:
        with diary.doing(ENGINE, "build"):
            pass

    with diary.doing(DEPLOY, "building", deployment_id="one", version=2):
        await asyncio.create_task(inside())
        with diary.doing(ENGINE, "remove", deployment_id="other"), diary.doing(ENGINE, "look", version=7):
            pass
    with diary.doing(ENGINE, "ping"):
        pass
    found = {entry.action: (entry.deployment_id, entry.version) for entry in await told(diary)}
    assert found == {
        "building": ("one", 2),
        "build": ("one", 2),
        "remove": ("other", None),
        "look": ("other", 7),
        "ping": (None, None),
    }


async def test_reads_are_told_when_they_are_slow_or_fail(diary, clock):
    with diary.doing(ENGINE, "list", quiet=True):
        await clock.sleep(diaries.SLOW / 2)
    with pytest.raises(asyncio.CancelledError), diary.doing(ENGINE, "stats", quiet=True):
        raise asyncio.CancelledError
    assert await told(diary) == []
    with diary.doing(ENGINE, "slow", quiet=True):
        await clock.sleep(diaries.SLOW)
    for _ in range(3):
        with pytest.raises(Unavailable), diary.doing(ENGINE, "ping", quiet=True):
            raise Unavailable("away")
    await clock.sleep(diaries.REPEATED)
    with pytest.raises(Unavailable), diary.doing(ENGINE, "ping", quiet=True):
        raise Unavailable("away")
    assert [entry.action for entry in await told(diary)] == ["slow", "ping", "ping"]


async def test_old_entries_go_and_a_slow_reader_delays_nobody(diary):
    reader = diary.read(tail=5, follow=True)
    with diary.doing(ENGINE, "first"):
        assert (await anext(reader)).action == "first"
    for number in range(diaries.KEPT + 10):
        with diary.doing(ENGINE, str(number)):
            pass
    assert [entry.action for entry in await told(diary, 2)] == ["1008", "1009"]
    assert await told(diary, 0) == []
    kept = await told(diary)
    assert (len(kept), kept[0].action) == (diaries.KEPT, "10")
    assert (await anext(reader)).action == "10"  # what was pushed out is missed


async def test_a_deploy_is_told_by_name(world: World) -> None:
    async with world.runix() as runix:
        view = await world.deployed(runix)
        await runix.redeploy(view.deployment.id)
        await ended(runix, view.deployment.id)
        found: list[ActivityEntry] = []
        while not found or any(entry.status == "started" for entry in found):
            found = [entry async for entry in runix.activity(follow=False)]
            await asyncio.sleep(0.005)
        told = [(entry.action, entry.subject) for entry in found if entry.source is DEPLOY]
        stages = ("fetching", "planning", "building", "starting", "checking", "routing")
        assert told == [
            ("create", "shop"),
            *((stage, "shop v1") for stage in stages),
            ("redeploy", "shop"),
            *((stage, "shop v2") for stage in stages),
        ]
        assert {entry.deployment_id for entry in found[1:]} == {view.deployment.id}
        assert {entry.status for entry in found} == {"done"}
