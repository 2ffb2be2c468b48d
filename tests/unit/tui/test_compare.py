"""What became different between two versions."""

from runix_tui.core.wire import OriginDetails
from runix_tui.tui.compare import (
    Change,
    Names,
    commits_between,
    dockerfile_diff,
    env_changes,
    other_values,
    plan_changes,
    setting_changes,
)
from tests.unit.tui.versions import commit, config, version


def says(source: str) -> OriginDetails:
    return OriginDetails(source=source, reason="it says so", confidence=1.0)


def test_plan_fields_and_why_they_changed() -> None:
    old = version(1, plan={"runtime": "python", "version": "3.12", "start": ["python", "a.py"], "env": {"A": "1"}})
    new = version(
        2,
        plan={"runtime": "python", "version": "3.13", "start": ["gunicorn"], "env": {"A": "2"}, "spa": True},
        origins={"version": says(".python-version:1"), "env": says("rule")},
    )
    old = old.model_copy(update={"origins": {"version": says(".python-version:1")}})
    assert plan_changes(old, new) == [
        Change("version", "3.12", "3.13", ".python-version:1 changed"),
        Change("start", "python a.py", "gunicorn"),
        Change("env.A", "1", "2", "rule"),
        Change("spa", "", "yes"),
    ]
    assert plan_changes(new, new) == []


def test_a_version_without_a_plan() -> None:
    assert [change.field for change in plan_changes(version(plan=None), version())] == ["runtime", "version"]
    assert plan_changes(version(plan=None), version(plan=None)) == []


def test_what_was_asked_for() -> None:
    old, new = version(config=config()), version(config=config(instance_type="pro", command="x"))
    assert setting_changes(old, new) == [
        Change("size", "starter", "pro", "asked for"),
        Change("command", "", "x", "asked for"),
    ]


def test_dockerfiles_as_a_unified_diff() -> None:
    old, new = version(dockerfile="FROM a\nENV W=2\n"), version(dockerfile="FROM a\nENV W=4\n")
    assert dockerfile_diff(old, new) == ["@@ -1,2 +1,2 @@", " FROM a", "-ENV W=2", "+ENV W=4"]
    assert dockerfile_diff(old, old) == []
    assert dockerfile_diff(version(dockerfile=None), new)[1:] == ["+FROM a", "+ENV W=4"]


def test_names_of_variables() -> None:
    assert env_changes({"A": "*", "B": "*"}, {"B": "*", "C": "*"}) == Names(("C",), ("A",), ("B",))
    assert other_values({"A": "1", "B": "2"}, {"A": "1", "B": "3", "C": "4"}) == ("B",)


def test_commits_from_one_to_the_other_each_once() -> None:
    history = [version(4, commit=commit(1)), version(3, commit=None), version(2, commit=commit(2)), version(1)]
    assert [found.sha[-1] for found in commits_between(history, 2, 4)] == ["1", "2"]
    assert [found.sha[-1] for found in commits_between(history, 4, 4)] == ["1"]
