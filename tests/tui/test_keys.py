"""Keys: the bottom line, the help, and the user's own choice of them."""

import pytest
from rich.segment import Segment
from textual.binding import Binding
from textual.color import Color
from textual.drivers.headless_driver import HeadlessDriver
from textual.widget import Widget

from runix_tui.client import Client
from runix_tui.core.secret import Secret
from runix_tui.tui.app import RunixApp
from runix_tui.tui.tabs.tab import Tab
from tests.tui.conftest import NARROW, WIDE, opened, sees, text_of
from tests.tui.served import Served, ServedLink

FREE = ("ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q")  # of tmux, screen, flow control; ctrl+z is that of job control


def last_line(app: object) -> str:
    return text_of(app).splitlines()[-1]


def app_of(app: object) -> RunixApp:
    assert isinstance(app, RunixApp)
    return app


def own_bindings(node: object) -> list[Binding]:
    found = []
    for kind in type(node).__mro__:
        if kind.__module__.startswith("runix_tui"):
            found += list(Binding.make_bindings(vars(kind).get("BINDINGS", ())))
    return found


async def test_the_bottom_line_follows_the_focus(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "/ filter" in last_line(pilot.app) and "s stop" in last_line(pilot.app))
        assert "c cancel" not in last_line(pilot.app), "nothing is on its way"
        await pilot.press("slash")
        await sees(pilot, lambda: "esc show all" in last_line(pilot.app))
        assert "a add" not in last_line(pilot.app), "the field takes letters"
        await pilot.press("escape", "D")
        await sees(pilot, lambda: "esc back" in last_line(pilot.app))
        assert "redeploy" not in last_line(pilot.app), "what is not seen is not acted on"


async def test_without_colours_everything_is_told(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deploy("shop")
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "▸ ● shop" in text_of(pilot.app))
        styles = [
            each.style
            for y, strip in enumerate(pilot.app.screen._compositor.render_strips())
            for each in strip.apply_filter(pilot.app._filters[-1], Color(0, 0, 0))
            if each.style and y < pilot.app.size.height
        ]
        assert all(each is None or each.is_default for style in styles for each in (style.color, style.bgcolor))
        (cursor,) = [line for line in text_of(pilot.app).splitlines() if "▸" in line]
        assert "live" in cursor


async def test_every_list_tells_its_cursor_by_a_symbol(server: Served, link: ServedLink) -> None:
    made = server.deploy("shop", env={"ONE": Secret("1"), "TWO": Secret("2")})
    server.do(server.runix.redeploy(made))
    server.settle(made)
    async with opened(link) as pilot:

        def at_cursor(*words: str) -> bool:
            return any("▸" in line and all(word in line for word in words) for line in text_of(pilot.app).splitlines())

        await sees(pilot, lambda: at_cursor("● shop"))
        await pilot.press("enter", "4")
        await sees(pilot, lambda: at_cursor(" 2 ", "redeploy"))
        await pilot.press("j")
        await sees(pilot, lambda: at_cursor(" 1 ", "deploy") and not at_cursor(" 2 ", "redeploy"))
        await pilot.press("6")
        await sees(pilot, lambda: at_cursor("ONE"))
        await pilot.press("j")
        await sees(pilot, lambda: at_cursor("TWO") and not at_cursor("ONE"))
        await pilot.press("A")
        await sees(pilot, lambda: at_cursor(":", "deploy"))
        await pilot.press("comma")
        await sees(pilot, lambda: at_cursor("allowed_hosts"))
        await pilot.press("j")
        await sees(pilot, lambda: at_cursor("ca_bundle") and not at_cursor("allowed_hosts"))


async def test_without_colours_a_choice_and_a_cursor_are_seen(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deploy("shop")
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "▸ ● shop" in text_of(pilot.app))
        await pilot.press("s", "down")
        await sees(pilot, lambda: underlined(pilot.app) == "No")
        await pilot.press("escape", "ctrl+p")
        await sees(pilot, lambda: underlined(pilot.app).startswith("a"))
        await pilot.press("escape", "a", *"http")
        await sees(pilot, lambda: "▸repository" in text_of(pilot.app))
        await pilot.press("home")
        await sees(pilot, lambda: underlined(pilot.app) == "h")
        pilot.app.screen.query_one("#deploy").focus()
        await sees(pilot, lambda: "Deploy" in reversed_words(pilot.app))


def underlined(app: object) -> str:
    return " ".join(each.text for each in segments(app) if each.style and each.style.underline).strip()


def reversed_words(app: object) -> str:
    return " ".join(each.text for each in segments(app) if each.style and each.style.reverse)


def segments(app: object) -> list[Segment]:
    """All that is on the screen, in pieces of one style."""
    strips = app_of(app).screen._compositor.render_strips()
    return [each for strip in strips[: app_of(app).size.height] for each in strip]


async def test_the_word_says_what_a_key_would_do(server: Served, link: ServedLink) -> None:
    shop = server.deploy("shop")
    server.do(server.runix.stop(shop))
    async with opened(link) as pilot:
        await sees(pilot, lambda: "s start" in last_line(pilot.app))


async def test_help_of_where_one_is(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link, (120, 60)) as pilot:
        await pilot.press("question_mark")
        await sees(pilot, lambda: "In this pane" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "Mark it" in shown
        assert "deployment.redeploy" in shown
        assert shown.index("In this pane") < shown.index("The chosen deployment") < shown.index("Everywhere")
        await pilot.press("escape")
        await sees(pilot, lambda: "In this pane" not in text_of(pilot.app))
        await pilot.press("f1")
        await sees(pilot, lambda: "In this pane" in text_of(pilot.app))


@pytest.mark.parametrize("shell", [True, False], ids=["in a terminal", "in a browser"])
async def test_the_way_to_the_shell_is_told_where_there_is_one(
    link: ServedLink, monkeypatch: pytest.MonkeyPatch, shell: bool
) -> None:
    monkeypatch.setattr(HeadlessDriver, "can_suspend", shell)
    async with opened(link, (120, 60)) as pilot:
        await pilot.press("question_mark")
        await sees(pilot, lambda: "Everywhere" in text_of(pilot.app))
        assert ("Back to the shell" in text_of(pilot.app)) == shell


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_all_of_the_help_can_be_read(server: Served, link: ServedLink, size: tuple[int, int]) -> None:
    server.deploy("shop")
    async with opened(link, size) as pilot:
        await pilot.press("question_mark")
        await sees(pilot, lambda: "In this pane" in text_of(pilot.app))
        await pilot.press("end")
        await sees(pilot, lambda: "Other keys: [keys] in the settings" in text_of(pilot.app))


async def test_the_way_back_is_told_wherever_one_is(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link, NARROW) as pilot:
        await pilot.press("enter")
        for tab in "1234567":
            await pilot.press(tab)
            await sees(pilot, lambda: "esc back" in last_line(pilot.app))
        await pilot.press("4")
        await sees(pilot, lambda: "b roll back to this" in last_line(pilot.app))


async def test_a_key_of_ones_own(server: Served, link: ServedLink) -> None:
    server.deploy("shop")
    async with opened(link) as pilot:
        await sees(pilot, lambda: "d delete" in last_line(pilot.app) or "r redeploy" in last_line(pilot.app))
        settings = await app_of(pilot.app).connection.call(lambda client: client.settings())
        app_of(pilot.app).settings_read(settings.model_copy(update={"text": '[keys]\n"deployment.delete" = "f8"'}))
        await pilot.press("d")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 1, "the old key does nothing any more"
        await pilot.press("f8")
        await sees(pilot, lambda: "Delete shop" in text_of(pilot.app))


async def test_keys_of_tabs_and_windows_hold_from_the_start(
    server: Served, link: ServedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = '[keys]\n"log.follow" = "ctrl+f"\n"env.add" = "f8"\n"new.deploy" = "f9"\n"entry.copy" = "c"'
    settings = Client.settings
    monkeypatch.setattr(Client, "settings", lambda self: settings(self).model_copy(update={"text": own}))
    async with opened(link) as pilot:
        app = app_of(pilot.app)
        await sees(pilot, lambda: app._keymap)
        assert not app.notices.kept
        assert dict(app._keymap) == {
            "log.follow": "ctrl+f", "env.add": "f8", "new.deploy": "f9", "entry.copy": "c"
        }  # fmt: skip


async def test_a_clash_is_told_with_both_names(link: ServedLink) -> None:
    async with opened(link) as pilot:
        settings = await app_of(pilot.app).connection.call(lambda client: client.settings())
        text = '[keys]\n"deployment.redeploy" = "b"\n"list.up" = "ctrl+nonsense"'
        app_of(pilot.app).settings_read(settings.model_copy(update={"text": text}))
        app_of(pilot.app).settings_read(settings.model_copy(update={"text": text}))
        (told,) = app_of(pilot.app).notices.kept  # once
        assert "deployment.redeploy" in told.text
        assert "deployment.rollback" in told.text
        assert "list.up" in told.text


async def test_the_theme_of_the_settings_is_followed_until_another_is_chosen(link: ServedLink) -> None:
    async with opened(link) as pilot:
        app = app_of(pilot.app)
        settings = await app.connection.call(lambda client: client.settings())
        light = settings.model_copy(update={"text": '[tui]\ntheme = "runix-light"'})
        app.settings_read(light)
        assert app.theme == "runix-light"
        app.theme = "runix-high-contrast"
        app.settings_read(light)
        assert app.theme == "runix-high-contrast"
        app.settings_read(settings.model_copy(update={"text": '[tui]\ntheme = "no-such"'}))
        assert app.theme == "runix-high-contrast"
        assert "There is no theme no-such" in app.notices.kept[-1].text


@pytest.mark.parametrize("key", FREE)
async def test_keys_of_the_terminal_stay_free(link: ServedLink, key: str) -> None:
    async with opened(link) as pilot:
        nodes: list[object] = [pilot.app, *pilot.app.screen.walk_children(Widget, with_self=True)]
        taken = {binding.id for node in nodes for binding in own_bindings(node) if binding.key == key}
        assert not taken
        await pilot.press(key)
        await pilot.pause()
        assert pilot.app.is_running


async def test_every_binding_has_a_name_and_says_what_it_does(link: ServedLink) -> None:
    async with opened(link) as pilot:
        nodes: list[object] = [pilot.app, *pilot.app.screen.walk_children(Widget, with_self=True)]
        for node in nodes:
            for binding in own_bindings(node):
                assert binding.id, f"{type(node).__name__}: {binding.key}"
                assert binding.tooltip, binding.id


async def test_no_key_does_two_things_in_panes_that_are_seen_together(link: ServedLink) -> None:
    """But those that mean the same everywhere: moving, in and out, finding, marking; and in the history, about the
    version under the cursor, what the screen's keys mean about the deployment."""
    same = {"up", "down", "j", "k", "home", "end", "g", "G", "pageup", "pagedown", "enter", "escape", "slash", "space"}
    async with opened(link) as pilot:
        screen = app_of(pilot.app).main
        beside = [each for node in (screen.rows, screen, pilot.app) for each in own_bindings(node)]
        for tab in screen.query(Tab):
            meant = same | ({"b", "2", "5"} if tab.id == "history" else set())
            for node in tab.walk_children(Widget, with_self=True):
                for binding in own_bindings(node):
                    clashes = {each.id for each in beside if each.key == binding.key}
                    assert not clashes or binding.key in meant, f"{binding.id} and {clashes}: {binding.key}"


async def test_no_key_of_the_list_does_two_things(link: ServedLink) -> None:
    """The list, the screen and the app work together: what one takes, the others must not have."""
    async with opened(link) as pilot:
        screen = app_of(pilot.app).main
        seen: dict[str, str] = {}
        for node in (screen.rows, screen, pilot.app):
            for binding in own_bindings(node):
                assert binding.key not in seen, f"{binding.key}: {seen.get(binding.key)} and {binding.id}"
                seen[binding.key] = binding.id or ""
