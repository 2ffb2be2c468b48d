"""Commands that only look."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from runix_tui.cli.options import Json, Name
from runix_tui.cli.output import as_json, foreign, line, local, say, write
from runix_tui.cli.session import DEFAULT_PROJECT, connected, find
from runix_tui.cli.table import Column, status_word, table
from runix_tui.core.events import Gap, LogEvent, LogLine, StageMark
from runix_tui.core.human import age, size
from runix_tui.errors import InvalidRequest

if TYPE_CHECKING:
    from runix_tui.client import LogChunk
    from runix_tui.core.wire import Deployment, DeploymentDetails, HistoryEntry

SERVICES = (
    Column("PROJECT", leaves=6),
    Column("NAME"),
    Column("STATUS", status=True),
    Column("VERSION", leaves=1),
    Column("COMMIT", leaves=3),
    Column("TYPE", leaves=5),
    Column("SIZE", leaves=4),
    Column("AGE", leaves=2),
    Column("URL"),
)
HISTORY = (
    Column("VERSION"),
    Column("STATUS", status=True),
    Column("KIND", leaves=2),
    Column("COMMIT"),
    Column("CREATED", leaves=1),
    Column("TOOK", leaves=3),
    Column("IMAGE", leaves=4),
    Column("NOTE", cut=True),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(logs)
    app.command()(history)


def status(
    name: Annotated[str | None, typer.Argument(help="NAME or PROJECT/NAME; default: all services.")] = None,
    json: Json = False,
) -> None:
    """Show services, or everything about one."""
    with connected() as client:
        if name is not None:
            _one(client.deployment(find(client, name).id), json)
            return
        found = client.deployments()
        if json:
            as_json(found)
        elif found:
            projects = {project.id: project.name for project in client.projects()}
            table(SERVICES, [_row(each, projects.get(each.project_id or "", DEFAULT_PROJECT)) for each in found])
        else:
            say("No services yet. `runix deploy REPO` makes one.")


def logs(
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    build: Annotated[bool, typer.Option("--build", help="The build log instead of the run-time log.")] = False,
    version: Annotated[int | None, typer.Option(min=1, help="With --build: of this version.")] = None,
    tail: Annotated[str, typer.Option(help="How many lines from the end: a number, or all.")] = "100",
    since: Annotated[str | None, typer.Option(help="From this moment: RFC 3339, or 10m, 2h, 1d ago.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, an object a line.")] = False,
) -> None:
    """Show a service's log."""
    if version is not None and not build:
        raise InvalidRequest.of("version", "only a build log is of one version", hint="Say --build too.")
    with connected() as client:
        found = find(client, name)
        chunks = (
            client.build_chunks(found.id, version=version, follow=follow)
            if build
            else client.log_chunks(found.id, tail=tail, since=since, follow=follow)
        )
        for chunk in chunks:
            if json:
                write(chunk.data.decode("utf-8"), sys.stdout)
            else:
                _write(chunk)


def history(name: Name, json: Json = False) -> None:
    """Show every version of a service, newest first."""
    with connected() as client:
        entries = client.history(find(client, name).id)
        if json:
            as_json(entries)
        else:
            table(HISTORY, [_version(entry) for entry in entries])


def _row(each: "Deployment", project: str) -> tuple[str, ...]:
    return (
        project,
        each.service_name,
        each.status.value,
        f"v{each.version}" if each.version else "–",
        each.commit_sha or "–",
        each.service_type.value,
        each.instance_type,
        age(each.created_at),
        each.url or "–",
    )


def _version(entry: "HistoryEntry") -> tuple[str, ...]:
    notes = (f"back to {entry.rollback_of}" if entry.rollback_of else "", entry.error.message if entry.error else "")
    return (
        str(entry.version),
        entry.status.value,
        entry.kind.value,
        entry.commit_sha or "–",
        local(entry.created_at),
        f"{entry.duration_seconds:.1f} s" if entry.duration_seconds is not None else "–",
        (entry.image_id or "–").removeprefix("sha256:")[:12],
        ": ".join(note for note in notes if note),
    )


def _one(each: "DeploymentDetails", json: bool) -> None:
    if json:
        as_json(each)
        return
    for label, text in _facts(each):
        line(f"{label:<11}{foreign(text)}")


def _facts(each: "DeploymentDetails") -> list[tuple[str, str]]:
    used, error = each.resources, each.error
    cores = f" of {used.cpu_limit:g} cores" if used and used.cpu_limit else ""
    phase = f" ({each.phase})" if each.phase and each.phase.value != each.status.value else ""
    facts = [
        ("name", each.service_name),
        ("status", status_word(each.status.value) + phase),
        ("url", each.url or "–"),
        ("version", f"v{each.version} · {each.commit_sha or 'no commit'}" if each.version else "–"),
        ("repository", f"{each.repo_url} ({each.branch})"),
        ("type", f"{each.service_type} · {each.instance_type}"),
        ("port", str(each.port or "–")),
        ("health", each.health or "–"),
        ("cpu", f"{used.cpu_percent:.1f} %{cores}" if used else "–"),
        ("memory", f"{size(used.memory_bytes)} of {size(used.memory_limit_bytes)}" if used else "–"),
        ("env", ", ".join(each.env) or "–"),
        ("created", local(each.created_at)),
        ("id", each.id),
    ]
    if error:
        facts += [("error", error.message), *(("", said) for said in (*error.evidence, error.hint) if said)]
    return facts


def _write(chunk: "LogChunk") -> None:
    """Lines of one stream that follow each other go out at once. Into pipes stderr stays stderr."""
    apart = not sys.stdout.isatty()
    pending: list[str] = []
    target = sys.stdout
    for event in chunk.events():
        stream = sys.stderr if apart and _is_aside(event) else sys.stdout
        if stream is not target and pending:
            write("".join(pending), target)
            pending.clear()
        target = stream
        pending.append(_text(event, stream.isatty()))
    write("".join(pending), target)


def _is_aside(event: LogEvent) -> bool:
    return not isinstance(event, LogLine) or event.stream == "stderr"


def _text(event: LogEvent, terminal: bool) -> str:
    match event:
        case LogLine(line=text, stream=stream):
            prefix = "-- " if stream == "runix" else ""
            return f"{prefix}{foreign(text) if terminal else text}\n"
        case StageMark(stage=stage, status="started"):
            return f"== {stage}\n"
        case Gap(dropped=count):
            return f"-- {count} lines were not kept\n"
        case _:
            return ""
