"""``runix env``: the environment variables of a service. A running service is replaced without downtime."""

import os
from pathlib import Path
from typing import Annotated

import typer

from runix_tui.cli import variables
from runix_tui.cli.options import Json, Name
from runix_tui.cli.output import as_json, foreign, line, say
from runix_tui.cli.session import connected, find
from runix_tui.core.names import is_env_name
from runix_tui.core.variables import of_pairs
from runix_tui.errors import InvalidRequest

app = typer.Typer(help="Environment variables of a service.", no_args_is_help=True)


@app.command("set")
def set_(
    name: Name,
    pairs: Annotated[list[str], typer.Argument(help="K=V, or K to take it from the environment.")],
    json: Json = False,
) -> None:
    """Set variables."""
    _change(name, dict(of_pairs(pairs, os.environ)), json)


@app.command("rm")
def remove(name: Name, keys: Annotated[list[str], typer.Argument(help="Names.")], json: Json = False) -> None:
    """Remove variables."""
    wrong = [key for key in keys if not is_env_name(key)]
    if wrong:
        raise InvalidRequest.of(f"env.{wrong[0]}", "not a variable's name")
    _change(name, dict.fromkeys(keys), json)


@app.command("import")
def import_(
    name: Name,
    file: Annotated[Path, typer.Argument(help="A .env file.", exists=True, dir_okay=False)],
    json: Json = False,
) -> None:
    """Set every variable of a .env file."""
    _change(name, dict(variables.of_file(file, os.environ)), json)


@app.command("ls")
def list_(
    name: Name,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the values.")] = False,
    json: Json = False,
) -> None:
    """List variables; values are masked unless revealed."""
    with connected() as client:
        env = client.deployment(find(client, name).id, reveal=reveal).env
    if json:
        as_json(env)
    for key, value in () if json else sorted(env.items()):
        line(f"{key}={foreign(value)}")


def _change(name: str, changes: dict[str, str | None], json: bool) -> None:
    with connected() as client:
        found = find(client, name)
        before = found.latest_version
        details = client.change(found.id, {"env": changes})
        if json:
            as_json(details)
        elif details.latest_version != before:
            say(f"{details.service_name}: stored; version {details.latest_version} replaces what runs.")
        else:
            say(f"{details.service_name}: stored; the next start or deploy uses it.")
