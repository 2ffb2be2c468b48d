"""How commands come by a server that runs in the background, or is just coming up."""

import socket
from contextlib import ExitStack

import pytest

from runix_tui.bootstrap import detached
from runix_tui.bootstrap.home import announced, server_lock
from runix_tui.locations import Locations


def address_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_what_a_killed_server_said_is_not_taken_for_the_next_ones(
    locations: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one holds the home already, but has not said yet where it listens."""
    with ExitStack() as stack:
        stack.enter_context(server_lock(locations))
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        with socket.create_server(("127.0.0.1", 0)) as killed:
            stack.enter_context(announced(locations, address_of(killed)))
        monkeypatch.setattr(
            detached.time, "sleep", lambda _: stack.enter_context(announced(locations, address_of(server)))
        )
        found = detached.reach(locations)
        assert found is not None
        assert found.url == address_of(server)
