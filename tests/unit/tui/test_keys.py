"""Keys by the user's own choice: what holds, and what is said of what cannot."""

import pytest

from runix_tui.tui.keys import Bound, keymap
from runix_tui.tui.preferences import preferences

BOUND = (
    Bound("deployment.redeploy", frozenset({"r"}), "Build the newest commit"),
    Bound("deployment.rollback", frozenset({"b"}), "Start an older version again"),
    Bound("list.up", frozenset({"up"}), "The one above"),
    Bound("list.up", frozenset({"k"}), "The one above"),
    Bound("app.help", frozenset({"question_mark"}), "The keys that work here"),
)


def test_a_choice_holds():
    found = keymap(BOUND, {"deployment.redeploy": "R", "list.up": "ctrl+k,p"})
    assert found.keys == {"deployment.redeploy": "R", "list.up": "ctrl+k,p"}
    assert not found.complaints


def test_a_clash_names_both_and_changes_nothing():
    found = keymap(BOUND, {"deployment.redeploy": "b"})
    assert found.keys == {}
    (said,) = found.complaints
    assert "deployment.redeploy" in said
    assert "deployment.rollback" in said


def test_its_own_key_may_be_written_down():
    """Keys that mean the same in several panes have it in common."""
    shared = (*BOUND, Bound("log.up", frozenset({"k"}), "A line up"))
    assert not keymap(shared, {"list.up": "up,k"}).complaints


def test_two_may_change_places():
    found = keymap(BOUND, {"deployment.redeploy": "b", "deployment.rollback": "r"})
    assert found.keys == {"deployment.redeploy": "b", "deployment.rollback": "r"}


def test_two_choices_of_one_key_clash():
    found = keymap(BOUND, {"deployment.redeploy": "z", "deployment.rollback": "z"})
    assert len(found.keys) == 1
    assert len(found.complaints) == 1


def test_a_choice_that_falls_gives_its_key_back():
    """b went to redeploy only as long as rollback had another key."""
    found = keymap(BOUND, {"deployment.redeploy": "b", "deployment.rollback": "k"})
    assert found.keys == {}
    assert len(found.complaints) == 2


@pytest.mark.parametrize(
    ("name", "key"), [("deployment.fly", "f"), ("list.up", "no such"), ("list.up", ""), ("list.up", "ctrl+")]
)
def test_what_cannot_be_is_said(name, key):
    found = keymap(BOUND, {name: key})
    assert found.keys == {}
    assert name in found.complaints[0]


def test_keys_are_typed_as_they_look():
    assert keymap(BOUND, {"deployment.redeploy": "!"}).keys == {"deployment.redeploy": "exclamation_mark"}
    assert keymap(BOUND, {"deployment.redeploy": "?"}).complaints


def test_tables_of_the_settings():
    found = preferences('[tui]\ntheme = "runix-light"\n[keys]\n"app.help" = "h"\nlist.up = "p"\n')
    assert found.theme == "runix-light"
    assert found.keys == {"app.help": "h", "list.up": "p"}


@pytest.mark.parametrize("text", ["", "[keys", "keys = 3", "tui = []"])
def test_settings_that_say_nothing(text):
    assert preferences(text) == preferences("")
