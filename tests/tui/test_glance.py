"""The list that shows before the client is loaded: rows to move in, replaced by what the client reads."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from runix_tui.tui.app import RunixApp
from runix_tui.tui.glance import entries
from runix_tui.tui.link import Door
from tests.tui.conftest import WIDE, sees, text_of
from tests.tui.served import TOKEN, Served, ServedLink
from tests.world import REPO


def read(server: Served, path: str) -> bytes:
    """The API's own answer."""
    answer = httpx.get(server.url + path, headers={"Authorization": f"Bearer {TOKEN.reveal()}"})
    assert answer.status_code == 200, answer.text
    return answer.content


@dataclass
class GlancingLink(ServedLink):
    """Shows a first look at once, and the server itself when ``opened``."""

    seen: tuple[bytes, bytes] | None = None
    opened: threading.Event = field(default_factory=threading.Event)

    def glance(self) -> tuple[bytes, bytes] | None:
        """What was seen."""
        return self.seen

    def connect(self) -> Door:
        """Only when it may."""
        assert self.opened.wait(10)
        return super().connect()


@pytest.fixture
def glancing(server: Served, tmp_path: Path) -> GlancingLink:
    server.deploy("shop")
    server.deploy("blog")
    return GlancingLink(server.url, tmp_path, seen=(read(server, "/deployments"), read(server, "/projects")))


async def test_the_list_is_there_before_the_server_is_reached(glancing: GlancingLink, server: Served) -> None:
    app = RunixApp(glancing)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, lambda: "shop" in text_of(app) and "blog" in text_of(app))
        assert not app.fleet.known
        assert [each.name for each in app.fleet.entries()] == ["shop", "blog"]
        assert "● shop" in text_of(app)
        await pilot.press("down")
        await sees(pilot, lambda: "▸ ● shop" in text_of(app))
        server.deploy("late")
        glancing.opened.set()
        await sees(pilot, lambda: app.fleet.known and "late" in text_of(app))
        assert "▸ ● shop" in text_of(app)


async def test_a_look_that_comes_late_changes_nothing(glancing: GlancingLink, server: Served) -> None:
    glancing.opened.set()
    app = RunixApp(glancing)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, lambda: app.fleet.known)
        before = app.fleet.entries()
        app.fleet.glance([])
        assert app.fleet.entries() == before


def test_rows_say_what_those_of_the_client_say(server: Served) -> None:
    from runix_tui.client import Client
    from runix_tui.tui.fleet import Fleet

    server.deploy("shop")
    fleet = Fleet()
    with Client(server.url, TOKEN) as client:
        project = client.create_project("store")
        body = {"service_name": "blog", "repo_url": REPO, "service_type": "web_service", "project_id": project.id}
        server.settle(client.create(body).id)
        fleet.replace(client.deployments(), client.projects())
    assert list(entries(read(server, "/deployments"), read(server, "/projects"))) == fleet.entries()


@pytest.mark.parametrize("told", [b"", b"{}", b"[1]", b'[{"id": "x"}]', b"null", b"[[]]"])
def test_what_is_not_understood_is_nothing(told: bytes) -> None:
    assert entries(told, b"[]") == ()
    assert entries(b"[]", told) == ()
