"""A new deployment: from a source to a build that one watches, and everything that can be wrong on the way."""

import asyncio
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select, TextArea

from runix_tui.client import Client
from runix_tui.errors import InvalidRequest, SourceError
from runix_tui.tui import paths
from runix_tui.tui.app import RunixApp
from runix_tui.tui.modals.new import NewDeployment
from runix_tui.tui.modals.new_fields import DeploymentFields
from runix_tui.tui.paths import Folder
from runix_tui.tui.widgets.field import Field
from tests.tui.conftest import NARROW, WIDE, opened, sees, text_of
from tests.tui.served import Served, ServedLink
from tests.tui.test_typed_ahead import at_once
from tests.world import FILES, REPO

SITE = {"index.html": "<h1>hello</h1>"}
FLASK = {"requirements.txt": "flask\ngunicorn\n", "app.py": "import flask\napp = flask.Flask(__name__)\n"}


@pytest.fixture
def home(server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two folders that can be deployed, one of them with git."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("src/my-flask/.git", "src/my-site"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "src/my-flask/.git/HEAD").write_text("ref: refs/heads/fix\n")
    (tmp_path / "src/my-flask/.env").write_text("TOKEN='a b'\n# why\nLEVEL=info\n")
    server.world.source.push(str((tmp_path / "src/my-flask").resolve()), FLASK)
    server.world.source.push(str((tmp_path / "src/my-site").resolve()), SITE)
    return tmp_path


def form(pilot: Pilot[None]) -> NewDeployment:
    screen = pilot.app.screen
    assert isinstance(screen, NewDeployment)
    return screen


def field(pilot: Pilot[None], path: str) -> Field:
    return next(each for each in pilot.app.screen.query(Field) if each.path == path)


async def begin(pilot: Pilot[None], source: str = "") -> None:
    """The form, with a source in it."""
    await pilot.press("a")
    await sees(pilot, lambda: "New deployment" in text_of(pilot.app) and isinstance(pilot.app.focused, Input))
    if source:
        write(pilot, "repo_url", source)
        await sees(pilot, lambda: not form(pilot).fields.is_choosing)


def write(pilot: Pilot[None], path: str, text: str) -> None:
    """Into a field, as if pasted."""
    field(pilot, path).query_one(Input).value = text


def wrong(pilot: Pilot[None], path: str) -> str:
    """What is said to be wrong with a field."""
    return field(pilot, path).said


def runix(pilot: Pilot[None]) -> RunixApp:
    assert isinstance(pilot.app, RunixApp)
    return pilot.app


async def found(pilot: Pilot[None]) -> None:
    await sees(pilot, lambda: "✓ Found" in text_of(pilot.app))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_from_a_source_to_a_build_that_one_watches(
    size: tuple[int, int], server: Served, link: ServedLink
) -> None:
    async with opened(link, size) as pilot:
        await begin(pilot, REPO)
        await found(pilot)
        text = text_of(pilot.app)
        assert "python3 main.py" in text
        assert "main.py: a file of the usual name" in text
        write(pilot, "port", str(server.world.port))
        gate = server.world.faults().gate("start")
        await pilot.press("f5")
        await sees(pilot, lambda: not isinstance(pilot.app.screen, NewDeployment))
        await sees(pilot, lambda: runix(pilot).main.deployment is not None)
        made = runix(pilot).main.deployment
        assert made is not None
        assert made.service_name == "shop"
        await sees(pilot, lambda: "◐ start" in text_of(pilot.app) and "── start ──" in text_of(pilot.app))
        server.loop.call_soon_threadsafe(gate.set)
        server.settle(made.id)
        await sees(pilot, lambda: "● live" in text_of(pilot.app))


async def test_folders_are_completed_as_they_are_typed(home: Path, server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press(*"~/src/my")
        await sees(pilot, lambda: "~/src/my-flask  git fix" in text_of(pilot.app))
        assert "~/src/my-site" in text_of(pilot.app)
        await pilot.press("tab")
        await sees(pilot, lambda: form(pilot).fields.source_text == "~/src/my-")
        await pilot.press("f")
        await sees(pilot, lambda: "~/src/my-site" not in text_of(pilot.app))
        await pilot.press("tab")
        await sees(pilot, lambda: form(pilot).fields.source_text == "~/src/my-flask")
        await found(pilot)
        assert "flask" in text_of(pilot.app)
        await pilot.press("f5")
        await sees(
            pilot, lambda: [each.service_name for each in runix(pilot).fleet.deployments.values()] == ["my-flask"]
        )


async def test_a_folder_is_taken_from_the_list(home: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press(*"~/src/")
        await sees(pilot, lambda: "~/src/my-site" in text_of(pilot.app))
        await pilot.press("down", "down", "enter")
        await sees(pilot, lambda: form(pilot).fields.source_text == "~/src/my-site")
        await found(pilot)
        assert form(pilot).fields.kind == "static_site"
        assert field(pilot, "service_type").query_one(Select).value == "static_site"


async def test_enter_takes_the_only_folder_there_is(home: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press(*"~/src/my-f", "enter")
        await sees(pilot, lambda: form(pilot).fields.source_text == "~/src/my-flask")
        await sees(pilot, lambda: field(pilot, "branch").has_focus_within)
        await found(pilot)


async def test_what_is_typed_while_the_only_folder_is_looked_for_stays(
    home: Path, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = Event(), Event()

    def only_one(typed: str) -> Folder:
        asked.set()
        go_on.wait(10)
        return Folder(typed + "lask")

    monkeypatch.setattr(paths, "only_one", only_one)
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press(*"~/src/my-f")
        at_once(pilot.app, "enter")
        await asyncio.to_thread(asked.wait, 10)
        write(pilot, "repo_url", "~/src/my-fx")
        go_on.set()
        await pilot.pause()
        assert form(pilot).fields.source_text == "~/src/my-fx"
        assert field(pilot, "repo_url").has_focus_within


async def test_enter_takes_what_was_typed_where_that_is_a_project(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        write(pilot, "project", "def")
        field(pilot, "project").query_one(Input).focus()
        await pilot.press("enter")
        await sees(pilot, lambda: not field(pilot, "project").has_focus_within)
        assert form(pilot).fields.project == "def"


async def test_a_folder_that_is_not_there_is_said_at_the_repository(home: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press(*"~/nowhere")
        await sees(pilot, lambda: "there is no folder ~/nowhere yet" in text_of(pilot.app))
        assert not wrong(pilot, "repo_url"), "it is still being typed"
        await pilot.press("tab")
        await sees(pilot, lambda: "there is no folder ~/nowhere" in wrong(pilot, "repo_url"))


async def test_what_cannot_be_deployed_is_said_at_the_repository(home: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press(*"~/nowhere", "f5")
        await sees(pilot, lambda: "there is no folder ~/nowhere" in wrong(pilot, "repo_url"))
        assert field(pilot, "repo_url").has_focus_within
        assert not wrong(pilot, "service_name")


async def test_esc_closes_the_list_before_the_form(home: Path, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press(*"~/src/")
        await sees(pilot, lambda: "~/src/my-site" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "~/src/my-site" not in text_of(pilot.app))
        assert isinstance(pilot.app.screen, NewDeployment)


async def test_what_was_found_can_be_changed(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot, REPO)
        await found(pilot)
        start = field(pilot, "command").query_one(Input)
        start.focus()
        await pilot.press("right", *" -u")
        assert start.value == "python3 main.py -u"
        write(pilot, "port", str(server.world.port))
        await sees(pilot, lambda: "the command of the request" in text_of(pilot.app))
        await pilot.press("f5")
        await sees(pilot, lambda: runix(pilot).main.deployment is not None)
        made = next(iter(runix(pilot).fleet.deployments))
        server.settle(made)
        version = server.runix.version(made, 1)
        assert version.config.command == "python3 main.py -u"
        assert version.config.port == server.world.port


async def test_the_servers_words_stand_under_the_field(link: ServedLink) -> None:
    async with opened(link, NARROW) as pilot:
        await begin(pilot, REPO)
        await found(pilot)
        write(pilot, "port", "eighty")
        await sees(pilot, lambda: wrong(pilot, "port") == "must be a whole number, not a string")
        write(pilot, "port", "8000")
        await sees(pilot, lambda: not wrong(pilot, "port"))
        write(pilot, "health_path", "healthz")
        await sees(pilot, lambda: "does not begin with '/'" in wrong(pilot, "health_path"))
        await pilot.press("f5")
        await sees(pilot, lambda: wrong(pilot, "health_path") and field(pilot, "health_path").has_focus_within)
        assert "does not begin with" in text_of(pilot.app), "the field that is wrong is not on the screen"


async def test_a_name_is_checked_while_it_is_typed(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await begin(pilot, REPO)
        await sees(pilot, lambda: "shop-2" in text_of(pilot.app))
        assert not wrong(pilot, "service_name")
        write(pilot, "service_name", "Shop!")
        await sees(pilot, lambda: "'Shop!' is not a good name" in wrong(pilot, "service_name"))
        write(pilot, "service_name", "shop")
        await sees(pilot, lambda: "There is a service shop already" in wrong(pilot, "service_name"))
        write(pilot, "project", "another")
        await sees(pilot, lambda: not wrong(pilot, "service_name"))


async def test_a_new_project_is_made_with_it(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot, REPO)
        await found(pilot)
        write(pilot, "project", "tools")
        await sees(pilot, lambda: "a new project" in text_of(pilot.app))
        await pilot.press("f5")
        await sees(pilot, lambda: "tools" in runix(pilot).fleet.projects.values())
        await sees(pilot, lambda: "tools" in text_of(pilot.app))


async def test_what_is_refused_leaves_no_project_behind(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot, REPO)
        await found(pilot)
        write(pilot, "project", "tools")
        server.world.faults().fail["check"] = InvalidRequest.of("branch", "there is no branch nope", hint="Try main.")
        await pilot.press("f5")
        await sees(pilot, lambda: "there is no branch nope" in wrong(pilot, "branch"))
        assert not server.runix.projects()
        assert isinstance(pilot.app.screen, NewDeployment)


async def test_types_that_are_not_there_yet_say_so(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        field(pilot, "service_type").query_one(Select).value = "postgresql"
        await sees(pilot, lambda: "postgresql is not available yet" in wrong(pilot, "service_type"))
        assert not field(pilot, "repo_url").display, "a database needs no repository"


async def test_variables_typed_and_taken_from_a_file(home: Path, server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot, "~/src/my-flask")
        area = pilot.app.screen.query_one(TextArea)
        area.text = "1BAD=x"
        await sees(pilot, lambda: "1BAD not a variable's name" in wrong(pilot, "env"))
        area.text = "MODE=dev"
        await sees(pilot, lambda: not wrong(pilot, "env"))
        await sees(pilot, lambda: "is there: Enter takes it in" in text_of(pilot.app))
        field(pilot, "env_file").query_one(Input).focus()
        await pilot.press("enter")
        await sees(pilot, lambda: "LEVEL=info" in area.text)
        await found(pilot)
        await pilot.press("f5")
        await sees(pilot, lambda: runix(pilot).main.deployment is not None)
        made = next(iter(runix(pilot).fleet.deployments))
        env = server.runix.get(made).deployment.config.env
        assert {name: value.reveal() for name, value in env.items()} == {
            "MODE": "dev", "TOKEN": "a b", "LEVEL": "info"
        }  # fmt: skip


async def test_a_source_that_cannot_be_had_says_why(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot, "~/nothing/here")
        await sees(pilot, lambda: "there is no folder ~/nothing/here" in text_of(pilot.app))
        refused = SourceError("the remote refuses \x1b]0;x\x07[red]you[/]", hint="Give a token.", code="credentials")
        server.world.faults().fail["fetch"] = refused
        write(pilot, "repo_url", REPO)
        await sees(pilot, lambda: "the remote refuses [red]you[/]. Give a token." in text_of(pilot.app))
        server.world.faults()
        write(pilot, "branch", "main")
        await found(pilot)


async def test_what_nobody_waits_for_is_asked_no_more(server: Served, link: ServedLink) -> None:
    async with opened(link) as pilot:
        faults = server.world.faults()
        faults.gate("fetch")
        await begin(pilot, REPO)
        await sees(pilot, faults.reached["fetch"].is_set)
        assert f"Looking at {REPO}" in text_of(pilot.app)
        server.world.source.push("https://git.example/other.git", FILES)
        server.world.faults()
        write(pilot, "repo_url", "https://git.example/other.git")
        await found(pilot)
        assert "other" in field(pilot, "service_name").query_one(Input).placeholder


async def test_the_plan_is_shown_when_asked_for(home: Path, link: ServedLink) -> None:
    async with opened(link, NARROW) as pilot:
        await begin(pilot)
        await pilot.press("f6")
        await sees(pilot, lambda: "There is no plan yet" in text_of(pilot.app))
        await pilot.press("f6")
        write(pilot, "repo_url", "~/src/my-flask")
        await found(pilot)
        await pilot.press("f6")
        await sees(pilot, lambda: "gunicorn" in text_of(pilot.app))
        await pilot.press("end")
        await sees(pilot, lambda: "CMD" in text_of(pilot.app) or "ENTRYPOINT" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "Where from" in text_of(pilot.app))


async def test_esc_asks_when_something_was_typed(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press("escape")
        await sees(pilot, lambda: not isinstance(pilot.app.screen, NewDeployment))
        await begin(pilot, REPO)
        await pilot.press("escape")
        await sees(pilot, lambda: "Leave the form?" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: isinstance(pilot.app.screen, NewDeployment))
        assert form(pilot).fields.source_text == REPO
        await pilot.press("escape")
        await sees(pilot, lambda: "Leave the form?" in text_of(pilot.app))
        await pilot.press("down", "enter")
        await sees(pilot, lambda: pilot.app.screen is runix(pilot).main)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_every_field_is_reached_and_seen_by_keys_alone(size: tuple[int, int], link: ServedLink) -> None:
    async with opened(link, size) as pilot:
        await begin(pilot, REPO)
        await found(pilot)
        seen: list[str] = []
        for _ in range(30):
            focused = pilot.app.focused
            assert focused is not None
            if focused.id == "deploy":
                break
            path = focused.query_ancestor(Field).path
            seen.append(path)
            column = pilot.app.screen.query_one(DeploymentFields).region
            assert column.contains_region(focused.region), f"{path} is not on the screen"
            await pilot.press("tab")
            await sees(pilot, lambda before=focused: pilot.app.focused is not before)
            await pilot.wait_for_scheduled_animations()
        shown = [each.path for each in pilot.app.screen.query(Field) if each.display and each.path != "runtime"]
        assert seen == shown
        await pilot.press("enter")
        await sees(pilot, lambda: runix(pilot).main.deployment is not None)


async def test_what_is_missing_is_said(link: ServedLink) -> None:
    async with opened(link) as pilot:
        await begin(pilot)
        await pilot.press("f5")
        await sees(pilot, lambda: "is required" in wrong(pilot, "repo_url"))
        assert field(pilot, "repo_url").has_focus_within


async def test_what_is_asked_for_twice_is_made_once(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer, create = [], Event(), Client.create

    def slow(client: Client, body: Any) -> Any:
        asked.append(body)
        assert answer.wait(10)
        return create(client, body)

    monkeypatch.setattr(Client, "create", slow)
    async with opened(link) as pilot:
        await begin(pilot, REPO)
        await found(pilot)
        await pilot.press("f5", "f5")
        await sees(pilot, lambda: asked)
        await pilot.press("f5")
        answer.set()
        await sees(pilot, lambda: runix(pilot).main.deployment is not None)
        assert len(asked) == 1
        assert not isinstance(pilot.app.screen, NewDeployment)
