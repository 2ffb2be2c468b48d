"""What a room may load. import-linter sees the import statements; these tests see what really got loaded."""

import json
import subprocess
import sys

import pytest

FRONT_ENDS = {"textual", "fastapi", "starlette", "uvicorn", "typer"}
HEAVY = {"podman", "pygit2", "aiohttp", "requests", "docker"}

LOADED = """
import importlib, json, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), name + "."):
        importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_by(*packages: str) -> set[str]:
    """The top-level names in sys.modules of a fresh interpreter that imported every module of these packages."""
    run = subprocess.run(
        [sys.executable, "-c", LOADED, *packages], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout))


@pytest.mark.parametrize(
    ("packages", "forbidden"),
    [
        (("runix_tui.core", "runix_tui.errors", "runix_tui.locations"), FRONT_ENDS | HEAVY | {"sqlite3", "httpx"}),
        (("runix_tui.plan", "runix_tui.catalog"), FRONT_ENDS | HEAVY | {"sqlite3", "httpx"}),
        (("runix_tui.store",), FRONT_ENDS | HEAVY | {"httpx"}),
        (("runix_tui.source",), FRONT_ENDS | {"podman", "aiohttp", "litellm"}),
        (("runix_tui.engine", "runix_tui.gateway"), FRONT_ENDS | {"pygit2", "sqlite3", "litellm"}),
        (("runix_tui.deploy",), FRONT_ENDS | {"litellm", "runix_agents"}),
        (("runix_tui.web",), (FRONT_ENDS - {"textual"}) | {"podman", "pygit2", "sqlite3", "httpx"}),
        (("runix_tui.client",), {"textual", "fastapi", "uvicorn"} | HEAVY),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, tuple) else "",
)
def test_a_room_loads_only_what_it_may(packages: tuple[str, ...], forbidden: set[str]) -> None:
    assert loaded_by(*packages) & forbidden == set()


def test_the_command_line_starts_without_engine_git_and_server() -> None:
    """`runix --version` loads only what reads arguments: the rest comes on first use."""
    code = (
        "import sys, json\nfrom runix_tui.cli.main import main\nsys.argv = ['runix', '--version']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    assert set(json.loads(run.stderr.splitlines()[-1])) & (HEAVY | {"fastapi", "uvicorn", "textual"}) == set()


def test_the_full_screen_ui_shows_before_anything_heavy_is_loaded() -> None:
    """Its first frame: what reads arguments, checks values or speaks HTTP comes after it."""
    modules = ("runix_tui.cli.main", "runix_tui.bootstrap.front", "runix_tui.tui.app")
    code = f"import sys, json\nimport {', '.join(modules)}\nprint(json.dumps(list(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    late = HEAVY | FRONT_ENDS - {"textual"} | {"pydantic", "httpx", "sqlite3", "psutil", "tomlkit", "pygments"}
    assert {name.partition(".")[0] for name in json.loads(run.stdout)} & late == set()
