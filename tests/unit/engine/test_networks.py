"""Networks are kept apart by the host's rules, whatever another home does at the same time."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from runix_tui.config import Config
from runix_tui.engine.connection import Answer
from runix_tui.engine.engine import PodmanEngine
from runix_tui.engine.networks import Networks
from runix_tui.locations import locate


class Making:
    """A connection to an engine without networks; ``did`` is what was done, in order."""

    def __init__(self) -> None:
        self.did: list[str] = []

    def doing(self, *_: object) -> AbstractContextManager[None]:
        return nullcontext()

    async def call(self, _what: str, ask: Callable[[object], object]) -> object:
        made = lambda name, **_: self.did.append(f"create {name}")  # noqa: E731 - one of two answers
        return ask(SimpleNamespace(networks=SimpleNamespace(exists=lambda _: False, create=made)))

    async def request(self, method: str, path: str, _what: str) -> Answer:
        self.did.append(f"{method} {path}")
        return Answer(200, [])


async def test_the_rules_are_there_once_the_network_can_be_seen() -> None:
    """Before that, who just took them away for good would not have known of it."""
    connection = Making()
    networks = Networks(connection, "home", version=(4, 3, 1), keep_apart=lambda: connection.did.append("keep apart"))  # type: ignore[arg-type]  # all that is used of one
    await networks.ensure("shop", {})
    assert connection.did == ["create shop", "keep apart"]


async def test_a_build_that_is_cancelled_early_leaves_no_network() -> None:
    connection, go = Making(), threading.Event()
    networks = Networks(connection, "home", version=(4, 3, 1), keep_apart=lambda: go.wait(5))  # type: ignore[arg-type]

    async def build() -> None:
        async with networks.for_build("b1"):
            raise AssertionError("it was cancelled before")

    building = asyncio.create_task(build())
    while not connection.did:
        await asyncio.sleep(0)
    building.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await building
    made, removed = connection.did
    assert removed.removeprefix("DELETE /networks/") == made.removeprefix("create ")


@pytest.mark.parametrize(
    ("seen", "did"),
    [
        ([["10.90.1.0/24"]], []),
        ([["10.88.0.0/16"], []], ["let go"]),
        ([[], ["10.90.1.0/24"]], ["let go", "keep apart"]),
    ],
    ids=["another home has networks", "none has", "another home makes one meanwhile"],
)
async def test_the_host_is_left_when_no_home_has_networks(
    tmp_path: Path, seen: list[list[str]], did: list[str]
) -> None:
    found: list[str] = []
    engine = PodmanEngine(locate({"RUNIX_HOME": str(tmp_path)}), Config(), "home", {})

    async def subnets() -> list[str]:
        return seen.pop(0)

    engine._opened = SimpleNamespace(networks=SimpleNamespace(subnets=subnets))  # type: ignore[assignment]
    engine._service = SimpleNamespace(  # type: ignore[assignment]
        let_networks_go=lambda: found.append("let go"), keep_networks_apart=lambda: found.append("keep apart")
    )
    await engine.leave_host()
    assert (found, seen) == (did, [])
