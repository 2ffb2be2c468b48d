"""The app against a served world. Tests wait on what a user sees, never for a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from runix_tui.tui.app import RunixApp
from runix_tui.tui.link import StartOptions
from tests.tui.served import Served, ServedLink, served

WIDE = (120, 40)
NARROW = (80, 24)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def link(server: Served, tmp_path: Path) -> ServedLink:
    return ServedLink(server.url, tmp_path)


@asynccontextmanager
async def opened(
    link: ServedLink, size: tuple[int, int] = WIDE, start: StartOptions | None = None
) -> AsyncIterator[Pilot[None]]:
    """The app on a screen of ``size``, once it knows what there is."""
    app = RunixApp(link, start)
    async with app.run_test(size=size) as pilot:
        if link.gone is None:
            await sees(pilot, lambda: app.fleet.known and app.main.furnished)
        yield pilot


async def sees(pilot: Pilot[None], condition: Callable[[], object], within: float = 10) -> None:
    """Wait until something is so on the screen."""
    deadline = time.monotonic() + within
    while True:
        await pilot.pause()
        if condition():
            return
        assert time.monotonic() < deadline, f"it never came true; on the screen:\n{text_of(pilot.app)}"
        await asyncio.sleep(0.01)


def text_of(app: object) -> str:
    """All that is on the screen, as text."""
    assert isinstance(app, RunixApp)
    width, height = app.size
    lines = []
    for strip in app.screen._compositor.render_strips()[:height]:
        lines.append("".join(segment.text for segment in strip)[:width].rstrip())
    return "\n".join(lines)
