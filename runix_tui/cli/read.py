"""Commands that only look."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from runix_tui.cli.output import age, as_json, foreign, line, local, say, size, table
from runix_tui.cli.output import status as shown_status
from runix_tui.cli.session import connected, find
from runix_tui.core.events import End, Gap, LogLine, StageMark

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, DeploymentDetails

Name = Annotated[str, typer.Argument(help="NAME or PROJECT/NAME.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
            table(
                ("PROJECT", "NAME", "STATUS", "VERSION", "COMMIT", "TYPE", "SIZE", "AGE", "URL"),
                [_row(each, projects.get(each.project_id or "", "default")) for each in found],
            )
        else:
            say("No services yet. `runix deploy REPO` makes one.")


def logs(
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    build: Annotated[bool, typer.Option("--build", help="The build log instead of the run-time log.")] = False,
    version: Annotated[int | None, typer.Option(min=1, help="With --build: of this version.")] = None,
    tail: Annotated[str, typer.Option(help="How many lines from the end: a number, or all.")] = "100",
    since: Annotated[str | None, typer.Option(help="From this moment: RFC 3339, or 10m, 2h, 1d ago.")] = None,
    json: Json = False,
) -> None:
    """Show a service's log."""
    with connected() as client:
        found = find(client, name)
        if build:
            events = client.build_log(found.id, version=version, follow=follow)
        else:
            events = client.logs(found.id, tail=tail, since=since, follow=follow)
        for event in events:
            if json:
                _json_event(event)
            elif isinstance(event, LogLine):
                _write(event)
            elif isinstance(event, StageMark) and event.status == "started":
                say(f"== {event.stage}")
            elif isinstance(event, Gap):
                say(f"-- {event.dropped} lines were not kept")


def history(name: Name, json: Json = False) -> None:
    """Show every version of a service, newest first."""
    with connected() as client:
        found = find(client, name)
        entries = client.history(found.id)
        if json:
            as_json(entries)
            return
        table(
            ("VERSION", "STATUS", "KIND", "COMMIT", "CREATED", "TOOK", "IMAGE", "NOTE"),
            [
                (
                    str(entry.version),
                    entry.status.value,
                    entry.kind.value,
                    entry.commit_sha or "–",
                    local(entry.created_at),
                    f"{entry.duration_seconds:.1f} s" if entry.duration_seconds is not None else "–",
                    (entry.image_id or "–").removeprefix("sha256:")[:12],
                    f"back to {entry.rollback_of}"
                    if entry.rollback_of
                    else (entry.error.message if entry.error else ""),
                )
                for entry in entries
            ],
        )


def _row(each: "Deployment", project: str) -> tuple[str, ...]:
    return (
        project,
        each.service_name,
        shown_status(each.status.value),
        f"v{each.version}" if each.version else "–",
        each.commit_sha or "–",
        each.service_type.value,
        each.instance_type,
        age(each.created_at),
        each.url or "–",
    )


def _one(each: "DeploymentDetails", json: bool) -> None:
    if json:
        as_json(each)
        return
    used = each.resources
    facts = [
        ("name", each.service_name),
        ("status", shown_status(each.status.value) + (f" ({each.phase})" if each.phase else "")),
        ("url", each.url or "–"),
        ("version", f"v{each.version} · {each.commit_sha or 'no commit'}" if each.version else "–"),
        ("repository", f"{each.repo_url} ({each.branch})"),
        ("type", f"{each.service_type} · {each.instance_type}"),
        ("port", str(each.port or "–")),
        ("health", each.health or "–"),
        (
            "cpu",
            f"{used.cpu_percent:.1f} %" + (f" of {used.cpu_limit:g} cores" if used.cpu_limit else "") if used else "–",
        ),
        ("memory", f"{size(used.memory_bytes)} of {size(used.memory_limit_bytes)}" if used else "–"),
        ("env", ", ".join(each.env) or "–"),
        ("created", local(each.created_at)),
        ("id", each.id),
    ]
    for label, text in facts:
        line(f"{label:<11}{foreign(text)}")
    if each.error:
        line(f"{'error':<11}{foreign(each.error.message)}")
        for said in (*each.error.evidence, each.error.hint):
            line(f"{'':<11}{foreign(said)}")


def _write(event: LogLine) -> None:
    target = sys.stderr if event.stream == "stderr" and not sys.stdout.isatty() else sys.stdout
    prefix = "-- " if event.stream == "runix" else ""
    target.write(f"{prefix}{foreign(event.line, target)}\n")
    target.flush()


def _json_event(event: LogLine | StageMark | Gap | End) -> None:
    import json

    match event:
        case LogLine(seq=seq, at=at, stream=stream, line=text):
            line(json.dumps({"seq": seq, "ts": at, "stream": stream, "line": text}, ensure_ascii=False))
        case StageMark(stage=stage, status=word):
            line(json.dumps({"stage": stage, "status": word}))
        case Gap(dropped=count):
            line(json.dumps({"dropped": count}))
        case End(status=word):
            line(json.dumps({"status": word}))
