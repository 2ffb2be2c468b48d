"""``runix web``: its arguments, and the server that has to run. What then goes on is ``browse``'s."""

import sys
from typing import Annotated

import typer

from runix_tui.bootstrap import detached
from runix_tui.bootstrap.owner import token_line
from runix_tui.cli import front
from runix_tui.cli.progress import Waiting
from runix_tui.cli.session import given_token, hide_token, home
from runix_tui.core.secret import Secret
from runix_tui.errors import Conflict

LOOPBACK = "127.0.0.1"
IN_A_TAB = (sys.executable, "-P", "-m", "runix_tui", "web", "--tab")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(web)


def web(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0: any free one.")] = 0,
    open_: Annotated[bool, typer.Option("--open", help="Open the browser.")] = False,
    tab: Annotated[bool, typer.Option("--tab", hidden=True)] = False,
) -> None:
    """Show the full-screen UI in a browser on this machine. The link that is printed lets one browser in, once."""
    if tab:
        front.show(token=token_line())
    from runix_tui.api.listener import bind
    from runix_tui.cli.browse import browse

    token = given_token()
    try:
        listener = bind(LOOPBACK, port)  # before all else: a taken port is said at once
    except Conflict as error:
        raise Conflict(error.message, code=error.code, hint="Choose another port, or none: any free one.") from error
    with listener:
        if detached.reach(home()) is None:
            with Waiting("starting the server"):
                detached.start(home(), token)
        browse(listener, IN_A_TAB, Secret(hide_token()), open_browser=open_)
