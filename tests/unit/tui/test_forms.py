"""The form of a new deployment, as values."""

import pytest

from runix_tui import catalog
from runix_tui.core import wire
from runix_tui.errors import Conflict, DeployError, InvalidRequest
from runix_tui.errors import FieldError as Wrong
from runix_tui.tui import forms
from runix_tui.tui.paths import Source

SOURCE = Source("https://git.example/shop.git")


def planned(**plan: object) -> wire.Planned:
    origin = wire.OriginDetails(source="app.py:7", reason="makes \x1b[31mit", confidence=1)
    about = {"service_name": "shop", "service_type": "web_service", "branch": "main", "commit": None}
    return wire.Planned.model_validate(
        about | {"plan": plan, "dockerfile": "", "origins": {"start": origin}, "notes": []}
    )


def test_sizes_are_those_that_there_are() -> None:
    there = catalog.load().instances
    assert list(forms.SIZES) == [each.name for each in there.values()]
    for each in there.values():
        memory = f"{each.memory // 1024**3} GiB" if each.memory >= 1024**3 else f"{each.memory // 1024**2} MiB"
        assert forms.SIZES[each.name] == f"{each.cpus:g} CPU · {memory}"


def test_what_was_not_typed_is_left_out() -> None:
    assert forms.Typed(SOURCE, None, "auto", {"port": "", "command": " "}).plan_body() == {"repo_url": SOURCE.repo_url}
    assert forms.Typed(None, "redis", "rules", {}).plan_body() == {"service_type": "redis", "planner": "rules"}


def test_a_port_is_a_number_and_what_is_none_goes_as_it_is() -> None:
    assert forms.Typed(SOURCE, "web_service", "auto", {"port": "80"}).plan_body()["port"] == 80
    assert forms.Typed(SOURCE, "web_service", "auto", {"port": "-1"}).plan_body()["port"] == "-1"


def test_a_folder_is_deployed_from_the_branch_that_is_out_there() -> None:
    source = Source("/src/shop", branch="fix")
    assert forms.Typed(source, "web_service", "auto", {}).plan_body()["branch"] == "fix"
    assert forms.Typed(source, "web_service", "auto", {"branch": "main"}).plan_body()["branch"] == "main"


def test_a_command_is_shown_as_one_would_type_it() -> None:
    found = forms.found_in(planned(start=["/bin/sh", "-c", "exec gunicorn app:app"], build=["npm ci", "npm run x"]))
    assert found["command"].value == "exec gunicorn app:app"
    assert found["command"].origin == "app.py:7: makes it"
    assert found["build_command"].value == "npm ci && npm run x"
    assert forms.found_in(planned(start=["python3", "my app.py"]))["command"].value == "python3 'my app.py'"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://git.example/ada/My_API.git", "my-api"),
        ("git@git.example:9lives.git", "lives"),
        ("/src/shop/", "shop-2"),
        ("https://git.example/1", ""),
    ],
)
def test_a_free_name_is_made_of_the_source(url: str, name: str) -> None:
    assert forms.suggested_name(Source(url), lambda taken: taken == "shop") == name


def test_errors_stand_under_their_fields() -> None:
    wrongs = (Wrong("env.1X", "is bad"), Wrong("project_id", "is gone"), Wrong("port", "is odd"), Wrong("body", "?"))
    assert forms.wrong_fields(InvalidRequest("4 fields are wrong", errors=wrongs)) == {
        "env": "1X is bad", "project": "is gone", "port": "is odd", "": "body: ?"
    }  # fmt: skip


def test_a_hint_is_said_with_the_only_error() -> None:
    assert forms.wrong_fields(InvalidRequest.of("port", "is odd", hint="Take 80.")) == {"port": "is odd. Take 80."}


def test_a_taken_name_stands_under_the_name() -> None:
    error = Conflict("There is a service shop already", code="name_taken", hint="Choose another name.")
    assert forms.wrong_fields(error) == {"service_name": "There is a service shop already. Choose another name."}


def test_what_is_about_no_field_is_about_the_whole() -> None:
    error = DeployError("nothing was recognised", hint="Add a Dockerfile.", evidence=("README.md",))
    assert forms.wrong_fields(error) == {"": "nothing was recognised. Add a Dockerfile.\nREADME.md"}


def test_a_name_alone_takes_nothing_from_who_types_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-mine")
    with pytest.raises(InvalidRequest, match="is not set here"):
        forms.env_of("AWS_SECRET_ACCESS_KEY\n")


def test_variables_as_typed() -> None:
    assert forms.env_of("A=1\nB='x y'\n") == {"A": "1", "B": "x y"}
    with pytest.raises(InvalidRequest, match="longer than 64 KiB"):
        forms.env_of(f"A={'x' * 65537}")
