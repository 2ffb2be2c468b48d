"""Several logs as one: all lines, each once, in the order of time, however they are paged."""

import asyncio
import json

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
            pages = [await merged._newest(lambda _: None)]
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


async def test_one_that_is_deleted_falls_silent() -> None:
    server = Server()
    server.say([line(1, "alive", at=1)], MEMBERS[0])
    merged = Merged(LogSource.runtime(*MEMBERS), server.streams)  # type: ignore[arg-type]
    newer = merged.newer(lambda _: None)
    assert text(await anext(newer)) == "alive"
    waiting = asyncio.ensure_future(anext(newer))
    server.say([line(2, "still", at=2)], MEMBERS[0])
    assert text(await waiting) == "still"
    await newer.aclose()


def text(data: bytes) -> str:
    return str(json.loads(data)["line"])
