"""The wheel that users install: its names, its data, and that it runs in an environment with nothing else in it."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import runix_tui

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("runix_tui", "profiles", "pyproject.toml", "README.md", "LICENSE")


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing of the checkout but its sources can get in."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "project"
    copy.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, copy, cwd=folder)
    return next(folder.glob("*.whl"))


def test_holds_our_package_alone_and_its_profiles(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert top == {Path(package).name for package in packages["packages"]}
    assert {"runix_tui/py.typed", "runix_tui/web/assets/page.html", "runix_tui/web/assets/page.js"} <= set(names)
    profiles = {path.relative_to(ROOT).as_posix() for path in (ROOT / "profiles").rglob("*.toml")}
    assert profiles
    assert {f"runix_tui/_data/{name}" for name in profiles} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_runs_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    python = tmp_path / "venv/bin/python"
    run(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv", cwd=tmp_path)
    install = (uv, "pip", "install", "--quiet", "--python", python)
    run(*install, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=tmp_path)
    run(*install, "--no-deps", wheel, cwd=tmp_path)
    assert run(tmp_path / "venv/bin/runix", "--version", cwd=tmp_path).strip().endswith(runix_tui.__version__)
    loads = "from runix_tui import catalog; print(catalog.__file__)"
    assert str(tmp_path) in run(python, "-I", "-c", loads, cwd=tmp_path)
    run(uv, "pip", "check", "--quiet", "--python", python, cwd=tmp_path)
