from pathlib import Path

import pytest

from runix_tui import catalog
from runix_tui.errors import ConfigError

MIB, GIB = 1024**2, 1024**3

RUNTIME = """
default = "1"
[[version]]
version = "1"
registry = "docker.io/library/thing:1"
suite = "bookworm"
packages = ["thing"]
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder


def test_the_sizes_are_those_of_the_contract() -> None:
    sizes = catalog.load().instances
    assert {name: (size.cpus, size.memory) for name, size in sizes.items()} == {
        "starter": (0.5, 512 * MIB),
        "standard": (1, 2 * GIB),
        "pro": (2, 4 * GIB),
    }
    assert list(sizes) == ["starter", "standard", "pro"], "smallest first"
    assert all(size.pids >= 512 for size in sizes.values())


def test_every_bundled_runtime_has_its_default_and_qualified_names() -> None:
    found = catalog.load()
    assert set(found.runtimes) == {"python", "node", "static", "gateway", "debian"}
    for profile in found.runtimes.values():
        assert profile.base(profile.default) is not None
    for base in found.bases():
        assert base.registry.startswith("docker.io/library/")
        assert base.suite in {"bookworm", "trixie"}
        assert base.name == f"{base.runtime}:{base.version}"
    names = [base.name for base in found.bases()]
    assert len(names) == len(set(names))


def test_a_base_is_found_by_its_name_or_by_its_runtime() -> None:
    found = catalog.load()
    exact, default = found.base("python:3.13"), found.base("python")
    assert exact is not None
    assert default is not None
    assert exact.suite == "trixie"
    assert default.version == found.runtimes["python"].default
    assert found.base("python:2.7") is None
    assert found.base("cobol") is None
    assert found.gateway.runtime == "gateway"


def test_a_users_profile_replaces_the_bundled_one_of_its_name_alone(tmp_path: Path) -> None:
    found = catalog.load(write(tmp_path, "runtimes/python.toml", RUNTIME))
    assert [base.version for base in found.runtimes["python"].bases] == ["1"]
    assert len(found.runtimes["node"].bases) > 1


def test_a_user_may_add_sizes_of_their_own(tmp_path: Path) -> None:
    own = write(tmp_path, "instances.toml", '[tiny]\ncpus = 0.1\nmemory = "64 MiB"\npids = 32\n')
    assert catalog.load(own).instances["tiny"].memory == 64 * MIB


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (RUNTIME.replace('default = "1"', 'default = "2"'), "no version"),
        (RUNTIME + "surprise = 1\n", "surprise"),
        (RUNTIME.replace('"thing"]', '"thing; rm -rf /"]'), "packages"),
        (RUNTIME.replace("docker.io/library/thing:1", "thing"), "registry"),
        (RUNTIME.replace('"bookworm"', '"../bookworm"'), "suite"),
        ("default = [", "thing.toml"),
    ],
)
def test_a_wrong_profile_is_named_with_what_is_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _ = catalog.load(write(tmp_path, "runtimes/thing.toml", text)).runtimes
    assert complaint in caught.value.message
    assert "thing.toml" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("memory", ['"512 Mib B"', '"much"', "-1", '"1 B"'])
def test_a_size_without_a_sensible_memory_is_refused(tmp_path: Path, memory: str) -> None:
    own = write(tmp_path, "instances.toml", f"[tiny]\ncpus = 1\nmemory = {memory}\npids = 32\n")
    with pytest.raises(ConfigError, match="memory"):
        _ = catalog.load(own).instances
