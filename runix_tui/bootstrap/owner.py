"""The pipe between a front end and the server that it owns, seen from the server: its standard input.

First comes the token, if one is given; then nothing, as long as the owner lives. The end of the pipe is the owner's,
and the server's, unless the owner said ``keep`` before: then the server goes on as any detached one. A pipe, and not a
signal or a watch on the parent, because the kernel closes it however the owner ends.
"""

import os
import signal
import threading

KEEP = b"keep\n"
CODE = "runix code: "  # what an owned server says of the error that it ends with, before it complains
_STDIN = 0
_CHUNK = 64


def token_line() -> str:
    """The first line of the pipe, read byte by byte: what follows is for :func:`end_with_owner`."""
    line = bytearray()
    while (byte := os.read(_STDIN, 1)) not in (b"", b"\n"):
        line += byte
    return line.decode("utf-8", "replace")


def end_with_owner() -> None:
    """From now on the owner's end is a SIGTERM to this process, which every moment of its life can stand."""
    threading.Thread(target=_watch, name="owner", daemon=True).start()


def _watch() -> None:
    said = bytearray()
    while chunk := os.read(_STDIN, _CHUNK):  # not sys.stdin: its lock, held in a thread, would break the exit
        said += chunk
    if said != KEEP:
        os.kill(os.getpid(), signal.SIGTERM)
