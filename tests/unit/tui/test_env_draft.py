"""Changes to an environment before they are applied."""

from runix_tui.tui.env_draft import EnvDraft, Fate

PRESENT = ["A", "B"]


def test_what_becomes_of_each() -> None:
    draft = EnvDraft()
    draft.put("A", "1")
    draft.remove("B", PRESENT)
    draft.put("C", "")
    assert draft.names(PRESENT) == ["A", "B", "C"]
    assert [draft.fate(name, PRESENT) for name in "ABC"] == [Fate.CHANGED, Fate.REMOVED, Fate.NEW]
    assert draft.patch() == {"env": {"A": "1", "B": None, "C": ""}}
    assert "1" not in repr(draft.changes["A"])


def test_taking_a_change_back() -> None:
    draft = EnvDraft()
    draft.put("C", "x")
    draft.remove("C", PRESENT)
    assert draft.changes == {}
    draft.remove("A", PRESENT)
    draft.undo("A")
    assert draft.fate("A", PRESENT) is Fate.SAME


def test_another_value_takes_an_error_away() -> None:
    draft = EnvDraft(errors={"A": "is too long", "B": "is too long"})
    draft.put("A", "short")
    draft.take({"C": "1"})
    assert draft.errors == {"B": "is too long"}
    assert draft.names(PRESENT) == ["A", "B", "C"]


def test_what_is_gone_need_not_be_removed() -> None:
    draft = EnvDraft()
    draft.remove("A", PRESENT)
    draft.put("B", "x")
    draft.settle(["B"])
    assert list(draft.changes) == ["B"]
