"""Commands that do something to a service that is there."""

import sys

import typer

from runix_tui.cli.follow import finish, show
from runix_tui.cli.options import Json, Name, NoWait, Yes
from runix_tui.cli.output import as_json, say
from runix_tui.cli.progress import Waiting
from runix_tui.cli.session import connected, find
from runix_tui.errors import EXIT_FAILED, InvalidRequest


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (redeploy, rollback, cancel, stop, start):
        app.command()(command)
    app.command("rm")(remove)


def redeploy(name: Name, no_wait: NoWait = False, json: Json = False) -> None:
    """Build the branch's newest commit and replace what runs without downtime."""
    with connected() as client:
        found = find(client, name)
        client.redeploy(found.id)
        details = client.deployment(found.id)
        if no_wait:
            show(details, json=json)
        else:
            finish(client, found.id, name, details.latest_version, json=json)


def rollback(
    name: Name,
    version: int | None = typer.Argument(None, min=1, help="Default: the version that served before."),
    json: Json = False,
) -> None:
    """Start a stored version again, with its own configuration; nothing is built."""
    with connected() as client:
        found = find(client, name)
        with Waiting("rolling back"):
            client.rollback(found.id, version)
            details = client.deployment(found.id)
        if not json:
            say(f"Rolled back: version {details.version} ({details.commit_sha or 'no commit'}) serves.")
        show(details, json=json)


def cancel(name: Name, json: Json = False) -> None:
    """Stop a build that runs or waits."""
    with connected() as client:
        found = find(client, name)
        with Waiting("cancelling"):
            client.cancel(found.id)
        show(client.deployment(found.id), json=json)


def stop(name: Name, json: Json = False) -> None:
    """Stop a service; its releases are kept."""
    with connected() as client:
        found = find(client, name)
        with Waiting("stopping"):
            details = client.stop(found.id)
        show(details, json=json)


def start(name: Name, json: Json = False) -> None:
    """Start a stopped service."""
    with connected() as client:
        found = find(client, name)
        with Waiting("starting"):
            details = client.start(found.id)
        show(details, json=json)


def remove(name: Name, yes: Yes = False, json: Json = False) -> None:
    """Delete a service with its releases and logs. This cannot be undone."""
    with connected() as client:
        found = find(client, name)
        if not yes:
            _confirm(found.service_name)
        with Waiting("deleting"):
            client.delete(found.id)
        if json:
            as_json({"id": found.id, "deleted": True})
        else:
            say(f"{found.service_name} is gone.")


def _confirm(service: str) -> None:
    if not sys.stdin.isatty():
        raise InvalidRequest(f"Deleting {service} cannot be undone", hint="Say --yes where nobody can be asked.")
    if not typer.confirm(f"Delete {service} with all its releases and logs?", err=True):
        raise typer.Exit(EXIT_FAILED)
