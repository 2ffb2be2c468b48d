"""``runix env``: the environment variables of a service. A running service is replaced without downtime."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runix_tui.cli import variables
from runix_tui.cli.options import Json, Name
from runix_tui.cli.output import as_json, foreign, line, say
from runix_tui.cli.session import connected, find
from runix_tui.core.names import is_env_name
from runix_tui.core.variables import of_pairs
from runix_tui.errors import InvalidRequest

if TYPE_CHECKING:
    from runix_tui.core.wire import DeploymentDetails

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
    """Send what changes anything. To remove what is not set is no fault, as in the API, but it is said."""
    with connected() as client:
        before = client.deployment(find(client, name).id)
        absent = [key for key, value in changes.items() if value is None and key not in before.env]
        if absent:
            say(_not_set(before, absent))
        wanted = {key: value for key, value in changes.items() if key not in absent}
        details = client.change(before.id, {"env": wanted}) if wanted else before
        if json:
            as_json(details)
        elif details.latest_version != before.latest_version:
            say(f"{details.service_name}: stored; version {details.latest_version} replaces what runs.")
        elif wanted:
            say(f"{details.service_name}: stored; the next start or deploy uses it.")


def _not_set(details: "DeploymentDetails", absent: list[str]) -> str:
    there = f"set: {', '.join(sorted(details.env))}" if details.env else "no variable is"
    return f"{details.service_name}: {', '.join(absent)} {'is' if len(absent) == 1 else 'are'} not set; {there}."
