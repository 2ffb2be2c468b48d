"""Work in a thread ends when its caller goes away or its time is up."""

import asyncio
import threading
import time

import pytest

from runix_tui.errors import SourceError
from runix_tui.source.worker import GRACE, Stop, Stopped, in_thread


async def test_gives_the_result_and_the_error() -> None:
    assert await in_thread(lambda: 42, Stop(5)) == 42
    assert await in_thread(lambda: None, Stop(5)) is None

    def fail() -> None:
        raise SourceError("no", code="x")

    with pytest.raises(SourceError) as caught:
        await in_thread(fail, Stop(5))
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

    task = asyncio.create_task(in_thread(work, stop))
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
        await in_thread(lambda: silent.wait(30), Stop(0.05))
    assert caught.value.code == "fetch_timeout"
    assert caught.value.transient
    assert time.monotonic() - began < GRACE + 2
    silent.set()


def test_asking_tells_both_reasons() -> None:
    stop = Stop(60)
    stop.check()
    stop.set()
    with pytest.raises(Stopped):
        stop.check()
    with pytest.raises(SourceError):
        Stop(-1).check()
