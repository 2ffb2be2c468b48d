"""Where lines come from: older ones in bounded pages, newer ones until somebody took them."""

import json
from contextlib import aclosing

import pytest

from runix_tui.tui.logs import following
from runix_tui.tui.logs import supply as module
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.logs.supply import One
from tests.tui.logkit import API, Server, line, lines


def seqs(data: bytes) -> list[int]:
    return [json.loads(each)["seq"] for each in data.splitlines()]


def one(server: Server) -> One:
    return One(LogSource.runtime(API), server.streams)  # type: ignore[arg-type]


async def given(supply: One, chunks: int) -> list[list[int]]:
    """The seqs of the next chunks. All but the last are taken by then, for the next one was asked for."""
    async with aclosing(supply.newer(lambda _: None)) as newer:
        return [seqs(await anext(newer)) for _ in range(chunks)]


async def test_a_page_of_very_long_lines_is_cut_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_BYTES", 1000)
    monkeypatch.setattr(following, "AT_FIRST", 2)
    server = Server()
    server.chunk = 1
    server.say([line(seq, "x" * 400) for seq in range(1, 8)])
    supply = one(server)
    assert await given(supply, 2) == [[6], [7]]
    pages = [await supply.older() for _ in range(4)]
    assert [seqs(page) for page in pages] == [[4, 5], [2, 3], [1], []]
    assert all(len(page) <= 1000 for page in pages)


async def test_a_line_longer_than_a_page_is_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_BYTES", 100)
    monkeypatch.setattr(following, "AT_FIRST", 2)
    server = Server()
    server.chunk = 1
    server.say([line(seq, "x" * 400) for seq in range(1, 5)])
    supply = one(server)
    await given(supply, 2)
    assert seqs(await supply.older()) == [2]


async def test_what_was_not_taken_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AT_FIRST", 4)
    server = Server()
    server.chunk = 2
    server.say(lines(1, 6))
    supply = one(server)
    assert await given(supply, 1) == [[3, 4]]
    assert await supply.older() == b"", "nothing was taken: what is older than what?"
    assert await given(supply, 2) == [[3, 4], [5, 6]]
    server.say(lines(7, 7))
    assert await given(supply, 2) == [[5, 6], [7]]
    assert seqs(await supply.older()) == [1, 2]
