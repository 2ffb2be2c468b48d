"""The fleet is true whatever happens while it is read, and calls that wait leave room for those that do not."""

import asyncio
import threading

import pytest

from runix_tui.client import Client
from runix_tui.core import wire
from runix_tui.tui.connection import Connection
from runix_tui.tui.fleet import Fleet
from tests.tui.served import Served, ServedLink


async def test_what_changes_while_the_list_is_read_is_not_missed(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is read, and before it arrives one more is deployed: then only an event can tell."""
    real, fleet = Client.deployments, Fleet()

    def late(client: Client) -> list[wire.Deployment]:
        found = real(client)
        server.deploy("shop")
        return found

    monkeypatch.setattr(Client, "deployments", late)
    connection = Connection(link, fleet, lambda _: None, list)
    running = asyncio.ensure_future(connection.run())
    try:
        async with asyncio.timeout(10):
            while not fleet.deployments:
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_calls_that_wait_leave_room_for_others(link: ServedLink) -> None:
    connection, let_go = Connection(link, Fleet(), lambda _: None, list), threading.Event()
    running = asyncio.ensure_future(connection.run())
    waiting = [asyncio.ensure_future(connection.call(lambda _: let_go.wait(8), patient=True)) for _ in range(40)]
    try:
        async with asyncio.timeout(10):
            await connection.call(lambda client: client.projects())
        assert not any(each.done() for each in waiting)
    finally:
        let_go.set()
        await asyncio.gather(*waiting)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
