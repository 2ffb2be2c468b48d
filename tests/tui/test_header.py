"""The header tells what Runix stands on; the banner tells that the server is away, and that it came back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runix_tui.errors import ConfigError, Unauthorized, Unavailable
from runix_tui.tui.app import RunixApp
from runix_tui.tui.link import Door
from tests.tui.conftest import NARROW, opened, sees, text_of
from tests.tui.served import Served, ServedLink, served


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Served]:
    """Another server, which takes over."""
    (tmp_path / "second").mkdir()
    with served(tmp_path / "second") as found:
        yield found


def app_of(app: object) -> RunixApp:
    assert isinstance(app, RunixApp)
    return app


def said(app: object) -> str:
    return "\n".join(f"{each.title}: {each.text}" for each in app_of(app).notices.kept)


async def test_engine_gateway_model_home_and_api(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await sees(pilot, lambda: "● engine fake" in text_of(pilot.app))
        line = text_of(pilot.app).splitlines()[0]
        assert "● gateway :8080" in line
        assert "builds by rules, no model" in line
        assert "~/.local/state/runix" in line
        assert f"api :{link.url.rsplit(':', 1)[1]}" in line


async def test_a_click_leads_to_the_doctor(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await pilot.click("HeaderBar")
        await sees(pilot, lambda: app_of(pilot.app).main.view == "doctor")


async def test_it_is_short_where_it_must_be(link: ServedLink) -> None:
    async with opened(link, NARROW) as pilot:
        await sees(pilot, lambda: "● fake" in text_of(pilot.app))
        assert "● :8080" in text_of(pilot.app).splitlines()[0]
        assert "api :" in text_of(pilot.app).splitlines()[0]


async def test_an_engine_that_goes_away_is_told(server: Served, link: ServedLink) -> None:
    server.world.faults().fail["info"] = Unavailable("Podman is not there")
    server.world.engine.faults.fail["info"] = Unavailable("Podman is not there")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "✗ engine away" in text_of(pilot.app))


async def test_what_only_starts_is_no_fault(server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch) -> None:
    server.deploy("shop")
    monkeypatch.setattr(server.runix._insight, "_starting", lambda: True)
    server.world.engine.faults.fail["info"] = Unavailable("Podman is not there")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "◐ engine starting   ◐ gateway starting" in text_of(pilot.app))
        await pilot.press("7")
        await sees(pilot, lambda: "◐ starting" in text_of(pilot.app))
        monkeypatch.setattr(server.runix._insight, "_starting", lambda: False)
        await sees(pilot, lambda: "✗ engine away" in text_of(pilot.app) and "✗ unavailable" in text_of(pilot.app))


async def test_without_engine_and_deployments_one_lands_at_the_doctor(server: Served, link: ServedLink) -> None:
    server.world.engine.faults.fail["info"] = Unavailable("Podman is not there")
    async with opened(link) as pilot:
        await sees(pilot, lambda: app_of(pilot.app).main.view == "doctor")
        await pilot.press("escape")
        await sees(pilot, lambda: app_of(pilot.app).main.view == "home")


async def test_the_server_goes_and_another_takes_over(server: Served, second: Served, link: ServedLink) -> None:
    server.deploy("shop")
    second.deploy("blog")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        link.gone = Unavailable("No server answers")
        server.thread.stop()
        await sees(pilot, lambda: "server away" in text_of(pilot.app))
        assert "being reached again" in text_of(pilot.app)
        await pilot.press("r")
        await sees(pilot, lambda: "redeploy shop: The server is away" in said(pilot.app))
        link.gone, link.url, link.owned = None, second.url, True
        await sees(pilot, lambda: "blog" in text_of(pilot.app) and "server away" not in text_of(pilot.app))
        assert "shop" not in text_of(pilot.app).splitlines()[2]
        assert "This window runs the server now" in said(pilot.app)
        second.deploy("later")
        await sees(pilot, lambda: "later" in text_of(pilot.app))


async def test_a_server_that_cannot_start_says_why_and_is_tried_again(link: ServedLink) -> None:
    link.gone = ConfigError("config.toml: build.cpus: must be > 0", hint="Correct this key; every key is optional.")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "build.cpus: must be > 0" in text_of(pilot.app))
        assert "Correct this key" in text_of(pilot.app)
        assert "The settings are wrong" in text_of(pilot.app)
        await pilot.press("r")
        await sees(pilot, lambda: len(pilot.app.screen_stack) == 2 and "build.cpus" in text_of(pilot.app))
        link.gone = None
        await pilot.press("r")
        await sees(pilot, lambda: app_of(pilot.app).fleet.known and "Nothing is deployed yet" in text_of(pilot.app))


async def test_a_server_with_another_token_did_start(link: ServedLink) -> None:
    link.gone = Unauthorized("The token is not that of the server", hint="Unset RUNIX_API_TOKEN.")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "Another token" in text_of(pilot.app))
        assert "cannot start" not in text_of(pilot.app)


async def test_a_server_of_another_version_is_told(link: ServedLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runix_tui.client.sync.Client.skew", "The server is of version 9, restart `runix serve`.")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "version 9" in said(pilot.app))


async def test_the_first_frame_is_there_before_anything_is_asked(
    link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = RunixApp(link)
    shown: list[str] = []

    def connect() -> Door:
        shown.append(text_of(app))
        raise Unavailable("not yet")

    monkeypatch.setattr(link, "connect", connect)
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, lambda: shown)
        assert "Deployments" in shown[0]
