"""Settings one by one, and changes that leave the rest of the file as its owner wrote it."""

import tomllib

import pytest
from pydantic import ValidationError

from runix_tui.config import Config
from runix_tui.config.editing import changed, difference, settings
from runix_tui.errors import InvalidRequest

BY_HAND = ("api.allowed_hosts", "build.ca_bundle", "build.keep_ca", "registry.mirror", "registry.insecure")
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
    assert {one.key for one in found.values() if one.by_hand} == set(BY_HAND)
    assert all(one.description.endswith(".") for one in found.values())
    told = {
        f"{section}.{name}" for section, kind in Config.model_fields.items() for name in kind.annotation.model_fields
    }
    assert told - set(found) == {"git.credentials"}


def test_comments_and_all_else_stay():
    found = changed(MINE, {"build.cpus": 1.5, "registry.offline": True, "tui.theme": "runix-light"})
    assert found.startswith("# my machine\n[build] # limits\ncpus = 1.5 # a small one\nmemory = 1073741824\n")
    read = Config.model_validate(tomllib.loads(found))
    assert (read.build.cpus, read.registry.offline, read.tui.theme) == (1.5, True, "runix-light")
    assert read.git.credentials["git.example"].token_env == "TOKEN"


def test_null_gives_the_default_back():
    found = changed(MINE, {"build.cpus": None, "git.timeout": None, "deploy.keep_releases": None})
    assert "cpus" not in found
    assert "memory = 1073741824" in found
    assert Config.model_validate(tomllib.loads(found)).build.cpus == 2.0


@pytest.mark.parametrize("text", ["build.cpus = 1\n", "build = {cpus = 1}\n", "[build]\n[api]\n", ""])
def test_however_it_was_written(text):
    found = changed(text, {"build.cpus": 3.0, "build.concurrent": 4})
    assert tomllib.loads(found)["build"] == {"cpus": 3.0, "concurrent": 4}


def test_hostile_text_stays_text():
    sent = """"] '[build]' cpus = 9 # \\n \u2028 """
    assert tomllib.loads(changed("", {"tui.theme": sent})) == {"tui": {"theme": sent}}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"build.cpus": 0}, {"build.cpus": "must be at least 0.01"}),
        ({"build.cpus": "2"}, {"build.cpus": "must be a valid number"}),
        ({"build.cpus": True}, {"build.cpus": "must be a valid number"}),
        ({"build.cpus": 1e999}, {"build.cpus": "must be a finite number"}),
        ({"build.memory": 10**30}, {"build.memory": "must be at most 70368744177664"}),
        ({"build.timeout": -1}, {"build.timeout": "must be at least 0.1"}),
        ({"deploy.health_timeout": 0}, {"deploy.health_timeout": "must be at least 0.1"}),
        ({"build.concurrent": 1.5}, {"build.concurrent": "must be a valid integer"}),
        ({"build.cpu": 1}, {"build.cpu": "is not a setting; did you mean 'build.cpus'?"}),
        ({"": 1}, {"body": "is not a setting"}),
        ({"git.credentials": {}, "x": 1}, {"git.credentials": "is not a setting", "x": "is not a setting"}),
        (
            {"build.cpus": -1, "registry.offline": 1},
            {"build.cpus": "must be at least", "registry.offline": "must be a valid"},
        ),
        ({"tui.theme": "a\0"}, {"tui.theme": "has control characters"}),
        ({"tui.theme": {"a": []}}, {"tui.theme": "must be a valid string"}),
    ],
)
def test_what_is_wrong_is_named(changes, wrong):
    with pytest.raises(InvalidRequest) as refused:
        changed(MINE, changes)
    found = {one.path: one.message for one in refused.value.errors}
    assert found.keys() == wrong.keys()
    for path, message in wrong.items():
        assert message in found[path]


@pytest.mark.parametrize("value", [None, True, "mirror.example", ["evil.example"], "/tmp/ca.pem"])
def test_whom_to_trust_is_changed_by_hand_alone(value):
    with pytest.raises(InvalidRequest) as refused:
        changed(MINE, dict.fromkeys(BY_HAND, value) | {"build.cpus": 1.5})
    found = {one.path: one.message for one in refused.value.errors}
    assert found == dict.fromkeys(BY_HAND, "is changed in config.toml alone")
    assert "edit it there" in refused.value.hint


def test_what_became_of_the_values_is_told():
    def read(text):
        return settings(text, Config.model_validate(tomllib.loads(text)))

    after = read(changed(MINE, {"build.cpus": 2, "tui.theme": "x" * 200, "build.memory": None}))
    told = difference(read(MINE), after)
    assert told == f'build.cpus: 1.0 → 2.0; build.memory: 1073741824 → 4294967296; tui.theme: "" → "{"x" * 79}…'
    assert difference(after, after) == ""


def test_keys_and_theme_of_the_front_end_are_the_users_own() -> None:
    text = '[tui]\ntheme = "runix-light"\n[keys]\n"deployment.redeploy" = "R"\nlist.open = "l"\n'
    found = Config.model_validate(tomllib.loads(text))
    assert found.tui.theme == "runix-light"
    assert found.of_server == Config(), "no server need start again for them"
    with pytest.raises(ValidationError):
        Config.model_validate(tomllib.loads('[keys]\n"deployment.redeploy" = 5\n'))
