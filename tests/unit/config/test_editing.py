"""Settings one by one, and changes that leave the rest of the file as its owner wrote it."""

import tomllib

import pytest
from pydantic import ValidationError

from runix_tui.config import Config
from runix_tui.config.editing import changed, settings
from runix_tui.errors import InvalidRequest

MINE = """\
# my machine
[build] # limits
cpus = 1.0 # a small one
memory = 1073741824

[git.credentials."git.example"]
token_env = "TOKEN"
"""


def test_every_key_is_told():
    config = Config.model_validate(tomllib.loads(MINE))
    found = {one.key: one for one in settings(MINE, config)}
    cpus, mirror, hosts = found["build.cpus"], found["registry.mirror"], found["api.allowed_hosts"]
    assert (cpus.type, cpus.value, cpus.default, cpus.set) == ("float", 1.0, 2.0, True)
    assert (mirror.type, mirror.value, mirror.default, mirror.set) == ("string", None, None, False)
    assert (hosts.type, hosts.value, hosts.default) == ("list", [], [])
    assert {one.type for one in found.values()} == {"string", "int", "float", "bool", "list"}
    assert found["build.ca_bundle"].type == "string"
    assert found["build.keep_ca"].type == "bool"
    assert all(one.description.endswith(".") for one in found.values())
    told = {
        f"{section}.{name}" for section, kind in Config.model_fields.items() for name in kind.annotation.model_fields
    }
    assert told - set(found) == {"git.credentials"}


def test_comments_and_all_else_stay():
    found = changed(MINE, {"build.cpus": 1.5, "registry.mirror": "mirror.example/hub", "api.allowed_hosts": ["a", "b"]})
    assert found.startswith("# my machine\n[build] # limits\ncpus = 1.5 # a small one\nmemory = 1073741824\n")
    read = Config.model_validate(tomllib.loads(found))
    assert (read.build.cpus, read.registry.mirror, read.api.allowed_hosts) == (1.5, "mirror.example/hub", ("a", "b"))
    assert read.git.credentials["git.example"].token_env == "TOKEN"


def test_null_gives_the_default_back():
    found = changed(MINE, {"build.cpus": None, "build.keep_ca": None, "deploy.keep_releases": None})
    assert "cpus" not in found
    assert "memory = 1073741824" in found
    assert Config.model_validate(tomllib.loads(found)).build.cpus == 2.0


@pytest.mark.parametrize("text", ["build.cpus = 1\n", "build = {cpus = 1}\n", "[build]\n[api]\n", ""])
def test_however_it_was_written(text):
    found = changed(text, {"build.cpus": 3.0, "build.concurrent": 4})
    assert tomllib.loads(found)["build"] == {"cpus": 3.0, "concurrent": 4}


def test_hostile_text_stays_text():
    sent = """"] '[build]' cpus = 9 # \\n \u2028 """
    assert tomllib.loads(changed("", {"registry.mirror": sent})) == {"registry": {"mirror": sent}}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"build.cpus": 0}, {"build.cpus": "must be greater than 0"}),
        ({"build.cpus": "2"}, {"build.cpus": "must be a valid number"}),
        ({"build.cpus": True}, {"build.cpus": "must be a valid number"}),
        ({"build.cpus": 1e999}, {"build.cpus": "must be a finite number"}),
        ({"build.concurrent": 1.5}, {"build.concurrent": "must be a valid integer"}),
        ({"api.allowed_hosts": "x"}, {"api.allowed_hosts": "must be a valid array"}),
        ({"api.allowed_hosts": [1, 2]}, {"api.allowed_hosts": "must be a valid string"}),
        ({"build.cpu": 1}, {"build.cpu": "is not a setting; did you mean 'build.cpus'?"}),
        ({"git.credentials": {}, "x": 1}, {"git.credentials": "is not a setting", "x": "is not a setting"}),
        ({"build.cpus": -1, "build.keep_ca": 1}, {"build.cpus": "must be greater", "build.keep_ca": "must be a valid"}),
        ({"build.ca_bundle": "/a\0"}, {"build.ca_bundle": "has control characters"}),
        ({"api.allowed_hosts": ["a", "b\n"]}, {"api.allowed_hosts": "has control characters"}),
        ({"build.ca_bundle": {"a": []}}, {"build.ca_bundle": "must be a valid string"}),
    ],
)
def test_what_is_wrong_is_named(changes, wrong):
    with pytest.raises(InvalidRequest) as refused:
        changed(MINE, changes)
    found = {one.path: one.message for one in refused.value.errors}
    assert found.keys() == wrong.keys()
    for path, message in wrong.items():
        assert message in found[path]


def test_keys_and_theme_of_the_front_end_are_the_users_own() -> None:
    text = '[tui]\ntheme = "runix-light"\n[keys]\n"deployment.redeploy" = "R"\nlist.open = "l"\n'
    found = Config.model_validate(tomllib.loads(text))
    assert found.tui.theme == "runix-light"
    assert found.of_server == Config(), "no server need start again for them"
    with pytest.raises(ValidationError):
        Config.model_validate(tomllib.loads('[keys]\n"deployment.redeploy" = 5\n'))
