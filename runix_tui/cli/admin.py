"""Commands about the installation itself: its token, its health, and its removal."""

import sys
from typing import Annotated

import typer

from runix_tui.bootstrap import home as homes
from runix_tui.cli.output import as_json, line, say
from runix_tui.cli.session import given_token, home
from runix_tui.errors import EXIT_FAILED, InvalidRequest

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (token, doctor, uninstall):
        app.command()(command)


def token(
    rotate: Annotated[bool, typer.Option("--rotate", help="Make a new one; the old one stops working.")] = False,
    json: Json = False,
) -> None:
    """Print the API's bearer token."""
    locations = home()
    locations.prepare()
    if rotate and given_token():
        raise InvalidRequest("The token comes from RUNIX_TOKEN", hint="Change the variable, or unset it.")
    found = homes.rotate_token(locations) if rotate else given_token() or homes.stored_token(locations)
    if json:
        as_json({"token": found.reveal()})
    else:
        line(found.reveal())


def doctor(
    fix: Annotated[bool, typer.Option("--fix", help="Get what is missing.")] = False,
    json: Json = False,
) -> None:
    """Say what works on this machine, what is missing, and how to get it."""
    from runix_tui.bootstrap import maintenance

    if fix:
        maintenance.fix(home(), say=say)
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
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove everything of this home: services, gateway, images, networks, volumes, files."""
    from runix_tui.bootstrap import maintenance

    locations = home()
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidRequest("Uninstalling cannot be undone", hint="Say --yes where nobody can be asked.")
        for thing in maintenance.belongings(locations):
            say(f"  {thing}")
        if not typer.confirm("Remove all of this?", err=True):
            raise typer.Exit(EXIT_FAILED)
    maintenance.uninstall(locations, keep_data=keep_data, say=say)


_SIGNS = {"ok": "✓", "warn": "▲", "fail": "✗"}
