"""``runix serve``: the server, in the foreground or behind."""

import os
from typing import Annotated

import typer

from runix_tui.bootstrap import detached, owner
from runix_tui.cli.output import line, say
from runix_tui.cli.progress import Waiting
from runix_tui.cli.session import given_token, home
from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest, RunixError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; anything but loopback is open to others.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one. Default: 7676.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Run in the background.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the server of this home; services go on.")] = False,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", hidden=True)] = False,
    owned: Annotated[bool, typer.Option("--owned", hidden=True)] = False,
) -> None:
    """Serve the REST API until told to end. Deployed services go on without it."""
    if detach and stop:
        raise InvalidRequest("--detach and --stop contradict each other", hint="Say one of them.")
    token = Secret(owner.token_line()) if token_stdin else given_token()
    if owned:
        owner.end_with_owner()  # before all that takes time
    if stop:
        with Waiting("ending the server"):
            ended = detached.stop(home())
        say("The server has ended; services go on." if ended else "No server runs on this home.")
    elif detach:
        _detach(host, port, token)
    else:
        from runix_tui.bootstrap import serve as server

        where = server.listen(host, port, os.environ)
        try:
            server.serve(
                home(), where, token=token, ready=lambda url: line(f"Runix API on {url}"), say=say, patient=owned
            )
        except RunixError as error:
            if owned:  # its owner shows more than words
                say(f"{owner.CODE}{error.code}")
            raise


def _detach(host: str | None, port: int | None, token: Secret | None) -> None:
    running = detached.reach(home())
    if running:
        say(f"A server runs on this home already (pid {running.pid}).")
    else:
        arguments = [*(["--host", host] if host else []), *(["--port", str(port)] if port is not None else [])]
        with Waiting("starting the server"):
            running = detached.start(home(), token, tuple(arguments))
    line(f"Runix API on {running.url}")
