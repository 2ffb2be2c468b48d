import pytest

from runix_tui.core.bases import BaseImage, RuntimeProfile
from runix_tui.errors import PlanError
from runix_tui.plan.ranges import accepts
from runix_tui.plan.versions import Wanted, choose, pinned


def profile(name: str, default: str, *versions: str) -> RuntimeProfile:
    bases = tuple(BaseImage(f"{name}:{v}", name, v, f"docker.io/library/{name}:{v}", "suite") for v in versions)
    return RuntimeProfile(name, default, bases)


PYTHON = profile("python", "3.11", "3.11", "3.13")
NODE = profile("node", "22", "18", "20", "22", "24")


def span(text: str) -> Wanted:
    return Wanted(text, "pyproject.toml", lambda version: accepts(text, version))


def test_nothing_asked_for_takes_the_default_and_says_so() -> None:
    chosen = choose(PYTHON, None)
    assert chosen.version == "3.11"
    assert chosen.origin.source == "default of the rules"


@pytest.mark.parametrize(
    ("text", "version"), [("3.13", "3.13"), ("3.11.4", "3.11"), ("3.13.0", "3.13"), ("3", "3.11"), ("v3.11", "3.11")]
)
def test_a_pin_that_there_is_is_taken(text: str, version: str) -> None:
    chosen = choose(PYTHON, pinned(text, ".python-version:1"))
    assert (chosen.version, chosen.origin.source, chosen.origin.confidence) == (version, ".python-version:1", 1.0)


@pytest.mark.parametrize(("text", "version"), [("3.12.1", "3.13"), ("3.8", "3.11"), ("3.14", "3.13")])
def test_a_pin_that_there_is_not_takes_the_nearest_and_says_so(text: str, version: str) -> None:
    chosen = choose(PYTHON, pinned(text, "runtime.txt:1"))
    assert chosen.version == version
    assert f"asks for {text}" in chosen.origin.reason
    assert version in chosen.origin.reason
    assert chosen.origin.confidence < 1


@pytest.mark.parametrize(
    ("text", "version"), [("16", "18"), ("21.5.0", "22"), ("23", "24"), ("25", "24"), ("14", "18")]
)
def test_node_majors_are_versions(text: str, version: str) -> None:
    assert choose(NODE, pinned(text, ".nvmrc")).version == version


@pytest.mark.parametrize(
    ("runtime", "wanted"),
    [(PYTHON, pinned("2.7", "runtime.txt:1")), (NODE, pinned("8", ".nvmrc")), (PYTHON, span(">=3.14"))],
)
def test_an_impossible_version_is_an_error_with_those_there_are(runtime: RuntimeProfile, wanted: Wanted) -> None:
    with pytest.raises(PlanError) as caught:
        choose(runtime, wanted)
    assert caught.value.code == "no_such_version"
    assert all(base.version in caught.value.hint for base in runtime.bases)


def test_a_range_takes_the_default_if_it_may_else_the_newest() -> None:
    assert choose(PYTHON, span(">=3.9")).version == "3.11"
    assert choose(PYTHON, span(">=3.12")).version == "3.13"
