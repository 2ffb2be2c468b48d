"""The documentation says only what is there: commands, options, make targets, REST paths, variables, files."""

import re
import shlex
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import typer

from runix_tui.cli.commands import app

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
ENDS = {"#", "&&", "|", ";"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def documented() -> list[str]:
    """Every `runix …` that the documents show, in code blocks and in the text."""
    found = set()
    for name in DOCUMENTS:
        text = text_of(name)
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
            found |= set(re.findall(r"\brunix(?: +[^\s#&|;()]+)+", block))
        prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        found |= set(re.findall(r"`(runix [^`]+)`", prose))
    return sorted(found)


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """The command that ``words`` name, and the words that are left. Groups have ``commands``."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def test_the_readme_shows_the_main_commands() -> None:
    shown = {line.split()[1] for line in documented()}
    assert {"deploy", "status", "logs", "redeploy", "rollback", "serve", "rm", "doctor", "uninstall"} <= shown


@pytest.mark.parametrize("line", documented())
def test_a_documented_command_exists(line: str) -> None:
    command, rest = resolve(shlex.split(line)[1:])
    assert not hasattr(command, "commands") or not rest or rest[0].startswith("-"), f"no such command: {line}"
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.partition("=")[0] for word in rest if word.startswith("-")}
    assert used <= options | {"--help", "--json"}, line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.M))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text_of(name), re.M)) <= targets


def test_every_public_make_target_is_documented() -> None:
    public = set(re.findall(r"^([a-z]+):.*##", text_of("Makefile"), re.M)) - {"help"}
    assert public <= set(re.findall(r"make ([a-z]+)", text_of("CONTRIBUTING.md")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_named_exist(name: str) -> None:
    linked = re.findall(r"\]\(([\w./-]+)\)", text_of(name))
    named = re.findall(r"`((?:scripts|tests|\.ci)/[\w./-]+|[\w./]+\.(?:py|lock))`", text_of(name))
    code = ROOT / "runix_tui"
    missing = [path for path in (*linked, *named) if not ((ROOT / path).exists() or (code / path).exists())]
    assert [path for path in missing if path != "main.py"] == []  # an app's main.py, not ours


def test_variables_in_the_readme_are_read_by_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "runix_tui").rglob("*.py"))
    names = set(re.findall(r"\bRUNIX_[A-Z_]+\b", text_of("README.md")))
    assert {name for name in names if name not in code} == set()


def test_settings_in_the_readme_are_known(tmp_path: Path) -> None:
    from runix_tui.config import load

    block = re.search(r"^```toml\n(.*?)^```", text_of("README.md"), re.M | re.S)
    assert block
    bundle = tmp_path / "my-ca.pem"
    bundle.write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "config.toml").write_text(block[1].replace("/etc/my-ca.pem", str(bundle)), "utf-8")
    assert load(tmp_path / "config.toml").build.concurrent == 2


def test_rooms_in_architecture_are_the_rooms() -> None:
    table = text_of("ARCHITECTURE.md").split("## Rooms")[1].split("```")[0]
    cells = "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("|"))
    named = {name.rstrip("/").removesuffix(".py") for name in re.findall(r"`([\w./]+)`", cells)}
    rooms = {
        path.stem
        for path in (ROOT / "runix_tui").iterdir()
        if not path.name.startswith(("_", ".")) and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert named == rooms


def test_rest_paths_in_the_readme_exist() -> None:
    from runix_tui.api import routes

    modules = [import_module(f"{routes.__name__}.{found.name}") for found in iter_modules(routes.__path__)]
    known = {re.sub(r"\{\w+\}", "{}", route.path) for module in modules for route in module.router.routes}
    shown = re.findall(r"\$API(/[\w/$-]+)", text_of("README.md")) + re.findall(
        r"`(?:[A-Z]+ )?(/[a-z{}/-]+)`", text_of("README.md")
    )
    shown = [path if re.sub(r"\$\w+|\{\w+\}", "{}", path) in known else "/deployments/{}" + path for path in shown]
    assert shown
    assert {re.sub(r"\$\w+|\{\w+\}", "{}", path) for path in shown} <= known
