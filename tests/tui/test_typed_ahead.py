"""Keys that are typed before the screen follows go to what is to be seen by then."""

import pytest
from textual.app import App
from textual.events import Key, Paste
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from runix_tui.tui.app import RunixApp
from runix_tui.tui.modals.new import NewDeployment
from runix_tui.tui.modals.questions import TypeTheName
from runix_tui.tui.typed_ahead import TypedAhead
from tests.tui.conftest import opened, sees, text_of
from tests.tui.served import Served, ServedLink


def at_once(app: App[None], *keys: str) -> None:
    """All of it in the terminal's buffer before the first is looked at."""
    for key in keys:
        one = key if len(key) > 1 else _character_to_key(key)
        app.post_message(Key(one, key if len(key) == 1 else None))


async def test_what_is_typed_after_the_key_that_opens_a_form_is_in_it(link: ServedLink) -> None:
    async with opened(link) as pilot:
        at_once(pilot.app, "a", *"https://git.example/shop?x")
        await sees(pilot, lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value.endswith("?x"))
        screen = pilot.app.screen
        assert isinstance(screen, NewDeployment)
        assert screen.fields.source_text == "https://git.example/shop?x"


async def test_what_is_pasted_after_it_too(link: ServedLink) -> None:
    async with opened(link) as pilot:
        at_once(pilot.app, "a")
        pilot.app.post_message(Paste("https://git.example/shop"))
        await sees(pilot, lambda: "https://git.example/shop" in text_of(pilot.app))


async def test_a_search_is_in_the_log_that_was_gone_into(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    server.write("shop", "one", "two")
    async with opened(link) as pilot:
        await pilot.press("3")
        await sees(pilot, lambda: "two" in text_of(pilot.app))
        at_once(pilot.app, "enter", "slash", *"two", "enter")
        await sees(pilot, lambda: "/ two" in text_of(pilot.app))
        assert app_of(pilot).main.rows.roster.text == ""


async def test_a_window_of_an_action_gets_its_keys(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "shop" in text_of(pilot.app))
        at_once(pilot.app, "d", *"sho")
        await sees(pilot, lambda: isinstance(pilot.app.screen, TypeTheName))
        await sees(pilot, lambda: pilot.app.screen.query_one(Input).value == "sho")
        at_once(pilot.app, "escape", "j", "slash", "x")
        await sees(pilot, lambda: app_of(pilot).main.rows.roster.text == "x")


async def test_the_next_key_comes_when_following_one_fails(link: ServedLink, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: TypedAhead) -> None:
        raise LookupError

    async with opened(link) as pilot:
        monkeypatch.setattr(TypedAhead, "_settled", fail)
        at_once(pilot.app, "j", "question_mark")
        await sees(pilot, lambda: "In this pane" in text_of(pilot.app))


def app_of(pilot: Pilot[None]) -> RunixApp:
    assert isinstance(pilot.app, RunixApp)
    return pilot.app
