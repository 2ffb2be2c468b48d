"""``runix deploy``: a repository becomes a service, or the service that it is already is deployed again."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runix_tui.cli import variables
from runix_tui.cli.follow import finish, show
from runix_tui.cli.options import Json, NoWait
from runix_tui.cli.output import say
from runix_tui.cli.session import DEFAULT_PROJECT, connected, project_called
from runix_tui.core import names
from runix_tui.core.variables import of_pairs
from runix_tui.errors import Conflict, InvalidRequest, RunixError

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import Deployment, DeploymentDetails

CHANGEABLE = ("env", "instance_type", "branch", "command")  # what a service that is there takes (PATCH)
DEFAULT_TYPE = "web_service"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(deploy)


def deploy(
    repo: Annotated[str, typer.Argument(help="https, ssh or scp-style URL, file:// URL, or a folder.")],
    name: Annotated[str | None, typer.Option(help="Name of the service; default: the repository's.")] = None,
    kind: Annotated[str, typer.Option("--type", help="web_service (the default) or static_site.")] = "",
    size: Annotated[str | None, typer.Option(help="Instance type: starter (the default), standard or pro.")] = None,
    branch: Annotated[str | None, typer.Option(help="Default: the checked-out branch of a folder, else main.")] = None,
    env: Annotated[list[str] | None, typer.Option(help="K=V, or K to take it from the environment.")] = None,
    env_file: Annotated[Path | None, typer.Option(help="A .env file.", exists=True, dir_okay=False)] = None,
    project: Annotated[str | None, typer.Option(help="Name of the project; made when there is none.")] = None,
    root_dir: Annotated[str | None, typer.Option(help="The app's folder in the repository.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port that the service listens on.")] = None,
    command: Annotated[str | None, typer.Option(help="Start command instead of the detected one.")] = None,
    build_command: Annotated[str | None, typer.Option(help="Build command instead of the detected one.")] = None,
    health_path: Annotated[str | None, typer.Option(help="Path that answers 200-399 when healthy.")] = None,
    dockerfile: Annotated[str | None, typer.Option(help="Path of a Dockerfile in the repository.")] = None,
    planner: Annotated[str | None, typer.Option(help="auto, rules or dockerfile.")] = None,
    no_wait: NoWait = False,
    json: Json = False,
) -> None:
    """Deploy a repository, streaming the build; ends with 0 only when it runs."""
    source, checked_out = _source(repo, asked_for=branch)
    wanted: dict[str, Any] = {
        "service_type": kind.replace("-", "_"),
        "instance_type": size,
        "branch": branch or checked_out,
        "root_dir": root_dir,
        "port": port,
        "command": command,
        "build_command": build_command,
        "health_path": health_path,
        "dockerfile": dockerfile,
        "planner": planner,
        "env": variables.of_file(env_file, os.environ) | of_pairs(env or [], os.environ),
    }
    asked = {key: value for key, value in wanted.items() if value not in (None, "", {})}
    service = name or default_name(source)
    with connected() as client:
        found = _existing(client, service, project)
        if found is None:
            details = _create(client, project, {"service_type": DEFAULT_TYPE, **asked}, source, service)
        else:
            details = _again(client, found, source, asked)
        if no_wait:
            show(details, json=json)
            return
        full_name = f"{project}/{service}" if project else service
        finish(client, details.id, full_name, details.latest_version, json=json)


def _existing(client: "Client", service: str, project: str | None) -> "Deployment | None":
    home = project_called(client, project) if project not in (None, DEFAULT_PROJECT) else None
    if home is None and project not in (None, DEFAULT_PROJECT):
        return None
    wanted = (service, home.id if home else None)
    return next((each for each in client.deployments() if (each.service_name, each.project_id) == wanted), None)


def _create(
    client: "Client", project: str | None, asked: dict[str, Any], source: str, service: str
) -> "DeploymentDetails":
    body = asked | {"repo_url": source, "service_name": service}
    if project in (None, DEFAULT_PROJECT):
        return client.create(body)
    home = project_called(client, project)
    if home is not None:
        return client.create(body | {"project_id": home.id})
    made = client.create_project(project)
    try:
        return client.create(body | {"project_id": made.id})
    except RunixError:
        client.delete_project(made.id)  # what was refused leaves nothing behind
        raise


def _again(client: "Client", found: "Deployment", source: str, asked: dict[str, Any]) -> "DeploymentDetails":
    """The same name and repository again: what was asked for differently is changed, then it is redeployed."""
    from runix_tui.bootstrap.repository import normal_address

    address, with_secret = normal_address(source)
    if found.repo_url != address:
        raise Conflict(
            f"{found.service_name} is deployed from {found.repo_url} already",
            code="name_taken",
            hint="Choose another name with --name, or delete that one with `runix rm`.",
        )
    if asked.get("service_type", found.service_type) != found.service_type:
        raise Conflict(
            f"{found.service_name} is a {found.service_type} already",
            hint="Choose another name with --name, or delete that one with `runix rm`.",
        )
    fixed = sorted(asked.keys() - {*CHANGEABLE, "service_type"})
    if fixed or with_secret:
        kept = [*fixed, *(["the user in the address"] if with_secret else [])]
        say(f"Kept as when the service was made: {', '.join(kept)}.")
    changes = _changes(client.deployment(found.id, reveal=True), asked)
    if changes:
        client.change(found.id, changes)
    client.redeploy(found.id)
    return client.deployment(found.id)


def _changes(there: "DeploymentDetails", asked: dict[str, Any]) -> dict[str, Any]:
    """Of what is asked for, what is different: what is not changed starts no new version."""
    env = {key: value for key, value in asked.get("env", {}).items() if there.env.get(key) != value}
    plain = {key: asked[key] for key in CHANGEABLE[1:] if key in asked and asked[key] != getattr(there, key)}
    return plain | ({"env": env} if env else {})


def _source(repo: str, *, asked_for: str | None) -> tuple[str, str | None]:
    """What to send as ``repo_url``: a folder becomes absolute, and its checked-out branch is sent with it."""
    if "://" in repo:
        return repo, None
    folder = _folder(repo)
    if folder is None:
        if not re.search(r"[:@]", repo):
            raise InvalidRequest.of("repo", f"there is no folder {repo}", hint="Give a URL or an existing folder.")
        return repo, None
    from runix_tui.bootstrap.repository import checked_out

    in_git, branch = checked_out(folder)
    if in_git and branch is None and asked_for is None:
        say("No branch is checked out there: main is deployed (--branch names another one).")
    return str(folder), branch


def _folder(repo: str) -> Path | None:
    try:
        path = Path(repo).expanduser()
        return path.resolve() if path.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # unreadable, no such ~user, a NUL
        return None


def default_name(source: str) -> str:
    """A service name out of a repository's: its last part, in the letters that names have."""
    last = re.split(r"[/:]", source.rstrip("/"))[-1].removesuffix(".git").lower()
    name = re.sub(r"[^a-z0-9]+", "-", last).strip("-").lstrip("0123456789-")[:40].rstrip("-")
    if not names.is_service_name(name):
        raise InvalidRequest.of("name", f"no name can be made of {source}", hint="Give one with --name.")
    return name
