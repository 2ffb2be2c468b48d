"""``runix serve``: the server, in the foreground or behind."""

import os
import sys
from typing import Annotated

import typer

from runix_tui.bootstrap import detached
from runix_tui.cli.output import line, say
from runix_tui.cli.session import given_token, home
from runix_tui.core.secret import Secret


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; anything but loopback is open to others.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Run in the background.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the server of this home; services go on.")] = False,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", hidden=True)] = False,
) -> None:
    """Serve the REST API until told to end. Deployed services go on without it."""
    token = Secret(sys.stdin.read()) if token_stdin else given_token()
    if stop:
        say("The server has ended; services go on." if detached.stop(home()) else "No server runs on this home.")
    elif detach:
        arguments = [*(["--host", host] if host else []), *(["--port", str(port)] if port is not None else [])]
        hint = detached.start(home(), token, tuple(arguments))
        line(f"Runix API on {hint.url}")
    else:
        from runix_tui.bootstrap import serve as server

        where = server.listen(host, port, os.environ)
        server.serve(home(), where, token=token or None, say=line)
