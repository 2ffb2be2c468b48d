"""Commands about the installation itself: its token, its health, and its removal."""

import sys
from typing import Annotated

import typer

from runix_tui.bootstrap import detached
from runix_tui.bootstrap import token as tokens
from runix_tui.cli.options import Json, Yes
from runix_tui.cli.output import as_json, line, say
from runix_tui.cli.progress import Waiting
from runix_tui.cli.session import given_token, home
from runix_tui.errors import EXIT_FAILED, InvalidRequest, Unauthorized

_SIGNS = {"ok": "✓", "warn": "▲", "fail": "✗"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (token, doctor, uninstall):
        app.command()(command)


def token(
    rotate: Annotated[bool, typer.Option("--rotate", help="Make a new one; the old one stops working.")] = False,
    json: Json = False,
) -> None:
    """Print the API's bearer token."""
    locations, given = home(), given_token()
    if rotate and given:
        raise InvalidRequest("The token comes from RUNIX_TOKEN", hint="Change the variable, or unset it.")
    locations.prepare()
    found = tokens.rotate_token(locations) if rotate else given or tokens.stored_token(locations)
    if json:
        as_json({"token": found.reveal()})
    else:
        line(found.reveal())
    if rotate:
        _check_taken()


def _check_taken() -> None:
    """Whether a running server goes by the new token: not when it was started with ``RUNIX_TOKEN``."""
    hint = detached.reach(home())
    if hint is None:
        return
    from runix_tui.client import Client

    try:
        with Client(hint.url, tokens.stored_token(home())) as client:
            client.projects()
    except Unauthorized:
        say("The running server was started with RUNIX_TOKEN and keeps to that; the new token is for the next start.")


def doctor(
    fix: Annotated[bool, typer.Option("--fix", help="Get what is missing.")] = False,
    json: Json = False,
) -> None:
    """Say what works on this machine, what is missing, and how to get it."""
    from runix_tui.bootstrap import maintenance

    if fix:
        maintenance.fix(home(), say=say)
    with Waiting("looking"):
        checks = maintenance.checkup(home())
    if json:
        as_json([{"name": c.name, "status": c.status, "found": c.found, "remedy": c.remedy} for c in checks])
    else:
        for check in checks:
            line(f"{_SIGNS[check.status]} {check.name:<18}{check.found}")
            if check.remedy and check.status != "ok":
                line(f"  {'':<18}{check.remedy}")
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(EXIT_FAILED)


def uninstall(
    keep_data: Annotated[bool, typer.Option("--keep-data", help="Keep the home's folders and volumes.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Remove everything of this home: services, gateway, images, networks, volumes, caches, files. Says what."""
    from runix_tui.bootstrap import removal

    belongings = removal.belongings(home(), keep_data=keep_data)
    if not belongings:
        say("Nothing of this home is installed.")
    elif not yes:
        _confirm(belongings)
    done: list[str] = []

    def said(what: str) -> None:
        done.append(what)
        say(what)

    with Waiting("removing"):
        removal.uninstall(home(), keep_data=keep_data, say=said)
    if json:
        as_json(done)


def _confirm(belongings: list[str]) -> None:
    if not sys.stdin.isatty():
        raise InvalidRequest("Uninstalling cannot be undone", hint="Say --yes where nobody can be asked.")
    for thing in belongings:
        say(f"  {thing}")
    if not typer.confirm("Remove all of this?", err=True):
        raise typer.Exit(EXIT_FAILED)
