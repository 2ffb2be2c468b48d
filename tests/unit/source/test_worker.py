"""Work in a thread ends when its caller goes away or its time is up."""

import asyncio
import threading
import time

import pytest

from runix_tui.errors import SourceError, Unavailable
from runix_tui.source.worker import GRACE, Stop, Stopped, Threads


async def test_gives_the_result_and_the_error() -> None:
    assert await Threads().run(lambda: 42, Stop(5)) == 42
    assert await Threads().run(lambda: None, Stop(5)) is None

    def fail() -> None:
        raise SourceError("no", code="x")

    with pytest.raises(SourceError) as caught:
        await Threads().run(fail, Stop(5))
    assert caught.value.code == "x"


async def test_a_cancelled_caller_ends_the_work() -> None:
    stop, started, ended = Stop(60), threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        try:
            while True:
                stop.pause(0.001)
        finally:
            ended.set()

    task = asyncio.create_task(Threads().run(work, stop))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    assert stop.asked


async def test_work_that_never_asks_is_left_behind_at_its_deadline() -> None:
    silent = threading.Event()
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        await Threads().run(lambda: silent.wait(30), Stop(0.05))
    assert caught.value.code == "fetch_timeout"
    assert caught.value.transient
    assert time.monotonic() - began < GRACE + 2
    silent.set()


async def test_what_was_left_behind_is_bounded() -> None:
    silent, threads = threading.Event(), Threads(most=2)

    async def give_up() -> None:
        with pytest.raises(SourceError):
            await threads.run(lambda: silent.wait(30), Stop(0.01))

    await asyncio.gather(give_up(), give_up())
    with pytest.raises(Unavailable) as refused:
        await threads.run(lambda: 42, Stop(5))
    assert (refused.value.code, refused.value.hint) == ("busy", "Try again in half a minute.")
    left = [thread for thread in threading.enumerate() if thread.name == "runix-source"]
    silent.set()
    for thread in left:
        await asyncio.to_thread(thread.join, 5)
    assert await threads.run(lambda: 42, Stop(5)) == 42


def test_asking_tells_both_reasons() -> None:
    stop = Stop(60)
    stop.check()
    stop.set()
    with pytest.raises(Stopped):
        stop.check()
    with pytest.raises(SourceError):
        Stop(-1).check()
