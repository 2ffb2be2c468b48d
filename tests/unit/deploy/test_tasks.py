"""Tasks: owned by one, contained, finished when they must be."""

import asyncio
import logging

import pytest

from runix_tui.deploy import tasks as module
from runix_tui.deploy.tasks import Tasks, forever, uninterrupted
from runix_tui.errors import Conflict, NotFound


async def test_a_task_that_breaks_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    done = asyncio.Event()

    async def breaks() -> None:
        raise ZeroDivisionError

    async def goes_on() -> None:
        await asyncio.sleep(0.01)
        done.set()

    with caplog.at_level(logging.ERROR):
        async with Tasks() as tasks:
            tasks.spawn(breaks(), "the broken one")
            tasks.spawn(goes_on(), "the other")
            await asyncio.wait_for(done.wait(), 5)
    assert "the broken one" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_leaving_cancels_what_runs_also_what_never_began() -> None:
    ended = []

    async def runs() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("runs")

    async with Tasks() as tasks:
        tasks.spawn(runs(), "runs")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks.spawn(runs(), "never began")
    assert ended == ["runs"]


async def test_complete_gives_the_result_and_the_error() -> None:
    async def gives() -> int:
        return 3

    async def fails() -> None:
        raise NotFound("nothing")

    async with Tasks() as tasks:
        assert await tasks.complete(gives(), "gives") == 3
        with pytest.raises(NotFound):
            await tasks.complete(fails(), "fails")


async def test_complete_goes_on_when_its_caller_goes_away() -> None:
    going, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await going.wait()
        done.set()

    async with Tasks() as tasks:
        caller = asyncio.ensure_future(tasks.complete(work(), "work"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        going.set()
        await asyncio.wait_for(done.wait(), 5)


async def test_complete_tells_its_caller_that_another_cut_it_short() -> None:
    inner: asyncio.Future[asyncio.Task[None] | None] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        inner.set_result(asyncio.current_task())
        await asyncio.sleep(60)

    async with Tasks() as tasks:
        caller = asyncio.ensure_future(tasks.complete(work(), "start shop"))
        task = await inner
        assert task
        task.cancel()
        with pytest.raises(Conflict) as cut:
            await caller
        assert cut.value.code == "cut_short"


async def test_uninterrupted_work_survives_any_number_of_cancels() -> None:
    going = asyncio.Event()
    done = []

    async def work() -> int:
        await going.wait()
        done.append(True)
        return 7

    task = asyncio.ensure_future(uninterrupted(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    going.set()
    assert await task == 7
    assert done == [True]


async def test_uninterrupted_work_that_hangs_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LETTING_GO", 0.02)
    task = asyncio.ensure_future(uninterrupted(asyncio.sleep(60)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)


async def test_a_loop_that_breaks_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_AFTER", 0.0)
    begun = asyncio.Semaphore(0)

    async def loop() -> None:
        begun.release()
        raise ZeroDivisionError

    task = asyncio.ensure_future(forever("loop", loop))
    async with asyncio.timeout(5):
        for _ in range(3):
            await begun.acquire()
    task.cancel()
