"""Several logs as one: all lines, each once, in the order of time, however they are paged."""

import asyncio
import json
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.tui.logs import merged as module
from runix_tui.tui.logs.entries import entry
from runix_tui.tui.logs.merged import Merged
from runix_tui.tui.logs.source import LogSource, Member
from tests.tui.logkit import Server, line

MEMBERS = tuple(Member(f"d{number}", f"s{number}") for number in range(3))
TIMES = st.lists(st.integers(0, 50), max_size=15).map(sorted)


def logs_of(server: Server, times: list[list[int]]) -> list[tuple[int, str]]:
    """What each member says, and when; all of it in the order of time."""
    said = []
    for member, stamps in zip(MEMBERS, times, strict=True):
        server.say([line(seq, f"{member.name}:{seq}", at=at) for seq, at in enumerate(stamps, 1)], member)
        said += [(at, f"{member.name}:{seq}") for seq, at in enumerate(stamps, 1)]
    return said


@given(st.lists(TIMES, min_size=3, max_size=3), st.integers(3, 12), st.integers(3, 12))
def test_pages_of_older_lines_are_those_of_one_sorted_log(times: list[list[int]], first: int, later: int) -> None:
    server = Server()
    said = logs_of(server, times)

    async def read() -> list[bytes]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "AT_FIRST", first)
            patch.setattr(module, "PAGE", later)
            merged = Merged(LogSource.runtime(*MEMBERS), server.streams)  # type: ignore[arg-type]
            pages = [module._joined(await merged._newest(lambda _: None))]
            while page := await merged.older():
                pages.insert(0, page)
            return pages

    pages = asyncio.run(read())
    lines = [json.loads(each) for page in pages for each in page.splitlines()]
    assert sorted((each["ts"], each["line"]) for each in lines) == sorted((stamp(at), text) for at, text in said)
    assert [each["ts"] for each in lines] == sorted(each["ts"] for each in lines)
    origins = [entry(each).origin for page in pages for each in page.splitlines()]
    assert [f"s{origin}" for origin in origins] == [each["line"].partition(":")[0] for each in lines]
    for name in ("s0", "s1", "s2"):
        own = [int(each["line"].partition(":")[2]) for each in lines if each["line"].startswith(name)]
        assert own == sorted(own)


def stamp(at: float) -> str:
    return str(json.loads(line(1, "", at=at))["ts"])


async def test_live_lines_wait_a_moment_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT", 0.02)
    server = Server()
    for member in MEMBERS:
        server.say([line(1, member.name, at=1)], member)
    merged = Merged(LogSource.runtime(*MEMBERS), server.streams)  # type: ignore[arg-type]
    newer = merged.newer(lambda _: None)
    assert [text(each) for each in (await anext(newer)).splitlines()] == ["s0", "s1", "s2"]
    waiting = asyncio.ensure_future(anext(newer))
    await asyncio.sleep(0)
    server.say([line(2, "later", at=9)], MEMBERS[0])
    server.say([line(2, "earlier", at=8)], MEMBERS[2])
    assert [text(each) for each in (await waiting).splitlines()] == ["earlier", "later"]
    await newer.aclose()


STEPS = st.lists(st.one_of(st.sampled_from(MEMBERS), st.just("leave"), st.just("wait")), max_size=15)


@given(STEPS)
def test_who_leaves_and_comes_back_misses_nothing_and_gets_nothing_twice(steps: list[Member | str]) -> None:
    async def run() -> tuple[list[str], list[str]]:
        server, said, got = Server(), list[str](), list[str]()
        for member in MEMBERS:
            server.say([], member)
        merged = Merged(LogSource.runtime(*MEMBERS), server.streams)  # type: ignore[arg-type]

        async def read() -> None:
            async with aclosing(merged.newer(lambda _: None)) as newer:
                async for data in newer:
                    got.extend(map(text, data.splitlines()))

        reader = asyncio.ensure_future(read())
        while len(server.asked) < 2 * len(MEMBERS):  # a page of each, then each is followed
            await asyncio.sleep(0)
        for step in steps:
            if isinstance(step, Member):
                said.append(f"{step.name}:{len(said)}")
                server.say([line(len(said), said[-1], at=len(said))], step)
            elif step == "leave":
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)
                reader = asyncio.ensure_future(read())
            else:
                for _ in range(3):
                    await asyncio.sleep(0)
        while len(got) < len(said):
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        return got, said

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WAIT", 0)
        got, said = asyncio.run(asyncio.wait_for(run(), 10))
    assert sorted(got) == sorted(said)


async def test_one_that_is_not_there_says_so_and_the_others_go_on() -> None:
    server = Server()
    server.say([line(1, "alive", at=1)], MEMBERS[0])
    merged = Merged(LogSource.runtime(*MEMBERS), server.streams)  # type: ignore[arg-type]
    found: list[str] = []
    async with aclosing(merged.newer(lambda _: None)) as newer:
        async for data in newer:
            found += map(text, data.splitlines())
            if found == ["alive"]:
                server.say([line(2, "still", at=2)], MEMBERS[0])
            if len(found) == 4:
                break
    assert found[:2] == ["alive", "still"]
    assert found[2:] == [f"── its log ends here: There is no deployment {gone.id} ──" for gone in MEMBERS[1:]]


def text(data: bytes) -> str:
    return str(json.loads(data)["line"])
