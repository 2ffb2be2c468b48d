"""The Environment tab: values stay hidden until they are asked for; changes go to the server as one."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from runix_tui.client import Client
from runix_tui.core.secret import Secret
from runix_tui.tui.app import RunixApp
from runix_tui.tui.tabs.environment import EnvironmentTab
from tests.tui.conftest import NARROW, opened, sees, text_of
from tests.tui.served import Served, ServedLink


async def variables(pilot: Pilot[None]) -> None:
    """The tab is forward and can be worked with."""
    await sees(pilot, lambda: "shop" in text_of(pilot.app))
    await pilot.press("6")
    if not pilot.app.screen.query_one(EnvironmentTab).has_focus_within:
        await pilot.press("enter")
    await sees(pilot, lambda: "hidden: v shows" in text_of(pilot.app) or "has no variables" in text_of(pilot.app))


def env(server: Served, made: str) -> dict[str, str]:
    """What the server has."""
    return {key: value.reveal() for key, value in server.runix.get(made).deployment.config.env.items()}


async def typed(pilot: Pilot[None], text: str) -> None:
    """Type a text."""
    await pilot.press(*("equals_sign" if key == "=" else "underscore" if key == "_" else key for key in text))


async def add(pilot: Pilot[None], text: str) -> None:
    """A new variable."""
    await pilot.press("plus")
    await sees(pilot, lambda: "A new variable" in text_of(pilot.app))
    await typed(pilot, text)
    await pilot.press("enter", "enter")
    await sees(pilot, lambda: "A new variable" not in text_of(pilot.app))


def app_of(app: object) -> RunixApp:
    assert isinstance(app, RunixApp)
    return app


def deployed(server: Served, **values: str) -> str:
    return server.deploy("shop", env={key: Secret(value) for key, value in values.items()})


async def test_values_are_hidden_until_asked_for_and_again_when_one_leaves(server: Served, link: ServedLink) -> None:
    deployed(server, FIRST="value-one", SECOND="value-two")
    async with opened(link) as pilot:
        await variables(pilot)
        assert "value-" not in text_of(pilot.app)
        await pilot.press("v")
        await sees(pilot, lambda: "value-one" in text_of(pilot.app))
        assert "value-two" not in text_of(pilot.app)
        await pilot.press("V")
        await sees(pilot, lambda: "value-two" in text_of(pilot.app))
        await pilot.press("1")
        await sees(pilot, lambda: "repository" in text_of(pilot.app))
        await pilot.press("6")
        await sees(pilot, lambda: "FIRST" in text_of(pilot.app))
        assert "value-" not in text_of(pilot.app)
        assert "value-" not in repr([each.text for each in pilot.app.notices.kept])  # type: ignore[attr-defined]


async def test_changes_are_collected_and_applied_as_one(server: Served, link: ServedLink) -> None:
    made = deployed(server, FIRST="one", SECOND="two")
    async with opened(link, NARROW) as pilot:
        await variables(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "Change FIRST" in text_of(pilot.app))
        await typed(pilot, "uno")
        await pilot.press("ctrl+j")
        await typed(pilot, "dos")
        await pilot.press("enter")
        await sees(pilot, lambda: "~ FIRST" in text_of(pilot.app))
        await pilot.press("down", "minus")
        await sees(pilot, lambda: "is removed" in text_of(pilot.app))
        await pilot.press("plus")
        await sees(pilot, lambda: "A new variable" in text_of(pilot.app))
        await typed(pilot, "NEW_ONE=3")
        await pilot.press("enter", "enter")
        await sees(pilot, lambda: "3 changes, not applied yet." in text_of(pilot.app))
        assert "without downtime" in text_of(pilot.app)
        assert env(server, made) == {"FIRST": "one", "SECOND": "two"}
        await pilot.press("f5")
        await sees(pilot, lambda: "Applied: v2 starts with them" in text_of(pilot.app))
        assert env(server, made) == {"FIRST": "uno\ndos", "NEW_ONE": "3"}
        await sees(pilot, lambda: "SECOND" not in text_of(pilot.app))
    server.settle(made)
    assert len(server.runix.history(made)) == 2


async def test_changes_go_once_and_what_is_typed_meanwhile_stays(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = deployed(server, FIRST="one")
    sent, answer, change = [], Event(), Client.change

    def slow(client: Client, deployment_id: str, body: Any) -> Any:
        sent.append(body)
        assert answer.wait(10)
        return change(client, deployment_id, body)

    monkeypatch.setattr(Client, "change", slow)
    async with opened(link) as pilot:
        await variables(pilot)
        await add(pilot, "A=1")
        await pilot.press("f5", "f5")
        await sees(pilot, lambda: "Applying" in text_of(pilot.app) and sent)
        await add(pilot, "B=2")
        await pilot.press("f5")
        answer.set()
        await sees(pilot, lambda: "1 change, not applied yet." in text_of(pilot.app))
        assert sent == [{"env": {"A": "1"}}]
        await sees(pilot, lambda: "+ B" in text_of(pilot.app))
        await pilot.press("f5")
        await sees(pilot, lambda: len(sent) == 2 and "not applied yet" not in text_of(pilot.app))
    assert env(server, made) == {"FIRST": "one", "A": "1", "B": "2"}


async def test_what_is_typed_goes_to_the_one_it_was_typed_for(server: Served, link: ServedLink) -> None:
    deployed(server, FIRST="one")
    other = server.deploy("other")
    async with opened(link) as pilot:
        app = app_of(pilot.app)
        await sees(pilot, lambda: "other" in text_of(app))
        app.main.go_to(next(each for each in app.fleet.deployments if each != other), "environment")
        await sees(pilot, lambda: "hidden: v shows" in text_of(app))
        await variables(pilot)
        await pilot.press("plus")
        await sees(pilot, lambda: "A new variable" in text_of(app))
        await typed(pilot, "SECRET=x")
        tab = app.main.query_one(EnvironmentTab)
        shown = tab.deployment
        assert shown is not None
        tab.point(app.fleet.deployments[other])
        await pilot.press("enter", "enter")
        await sees(pilot, lambda: "A new variable" not in text_of(app))
        assert not tab.draft.changes
        tab.point(shown)
        assert list(tab.draft.changes) == ["SECRET"]


async def test_the_servers_words_stand_at_the_variable(server: Served, link: ServedLink) -> None:
    made = deployed(server, FIRST="one")
    async with opened(link) as pilot:
        await variables(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "Change FIRST" in text_of(pilot.app))
        await typed(pilot, "********")
        await pilot.press("enter", "f5")
        await sees(pilot, lambda: "✗ is the mask that reads show, not a value" in text_of(pilot.app))
        assert "1 change, not applied yet." in text_of(pilot.app)
        await pilot.press("backspace")
        await sees(pilot, lambda: "not applied yet" not in text_of(pilot.app))
    assert env(server, made) == {"FIRST": "one"}


async def test_a_name_that_cannot_be_is_said_under_its_field(server: Served, link: ServedLink) -> None:
    deployed(server, FIRST="one")
    async with opened(link) as pilot:
        await variables(pilot)
        await pilot.press("plus")
        await sees(pilot, lambda: "A new variable" in text_of(pilot.app))
        await typed(pilot, "1A")
        await sees(pilot, lambda: "cannot be the name" in text_of(pilot.app))
        await pilot.press("backspace", "backspace")
        await typed(pilot, "FIRST")
        await sees(pilot, lambda: "is there already" in text_of(pilot.app))
        await pilot.press("escape")
        await sees(pilot, lambda: "A new variable" not in text_of(pilot.app))
        assert "not applied yet" not in text_of(pilot.app)


async def test_enter_twice_changes_nothing(server: Served, link: ServedLink) -> None:
    deployed(server, FIRST="one")
    async with opened(link) as pilot:
        await variables(pilot)
        await pilot.press("enter")
        await sees(pilot, lambda: "Change FIRST" in text_of(pilot.app))
        await pilot.press("enter")
        await sees(pilot, lambda: "Change FIRST" not in text_of(pilot.app))
        assert "not applied yet" not in text_of(pilot.app)
        await pilot.press("enter")
        await sees(pilot, lambda: "Change FIRST" in text_of(pilot.app))
        await pilot.press("x", "backspace", "enter", "v")
        await sees(pilot, lambda: "(empty)" in text_of(pilot.app))


async def test_takes_variables_from_a_file(server: Served, link: ServedLink, tmp_path: Path) -> None:
    made = server.deploy("shop")
    good, bad = tmp_path / "good.env", tmp_path / "bad.env"
    good.write_text('# why\nexport A=1\nKEY="two\nlines"\n')
    bad.write_text("A=1\n'x\n")
    async with opened(link, (160, 40)) as pilot:
        await variables(pilot)
        await pilot.press("i")
        await fill(pilot, str(tmp_path / "none.env"))
        await sees(pilot, lambda: "No such file" in text_of(pilot.app))
        await fill(pilot, str(bad))
        await sees(pilot, lambda: "is not NAME=VALUE" in text_of(pilot.app))
        await fill(pilot, str(good))
        await sees(pilot, lambda: "2 changes, not applied yet." in text_of(pilot.app))
        await pilot.press("f5")
        await sees(pilot, lambda: "Applied" in text_of(pilot.app))
    assert env(server, made) == {"A": "1", "KEY": "two\nlines"}


async def test_hostile_values_change_nothing_on_the_screen(server: Served, link: ServedLink) -> None:
    deployed(server, EVIL="\x1b]52;c;aGk=\x07[red]red[/red]\x1b[2J\nsecond")
    async with opened(link) as pilot:
        await variables(pilot)
        await pilot.press("v")
        await sees(pilot, lambda: "[red]red[/red]" in text_of(pilot.app))
        assert "second" in text_of(pilot.app)
        assert "\x1b" not in text_of(pilot.app)


async def test_values_of_another_deployment_never_show_up(server: Served, link: ServedLink) -> None:
    deployed(server, FIRST="value-one")
    server.deploy("other")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "other" in text_of(pilot.app))
        await pilot.press("6")
        for _ in range(2):
            await pilot.press("down")
            await pilot.press("up")
        await sees(pilot, lambda: "v shows one" in text_of(pilot.app) or "has no variables" in text_of(pilot.app))
        assert "value-one" not in text_of(pilot.app)


async def fill(pilot: Pilot[None], path: Any) -> None:
    """Type a path, and Enter."""
    from textual.widgets import Input

    await sees(pilot, lambda: isinstance(pilot.app.focused, Input))
    field = pilot.app.focused
    assert isinstance(field, Input)
    field.value = path
    await pilot.press("enter")
