"""A log over broken connections: nothing lost, nothing repeated."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.errors import NotFound
from runix_tui.tui.logs import following as module
from runix_tui.tui.logs.following import follow
from runix_tui.tui.logs.source import LogSource
from tests.tui.logkit import API, Server, line, lines

STEPS = st.lists(st.one_of(st.integers(1, 5), st.just("cut"), st.just("wait")), max_size=12)


@given(STEPS, st.integers(1, 3))
def test_every_line_comes_once(steps: list[int | str], chunk: int) -> None:
    async def run() -> tuple[list[int], int]:
        server = Server()
        server.chunk = chunk
        server.say(lines(1, 3))
        said, got = 3, list[int]()

        async def read() -> None:
            async for each in follow(LogSource.runtime(API), API, server.streams, lambda _: None):  # type: ignore[arg-type]
                got.extend(json.loads(entry)["seq"] for entry in each.data.splitlines())

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "PAUSES", (0.0,))
            reader = asyncio.ensure_future(read())
            for step in steps:
                if isinstance(step, int):
                    server.say(lines(said + 1, said + step))
                    said += step
                elif step == "cut":
                    server.cut()
                else:
                    await asyncio.sleep(0)
            while len(got) < said:
                await asyncio.sleep(0)
            for _ in range(20):
                await asyncio.sleep(0)
            reader.cancel()
        return got, said

    got, said = asyncio.run(asyncio.wait_for(run(), 10))
    assert got == list(range(1, said + 1))


async def test_lines_that_come_again_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSES", (0.0,))
    server = Server()
    server.say(lines(1, 3))
    whole = server.logs

    def all_again(deployment_id: str, **query: object) -> object:
        return whole(deployment_id, tail=100)

    monkeypatch.setattr(server, "logs", all_again)
    found = follow(LogSource.runtime(API), API, server.streams, lambda _: None)  # type: ignore[arg-type]
    first = await anext(found)
    server.cut()
    waiting = asyncio.ensure_future(anext(found))
    await asyncio.sleep(0.01)
    server.say([line(4, "new")])
    assert [each.count(b"\n") for each in (first.data, (await waiting).data)] == [3, 1]
    await found.aclose()


async def test_away_and_back_is_told() -> None:
    server = Server()
    server.say(lines(1, 3))
    told: list[bool] = []
    found = follow(LogSource.runtime(API), API, server.streams, told.append)  # type: ignore[arg-type]
    await anext(found)
    server.cut()
    server.say(lines(4, 4))
    await anext(found)
    assert told == [False, True, False]
    await found.aclose()


async def test_a_log_that_is_not_there_is_no_log() -> None:
    found = follow(LogSource.runtime(API), API, Server().streams, lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await anext(found)
