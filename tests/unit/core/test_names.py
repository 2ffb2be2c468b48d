"""Names: the rule at its edges, and what things in the engine are called."""

import re
from itertools import cycle

import pytest

from runix_tui.core import names

HOME = "feb38fba-22c3-42e5-99b6-5cdca64f0777"
PROJECT = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


@pytest.mark.parametrize("name", ["a", "a1", "my-api", "a--b", "a" * 40, "a" + "-" * 38 + "b"])
def test_good_names(name: str) -> None:
    assert names.is_service_name(name)


@pytest.mark.parametrize("name", ["", "A", "1a", "-a", "a-", "a_b", "a b", "a" * 41, "ä", "a\n", "a.b", "a\0"])
def test_bad_names(name: str) -> None:
    assert not names.is_service_name(name)


@pytest.mark.parametrize(("name", "good"), [("A", True), ("_a1", True), ("1A", False), ("A-B", False), ("A=", False),
                                            ("", False), ("Ä", False), ("A\n", False)])  # fmt: skip
def test_env_names(name: str, good: bool) -> None:
    assert names.is_env_name(name) is good


def test_a_subdomain_is_the_name_and_four_random_characters() -> None:
    letters = cycle("x7kf")
    assert names.subdomain("my-api", lambda _: next(letters)) == "my-api-x7kf"
    assert re.fullmatch(r"[a-z2-9]+", names.SUBDOMAIN_ALPHABET)
    assert len(names.SUBDOMAIN_ALPHABET) == 34


def test_networks_of_projects_are_told_from_others() -> None:
    default, own = names.network(HOME, None), names.network(HOME, PROJECT)
    assert default != own
    assert names.is_project_network(HOME, default)
    assert names.is_project_network(HOME, own)
    assert not names.is_project_network(HOME, default.replace("default", "build"))
    assert not names.is_project_network(PROJECT, default)
