"""``runix web``: the full-screen UI in browsers of this machine, until it is told to end."""

import asyncio
import os
import signal
import socket
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from runix_tui.bootstrap import detached
from runix_tui.bootstrap.owner import token_line
from runix_tui.cli import front
from runix_tui.cli.output import line, say
from runix_tui.cli.progress import Waiting
from runix_tui.cli.session import given_token, hide_token, home
from runix_tui.core.secret import Secret
from runix_tui.errors import Conflict

if TYPE_CHECKING:
    from runix_tui.web.server import Server

LOOPBACK = "127.0.0.1"
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
IN_A_TAB = (sys.executable, "-P", "-m", "runix_tui", "web", "--tab")
_ENOUGH = 4096  # bytes typed at once


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
    token, given = given_token(), Secret(hide_token())
    with _bind(port) as listener:  # before all else: a taken port is said at once
        if detached.reach(home()) is None:
            with Waiting("starting the server"):
                detached.start(home(), token)
        asyncio.run(_serve(listener, given, open_browser=open_))


def _bind(port: int) -> socket.socket:
    from runix_tui.api.listener import bind

    try:
        return bind(LOOPBACK, port)
    except Conflict as error:
        raise Conflict(error.message, code=error.code, hint="Choose another port, or none: any free one.") from error


async def _serve(listener: socket.socket, secret: Secret, *, open_browser: bool) -> None:
    from runix_tui.web.admission import LINK_LIFETIME
    from runix_tui.web.server import Server
    from runix_tui.web.tab import Program

    server = Server(listener, Program(IN_A_TAB, secret), say)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, ended.set)
    asked = sys.stdin.isatty()

    def ready() -> None:
        link = server.link()
        line(link)
        more = "Enter makes another; ctrl-c ends it all." if asked else "SIGTERM ends it all."
        say(f"This link lets one browser in, once, within {LINK_LIFETIME / 60:.0f} minutes. {more}")
        if open_browser:  # it may wait until the browser ends
            threading.Thread(target=_open, args=(link,), daemon=True).start()
        if asked:
            loop.add_reader(sys.stdin.fileno(), _another, server)

    await server.serve(ended, ready)


def _open(link: str) -> None:
    if not webbrowser.open(link):
        say("No browser can be opened from here: open the link yourself.")


def _another(server: "Server") -> None:
    """Somebody pressed Enter."""
    terminal = sys.stdin.fileno()
    if _in_background(terminal):  # what is typed is the shell's
        return
    if os.read(terminal, _ENOUGH):
        line(server.link())
    else:  # ctrl-d
        asyncio.get_running_loop().remove_reader(terminal)


def _in_background(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:  # not the terminal of this session
        return False
