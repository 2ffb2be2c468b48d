"""``runix deploy``: a repository becomes a service, or the service that it is already is deployed again."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runix_tui.cli import variables
from runix_tui.cli.output import as_json, say
from runix_tui.cli.services import finish
from runix_tui.cli.session import connected, project_of
from runix_tui.core import names
from runix_tui.errors import Conflict, InvalidRequest

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import Deployment


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(deploy)


def deploy(
    repo: Annotated[str, typer.Argument(help="https, ssh or scp-style URL, file:// URL, or a folder.")],
    name: Annotated[str | None, typer.Option(help="Name of the service; default: the repository's.")] = None,
    kind: Annotated[str, typer.Option("--type", help="web_service or static_site.")] = "",
    size: Annotated[str | None, typer.Option(help="Instance type: starter, standard or pro.")] = None,
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
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not wait for the end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Deploy a repository, streaming the build; ends with 0 only when it runs."""
    source, checked_out = _source(repo)
    body: dict[str, Any] = {
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
        "env": _environment(env or [], env_file),
    }
    asked = {key: value for key, value in body.items() if value not in (None, "", {})}
    with connected() as client:
        service = name or default_name(source)
        home = project_of(client, project, create=True)
        found = _existing(client, service, home.id if home else None)
        if found is None:
            created = client.create(
                {"service_type": "web_service"}
                | asked
                | {"repo_url": source, "service_name": service}
                | ({"project_id": home.id} if home else {})
            )
            identity: str = created.id
            version: int | None = 1
        else:
            identity, version = _again(client, found, source, asked)
        if no_wait:
            as_json(client.deployment(identity)) if json else say(f"{service}: building")
            return
        finish(client, identity, version, json=json)


def _again(client: "Client", found: "Deployment", source: str, asked: dict[str, Any]) -> tuple[str, int | None]:
    """The same name and repository again: what was asked for differently is changed, then it is redeployed."""
    if found.repo_url != _shown(source):
        raise Conflict(
            f"{found.service_name} is deployed from {found.repo_url} already",
            code="name_taken",
            hint="Choose another name with --name, or delete that one with `runix rm`.",
        )
    fixed = sorted(asked.keys() - {"env", "instance_type", "branch", "command", "service_type"})
    if fixed:
        say(f"{', '.join(fixed)}: kept as they are; they are set when a service is made.")
    changes: dict[str, Any] = {key: asked[key] for key in ("env", "instance_type", "branch", "command") if key in asked}
    if changes:
        client.change(found.id, changes)
    client.redeploy(found.id)
    return found.id, client.deployment(found.id).latest_version


def _existing(client: "Client", service: str, project_id: str | None) -> "Deployment | None":
    found = (each for each in client.deployments() if (each.service_name, each.project_id) == (service, project_id))
    return next(found, None)


def _source(repo: str) -> tuple[str, str | None]:
    """What to send as ``repo_url``: a folder becomes absolute, and its checked-out branch is sent with it."""
    path = Path(repo).expanduser()
    if "://" in repo or not path.is_dir():
        if not re.search(r"[:@]", repo):
            raise InvalidRequest.of("repo", f"there is no folder {repo}", hint="Give a URL or an existing folder.")
        return repo, None
    folder = path.resolve()
    return str(folder), _checked_out(folder)


def _checked_out(folder: Path) -> str | None:
    import pygit2

    found = pygit2.discover_repository(str(folder))
    if found is None:
        return None
    repository = pygit2.Repository(found)
    if repository.head_is_unborn or repository.head_is_detached:
        return None
    return repository.head.shorthand


def _shown(source: str) -> str:
    """A URL as the API shows it: without user info."""
    return re.sub(r"^([a-z+]+://)[^/@]*@", r"\1", source)


def default_name(source: str) -> str:
    """A service name out of a repository's: its last part, in the letters that names have."""
    last = re.split(r"[/:]", source.rstrip("/"))[-1].removesuffix(".git").lower()
    name = re.sub(r"[^a-z0-9]+", "-", last).strip("-").lstrip("0123456789-")[:40].rstrip("-")
    if not names.is_service_name(name):
        raise InvalidRequest.of("name", f"no name can be made of {source}", hint="Give one with --name.")
    return name


def _environment(pairs: list[str], file: Path | None) -> dict[str, str]:
    return variables.of_file(file, os.environ) | variables.of_pairs(pairs, os.environ)
