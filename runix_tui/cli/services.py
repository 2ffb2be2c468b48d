"""Commands that do something to a service that is there."""

from typing import TYPE_CHECKING, Annotated

import typer

from runix_tui.cli.follow import follow_build
from runix_tui.cli.output import as_json, line, say
from runix_tui.cli.session import connected, find
from runix_tui.errors import EXIT_FAILED, InvalidRequest

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import DeploymentDetails

Name = Annotated[str, typer.Argument(help="NAME or PROJECT/NAME.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait for the end.")]


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
        latest = client.deployment(found.id).latest_version
        if no_wait:
            _show(client.deployment(found.id), json)
            return
        finish(client, found.id, latest, json=json)


def rollback(
    name: Name,
    version: Annotated[int | None, typer.Argument(min=1, help="Default: the version that served before.")] = None,
    json: Json = False,
) -> None:
    """Start a stored version again, with its own configuration; nothing is built."""
    with connected() as client:
        found = find(client, name)
        client.rollback(found.id, version)
        details = client.deployment(found.id)
        say(f"Rolled back: version {details.version} ({details.commit_sha or 'no commit'}) serves")
        _show(details, json)


def cancel(name: Name, json: Json = False) -> None:
    """Stop a build that runs or waits."""
    with connected() as client:
        found = find(client, name)
        client.cancel(found.id)
        _show(client.deployment(found.id), json)


def stop(name: Name, json: Json = False) -> None:
    """Stop a service; its releases are kept."""
    with connected() as client:
        _show(client.stop(find(client, name).id), json)


def start(name: Name, json: Json = False) -> None:
    """Start a stopped service."""
    with connected() as client:
        _show(client.start(find(client, name).id), json)


def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete a service with its releases and logs. This cannot be undone."""
    import sys

    with connected() as client:
        found = find(client, name)
        if not yes:
            if not sys.stdin.isatty():
                raise InvalidRequest(
                    f"Deleting {found.service_name} cannot be undone", hint="Say --yes where nobody can be asked."
                )
            if not typer.confirm(f"Delete {found.service_name} with all its releases and logs?", err=True):
                raise typer.Exit(EXIT_FAILED)
        client.delete(found.id)
        if json:
            as_json({"id": found.id, "deleted": True})
        else:
            say(f"{found.service_name} is gone.")


def finish(client: "Client", deployment_id: str, version: int | None, *, json: bool) -> None:
    """Follow a build to its end; the URL on stdout, and exit 1 unless it runs."""
    ended = follow_build(client, deployment_id, version)
    details = client.deployment(deployment_id)
    if ended == "running" or json or not details.serving:
        _show(details, json)
    if ended != "running":
        if details.serving and not json:
            say(f"{details.service_name}: version {version} {ended}; version {details.version} still serves.")
        raise typer.Exit(EXIT_FAILED)


def _show(details: "DeploymentDetails", json: bool) -> None:
    if json:
        as_json(details)
    elif details.serving and details.url:
        line(details.url)
    else:
        say(f"{details.service_name}: {details.status}")
