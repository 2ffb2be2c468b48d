"""A build followed on the command line to its end: stages and log lines to stderr as they come, the URL to stdout."""

import sys
from typing import TYPE_CHECKING

import typer

from runix_tui.cli.output import as_json, foreign, line, say, write
from runix_tui.cli.progress import Waiting
from runix_tui.core.events import End, Gap, LogEvent, LogLine, StageMark
from runix_tui.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_TRANSIENT, NotFound

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import DeploymentDetails

RUNNING, FAILED = "running", "failed"


def finish(client: "Client", deployment_id: str, name: str, version: int | None, *, json: bool) -> None:
    """Follow a build to its end; ends with 0 only when it runs. Ctrl-c ends the following, not the build."""
    try:
        ended = follow_build(client, deployment_id, version)
        details = client.deployment(deployment_id)
    except KeyboardInterrupt as error:
        say(f"\nThe build goes on. `runix logs {name} --build -f` follows it, `runix cancel {name}` ends it.")
        raise typer.Exit(EXIT_INTERRUPTED) from error
    if ended != RUNNING:
        _say_how(details, version, ended)
    if json or ended == RUNNING:
        show(details, json=json)
    if ended != RUNNING:
        raise typer.Exit(_exit_code(details, ended))


def follow_build(client: "Client", deployment_id: str, version: int | None) -> str:
    """Show a version's build log until its end; gives the history status it ended with. A version that ended before its
    turn came (superseded, cancelled) has no log."""
    try:
        ended = _shown_to_its_end(client, deployment_id, version)
    except NotFound:
        if version is None:
            raise
        ended = None
    if ended is None and version is not None:
        ended = client.version(deployment_id, version).status.value
    return ended or "unknown"


def _shown_to_its_end(client: "Client", deployment_id: str, version: int | None) -> str | None:
    with Waiting("waiting for its turn") as waiting:
        for chunk in client.build_chunks(deployment_id, version=version):
            shown: list[str] = []
            for event in chunk.events():
                if isinstance(event, StageMark) and event.status == "started":
                    waiting.what = event.stage
                if isinstance(event, End):
                    write("".join(shown), sys.stderr)
                    return event.status
                shown.append(_text(event))
            write("".join(shown), sys.stderr)
    return None


def show(details: "DeploymentDetails", *, json: bool) -> None:
    """What came of a command: the URL when the service has one and runs, as a result; else its status, said."""
    if json:
        as_json(details)
    elif details.serving and details.url:
        line(details.url)
    else:
        say(f"{details.service_name}: {details.status}")


def _say_how(details: "DeploymentDetails", version: int | None, ended: str) -> None:
    """A build that did not end well: its log has said why, and what to do; what serves now has not been said."""
    serves = f"; version {details.version} still serves" if details.serving else ""
    say(f"{details.service_name}: version {version or details.latest_version} {ended}{serves}.")


def _exit_code(details: "DeploymentDetails", ended: str) -> int:
    passing = ended == FAILED and details.error is not None and details.error.transient
    return EXIT_TRANSIENT if passing else EXIT_FAILED


def _text(event: LogEvent) -> str:
    match event:
        case LogLine(line=text, stream="runix"):
            return f"-- {foreign(text, sys.stderr)}\n"
        case LogLine(line=text):
            return f"{foreign(text, sys.stderr)}\n"
        case StageMark(stage=stage, status="started"):
            return f"== {stage}\n"
        case Gap(dropped=count):
            return f"-- {count} lines were not kept\n"
        case _:
            return ""
