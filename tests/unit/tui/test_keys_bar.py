"""Which keys the bottom line shows, and by which words."""

import pytest
from textual.binding import Binding

from runix_tui.tui.key_words import Where, key_word
from runix_tui.tui.looks import Look
from runix_tui.tui.widgets.keys_bar import GAP, Key, fitting
from tests.unit.tui.entries import entry

KEYS = [
    Key(press, press, word, name)
    for press, word, name in (
        ("enter", "open", "list.open"),
        ("space", "mark", "list.mark"),
        ("a", "add", "deployment.add"),
        ("r", "redeploy", "deployment.redeploy"),
        ("b", "roll back", "deployment.rollback"),
        ("d", "delete", "deployment.delete"),
        ("q", "leave", "app.leave"),
        ("?", "help", "app.help"),
    )
]


@pytest.mark.parametrize("width", range(20, 120))
def test_they_fit_and_the_help_and_the_way_out_stay(width: int):
    found = fitting(KEYS, width)
    assert sum(key.width for key in found) - GAP <= width
    assert [key.binding_id for key in found[-2:]] == ["app.help", "app.leave"]


def test_what_matters_most_stays_longest():
    names = [key.binding_id for key in fitting(KEYS, 64)]
    assert "deployment.rollback" in names
    assert "deployment.delete" not in names
    assert len(fitting(KEYS, 200)) == len(KEYS)


def test_inside_of_one_the_way_back_and_the_panes_own_keys_stay_longest():
    names = ("log.follow", "log.search", "deployment.add", "deployment.redeploy", "log.leave", "app.help", "app.leave")
    keys = [Key(name[-1], name[-1], name.rpartition(".")[2], name) for name in names]
    room = sum(key.width for key in keys if not key.binding_id.startswith("deployment.")) - GAP
    assert [key.binding_id for key in fitting(keys, room)] == [name for name in names if "deployment" not in name]


@pytest.mark.parametrize(
    ("name", "where", "word"),
    [
        ("deployment.stop", Where(entry("shop")), "stop"),
        ("deployment.stop", Where(entry("shop", look=Look.STOPPED)), "start"),
        ("deployment.stop", Where(entry("shop"), marked=True), "word"),
        ("deployment.cancel", Where(entry("shop")), ""),
        ("deployment.cancel", Where(entry("shop", look=Look.WORKING)), "word"),
        ("deployment.open", Where(entry("shop", url=None)), ""),
        ("deployment.redeploy", Where(None), ""),
        ("deployment.add", Where(None), "word"),
        ("list.open", Where(None), ""),
        ("list.filter", Where(None), "word"),
        ("view.back", Where(entry("shop")), ""),
        ("view.back", Where(entry("shop"), marked=True), "unmark"),
        ("view.back", Where(entry("shop"), out=True), "back"),
        ("app.help", Where(None), "word"),
    ],
)
def test_words_say_what_a_key_would_do_now(name: str, where: Where, word: str):
    assert key_word(Binding("x", "x", "word", id=name), where) == word
