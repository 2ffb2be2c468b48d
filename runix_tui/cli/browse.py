"""The terminal of ``runix web``: the link, another one when Enter is pressed, and the end by a signal."""

import asyncio
import os
import signal
import socket
import sys
import threading

from runix_tui.cli.output import line, say
from runix_tui.core.secret import Secret
from runix_tui.tui.browsing import shown
from runix_tui.web.admission import LINK_LIFETIME
from runix_tui.web.server import Server
from runix_tui.web.tab import Program

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_ENOUGH = 4096  # bytes typed at once


def browse(listener: socket.socket, command: tuple[str, ...], secret: Secret, *, open_browser: bool) -> None:
    """Serve ``command`` in the tabs of browsers until a signal ends it; ``secret`` is the first line of its input."""
    asyncio.run(_browse(Server(listener, Program(command, secret), say), open_browser=open_browser))


async def _browse(server: Server, *, open_browser: bool) -> None:
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
    if not shown(link):
        say("No browser can be opened from here: open the link yourself.")


def _another(server: Server) -> None:
    """Somebody pressed Enter."""
    terminal = sys.stdin.fileno()
    if _in_background(terminal):  # what is typed is the shell's
        return
    try:
        typed = os.read(terminal, _ENOUGH)
    except OSError:  # the terminal is gone
        typed = b""
    if typed:
        line(server.link())
    else:  # that, or ctrl-d
        asyncio.get_running_loop().remove_reader(terminal)


def _in_background(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:  # not the terminal of this session
        return False
